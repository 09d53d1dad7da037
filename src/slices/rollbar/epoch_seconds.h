#pragma once
// Times as Rollbar writes them: whole seconds of the epoch.

#include <cstdint>

#include "base/time.h"
#include "model/value.h"

namespace tetrascope::rollbar {

inline std::int64_t now_seconds() { return UnixNanos::now().value / kNanosPerSecond; }
/// null for a time that is not known.
inline Value seconds_or_null(UnixNanos time) { return time.value == 0 ? Value() : Value(time.value / kNanosPerSecond); }

}  // namespace tetrascope::rollbar
