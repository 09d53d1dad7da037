#pragma once
// Profiles are not kept here. Their exporters are told so in OTLP's own words instead of failing.

#include <cstdint>
#include <string_view>

#include "slices/otlp/decode.h"

namespace tetrascope::otlp {

inline constexpr std::string_view kProfilesNotKept =
    "profiles are not kept by this server; traces, logs and metrics are";

/// How many Profile messages an ExportProfilesServiceRequest (v1development) holds. Errors: kMalformed.
Result<std::uint64_t> count_profiles(Format format, std::string_view body);

}  // namespace tetrascope::otlp
