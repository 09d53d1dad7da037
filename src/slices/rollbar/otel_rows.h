#pragma once
// The rows that OTLP wrote for errors, as one source for plans.

#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "slices/rollbar/projects.h"

namespace tetrascope::rollbar {

/// Columns `key`, `environment`, `time`, `received`; with `details` also `level`, `language`, `type`, `message`,
/// `stack`, `trace_id`, `span_id`, `id` (hex, "" for log records), `attributes`, `resource`.
///   key  what all errors of one item have in common: the class and the stack without its digits and without the
///        message; without a stack the message without its digits; for log records the text without its digits
/// `project`: null for the errors of all services, with the columns `honeycomb` and `service` instead of these.
std::vector<plan::TableRead> otel_error_reads(const Project* project, bool details);

/// Log records' keys begin with it.
inline constexpr char kLogKey = 'L';

/// Frames of a stack as text in the language's own form (Python, JavaScript, Java), the outermost first; empty where no
/// line is one.
Array frames_of_stack(std::string_view stack);

}  // namespace tetrascope::rollbar
