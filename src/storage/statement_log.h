#pragma once
// `--log-level debug` shows each question to the engine with how long it took, whichever engine it is.

#include <memory>

#include "storage/storage.h"

namespace tetrascope {

std::unique_ptr<Storage> logged(std::unique_ptr<Storage> inner);

}  // namespace tetrascope
