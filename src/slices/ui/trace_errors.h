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

/// One row an exception of an X-Ray segment. Nobody sent them as errors: they are events of the segments' spans.
plan::TableRead segment_exceptions(const TraceId& trace);

/// JSON {"truncated","errors":[…]}, oldest first; none is no error. Errors: those of ask().
Result<std::string> read_trace_errors(const plan::Runner& runner, const NamedId<16>& trace);

}  // namespace tetrascope::ui
