#pragma once
// The web page: its files, and the questions that it asks (docs/protocols/ui.md).

#include "slices/slice.h"

namespace tetrascope {

/// Keeps a reference to `middle`.
Slice make_ui_slice(Middle& middle);

}  // namespace tetrascope
