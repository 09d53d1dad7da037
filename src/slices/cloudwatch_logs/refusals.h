#pragma once
// What is refused: counted, and answered in the service's own shape.

#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

/// AWS's form of `fault`; counts it with its reason, but for refusals that belong to a client's way of working (a
/// stream that is looked for before it is made).
Response refuse(Middle& middle, const Request& request, const Fault& fault);

/// InvalidParameterException for a filter pattern that is none: `words` and what is wrong, or only the latter where it
/// is a sentence of the service's.
Fault pattern_fault(std::string_view words, const Error& error);

}  // namespace tetrascope::cloudwatch_logs
