#pragma once
// The page and the API that it alone uses (docs/protocols/ui.md).

#include "slices/slice.h"

namespace tetrascope {

Slice make_ui_slice(Middle& middle);

}  // namespace tetrascope
