#pragma once
// The errors of one trace, whoever told of them: Rollbar's occurrences, OpenTelemetry's exceptions, and those in
// X-Ray's segments.

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "query/plan.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// Errors of one answer; a trace with more says that it is cut.
inline constexpr std::size_t kMaxTraceErrors = 500;

/// One row an error, with the columns that read_trace_errors() shows.
std::vector<plan::TableRead> trace_error_reads(const TraceId& trace);

/// JSON {"truncated","errors":[…]}, oldest first; none is no error. Errors: those of ask().
Result<std::string> read_trace_errors(const plan::Runner& runner, const NamedId<16>& trace);

}  // namespace tetrascope::ui
