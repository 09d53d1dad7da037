#pragma once
// Every refusal of this slice goes through here: answered in the vendor's words and counted with its cause.

#include <string_view>

#include "slices/slice.h"

namespace tetrascope::honeycomb {

/// Counts `records` refused events (0: a whole request).
void count_refusal(Middle& middle, const Request& request, ErrorCode code, std::string_view detail,
                   std::uint64_t records);

/// Counts the error and gives back its answer.
Response refuse(Middle& middle, const Request& request, const Error& error);

}  // namespace tetrascope::honeycomb
