#include "slices/cloudwatch_logs/record_operations.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/json_leaves.h"
#include "slices/cloudwatch_logs/limits.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::column;
using F = plan::Function;

/// Events that GetLogGroupFields looks at, the newest of its window.
constexpr std::size_t kSample = 1'000;
constexpr std::int64_t kWindowMs = 900'000;
constexpr std::int64_t kHalfWindowMs = 480'000;
constexpr std::string_view kSystemFields[] = {"@timestamp", "@message", "@logStream", "@log", "@ingestionTime"};

/// What a row's `@ptr` names: time and order of arrival in nanoseconds, and `ACCOUNT:GROUP`.
struct Pointer {
  std::int64_t time = 0;
  std::int64_t order = 0;
  std::string log;
};

std::optional<Pointer> read_pointer(std::string_view token) {
  const auto place = aws::read_page_token("@ptr", token);
  if (!place) return std::nullopt;
  Pointer pointer;
  const char* const end = place->data() + place->size();
  const auto time = std::from_chars(place->data(), end, pointer.time);
  if (time.ec != std::errc{} || time.ptr == end || *time.ptr != ' ') return std::nullopt;
  const auto order = std::from_chars(time.ptr + 1, end, pointer.order);
  if (order.ec != std::errc{} || order.ptr == end || *order.ptr != ' ') return std::nullopt;
  pointer.log.assign(order.ptr + 1, end);
  return pointer;
}

}  // namespace

Outcome<Answer> get_log_record(Call& call) {
  const auto token = call.parameters.text("logRecordPointer", {.min = 1, .required = true});
  RETURN_IF_FAULT(call.parameters.verdict());
  const auto pointer = read_pointer(*token);
  const std::size_t colon = pointer ? pointer->log.find(':') : std::string::npos;
  if (colon == std::string::npos)
    return aws::refuse(std::string(kInvalidParameter), "The specified logRecordPointer is invalid.");
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, std::string_view(pointer->log).substr(colon + 1)));
  ASSIGN_OR_FAULT(plan::ExprPtr condition, group_condition(call, group));
  condition =
      plan::both(std::move(condition), plan::call(F::kEq, {column("time"), plan::time_literal({pointer->time})}));
  condition =
      plan::both(std::move(condition), plan::call(F::kEq, {order_expr(), plan::time_literal({pointer->order})}));
  const std::int64_t at = pointer->time / kNanosPerMilli;
  const EventSelection selection{
      .condition = std::move(condition), .from_ms = at, .to_ms = at, .start = {}, .limit = 1};
  ASSIGN_OR_FAULT(const EventPage page, read_events(call.middle().runner, selection));
  if (page.events.empty()) return aws::refuse(std::string(kNotFound), "The specified log record does not exist.");
  const LogEvent& event = page.events.front();
  Object record{{"@timestamp", Value(std::to_string(event.time / kNanosPerMilli))},
                {"@message", Value(event.message)},
                {"@logStream", Value(event.stream)},
                {"@log", Value(pointer->log)},
                {"@ingestionTime", Value(std::to_string(event.received / kNanosPerMilli))},
                {"@ptr", Value(*token)}};
  for (auto& [name, text] : json_leaves(event.message)) record.emplace_back(name, Value(std::move(text)));
  return Answer(Object{{"logRecord", Value(std::move(record))}});
}

Outcome<Answer> get_log_group_fields(Call& call) {
  Parameters& in = call.parameters;
  const GroupParameter group_name = group_parameter(call);
  const auto time = in.number("time", {.min = 0});
  RETURN_IF_FAULT(in.verdict());
  RETURN_IF_FAULT(check_group_parameter(group_name));
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name.name));
  ASSIGN_OR_FAULT(plan::ExprPtr condition, group_condition(call, group));
  const std::int64_t middle = epoch_seconds(time.value_or(0)) * 1'000;
  const std::int64_t now = now_ms(call);
  const EventSelection selection{.condition = condition,
                                 .counted = condition,
                                 .from_ms = time ? middle - kHalfWindowMs : now - kWindowMs,
                                 .to_ms = time ? middle + kHalfWindowMs : now,
                                 .backward = true,
                                 .start = {},
                                 .limit = kSample};
  ASSIGN_OR_FAULT(const EventPage page, read_events(call.middle().runner, selection));
  std::map<std::string, std::size_t> counts;
  for (const LogEvent& event : page.events) {
    for (const auto& [name, text] : json_leaves(event.message)) ++counts[name];
  }
  std::vector<std::pair<std::string, std::size_t>> fields(counts.begin(), counts.end());
  std::ranges::sort(fields, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (!page.events.empty()) {
    for (const std::string_view name : kSystemFields) fields.emplace(fields.begin(), name, page.events.size());
  }
  if (fields.size() > kMostLeaves) fields.resize(kMostLeaves);
  Array shown;
  for (const auto& [name, count] : fields) {
    const std::size_t percent = std::max<std::size_t>(count * 100 / page.events.size(), 1);
    shown.emplace_back(Object{{"name", Value(name)},
                              {"percent", Value(static_cast<std::int64_t>(std::min<std::size_t>(percent, 100)))}});
  }
  return Answer(Object{{"logGroupFields", Value(std::move(shown))}});
}

}  // namespace tetrascope::cloudwatch_logs
