#pragma once

#include <atomic>
#include <string>

#include "tetrascope/kit/stacktrace.h"

namespace tetrascope::kit {

/// Set by the component that can read debug information; the others do not depend on it.
using StackReader = std::string (*)(const Stacktrace::Addresses&);
extern std::atomic<StackReader> stack_reader;

}  // namespace tetrascope::kit
