#include "slices/cloudwatch_logs/read_operations.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ids.h"
#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/filter_pattern.h"
#include "slices/cloudwatch_logs/filter_plan.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/plan_literals.h"
#include "slices/cloudwatch_logs/refusals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::literal;
using F = plan::Function;

constexpr std::int64_t kNoEndMs = 9'000'000'000'000;
/// FilterLogEvents goes backwards only over events of 2024 and later (2.0).
constexpr std::int64_t kBackwardFromMs = 1'704'067'200'000;
constexpr std::size_t kMaxStreamsNamed = 100;
/// A short page of a term pattern looks at so many events first, since a common term fills it from them. For a long
/// one, and a rare term, one search in all is the fastest.
constexpr std::int64_t kShortPage = 1'000;
constexpr std::size_t kFirstRowsOfTerms = 50'000;

std::unexpected<Fault> bad_token() {
  return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
}

// ---- tokens of GetLogEvents: `f/` or `b/`, 56 digits (which stream, skip, time, order), `/s` ----

constexpr std::int64_t kSkipBias = 500'000;
constexpr std::uint64_t kMarkRange = 1'000'000'000'000;

std::uint64_t mark_of(const LogGroup& group, std::string_view stream) {
  return stable_hash(fmt::format("{}:{}:{}", group.id, group.name, stream))[0] % kMarkRange;
}

std::string stream_token(char direction, std::uint64_t mark, const Position& place) {
  return fmt::format("{}/{:012}{:06}{:019}{:019}/s", direction, mark,
                     std::clamp<std::int64_t>(place.skip + kSkipBias, 0, 999'999), place.time, place.order);
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
  return number;
}

struct StreamToken {
  bool backward = false;
  Position place;
};
std::optional<StreamToken> read_stream_token(std::string_view token, std::uint64_t mark) {
  constexpr std::size_t kLength = 60;
  if (token.size() != kLength || !token.ends_with("/s") || token[1] != '/') return std::nullopt;
  if (token[0] != 'f' && token[0] != 'b') return std::nullopt;
  const auto found = digits(token.substr(2, 12));
  const auto skip = digits(token.substr(14, 6));
  const auto time = digits(token.substr(20, 19));
  const auto order = digits(token.substr(39, 19));
  if (!found || !skip || !time || !order || static_cast<std::uint64_t>(*found) != mark) return std::nullopt;
  return StreamToken{token[0] == 'b', {*time, *order, *skip - kSkipBias}};
}

// ---- tokens of FilterLogEvents ----

std::string place_text(const Position& place, bool backward) {
  return fmt::format("{} {} {} {}", backward ? 'b' : 'f', place.time, place.order, place.skip);
}
std::optional<StreamToken> read_place(std::string_view text) {
  std::array<std::int64_t, 3> numbers{};
  if (text.size() < 2) return std::nullopt;
  const bool backward = text[0] == 'b';
  std::string_view rest = text.substr(1);
  for (auto& number : numbers) {
    if (!rest.starts_with(' ')) return std::nullopt;
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  if (!rest.empty()) return std::nullopt;
  return StreamToken{backward, {numbers[0], numbers[1], numbers[2]}};
}

Value event_json(const LogEvent& event) {
  return Object{{"timestamp", Value(event.time / kNanosPerMilli)},
                {"message", Value(event.message)},
                {"ingestionTime", Value(event.received / kNanosPerMilli)}};
}

Value filtered_event_json(const LogEvent& event) {
  return Object{{"logStreamName", Value(event.stream)},
                {"timestamp", Value(event.time / kNanosPerMilli)},
                {"message", Value(event.message)},
                {"ingestionTime", Value(event.received / kNanosPerMilli)},
                {"eventId", Value(event.id())}};
}

/// Errors: ResourceNotFoundException when a stored group has no such stream and no OTLP record either.
Outcome<void> require_stream(Call& call, const LogGroup& group, const std::string& name) {
  ASSIGN_OR_FAULT(const auto stream, find_stream(call, group, name));
  if (stream) return {};
  ASSIGN_OR_FAULT(ExprPtr condition, group_condition(call, group));
  const ExprPtr of_stream = plan::call(F::kEq, {stream_name_expr(), literal_text(name)});
  EventSelection any{
      .condition = plan::both(std::move(condition), of_stream), .to_ms = kNoEndMs, .start = {}, .limit = 1};
  ASSIGN_OR_FAULT(const EventPage page, read_events(call.middle().runner, any));
  if (page.events.empty()) return aws::refuse(std::string(kNotFound), "The specified log stream does not exist.");
  return {};
}

struct StreamChoice {
  std::vector<std::string> names;
  std::optional<std::string> prefix;
};

Outcome<ExprPtr> stream_condition(Call& call, const LogGroup& group, const StreamChoice& choice) {
  if (choice.prefix && !choice.prefix->empty())
    return plan::call(F::kStartsWith, {stream_name_expr(), literal_text(*choice.prefix)});
  if (choice.names.empty()) return ExprPtr();
  Array names;
  for (const auto& name : choice.names) {
    RETURN_IF_FAULT(require_stream(call, group, name));
    names.emplace_back(name);
  }
  return plan::call(F::kIn, {stream_name_expr(), literal(Value(std::move(names)))});
}

}  // namespace

Outcome<Answer> get_log_events(Call& call) {
  Parameters& in = call.parameters;
  const GroupParameter group_name = group_parameter(call);
  const auto stream = in.text("logStreamName", {.min = 1, .max = kMaxName, .pattern = kNameLetters, .required = true});
  const auto from = in.number("startTime", {.min = 0});
  const auto to = in.number("endTime", {.min = 0});
  const auto limit = in.number("limit", {.min = 1, .max = kMaxEvents});
  const auto token = in.text("nextToken", {.min = 1});
  const bool from_head = in.flag("startFromHead");
  RETURN_IF_FAULT(in.verdict());
  RETURN_IF_FAULT(check_group_parameter(group_name));
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name.name));
  RETURN_IF_FAULT(require_stream(call, group, *stream));
  const std::uint64_t mark = mark_of(group, *stream);
  StreamToken start{!from_head, {}};
  if (token) {
    const auto read = read_stream_token(*token, mark);
    if (!read) return bad_token();
    start = *read;
  }
  ASSIGN_OR_FAULT(ExprPtr condition, group_condition(call, group));
  condition = plan::both(std::move(condition), plan::call(F::kEq, {stream_name_expr(), literal_text(*stream)}));
  EventSelection selection{.condition = condition,
                           .counted = condition,
                           .from_ms = from.value_or(0),
                           .to_ms = to ? *to - 1 : kNoEndMs,
                           .backward = start.backward,
                           .start = token ? std::optional(start.place) : std::nullopt,
                           .limit = static_cast<std::size_t>(limit.value_or(kMaxEvents))};
  ASSIGN_OR_FAULT(EventPage page, read_events(call.middle().runner, selection));
  if (start.backward) std::ranges::reverse(page.events);
  Position first = start.place;
  Position last = start.place;
  if (!page.events.empty()) {
    first = page.events.front().before;
    last = page.events.back().after();
  }
  Array events;
  for (const auto& event : page.events) events.push_back(event_json(event));
  return Answer(Object{{"events", Value(std::move(events))},
                       {"nextForwardToken", Value(stream_token('f', mark, last))},
                       {"nextBackwardToken", Value(stream_token('b', mark, first))}});
}

Outcome<Answer> filter_log_events(Call& call) {
  Parameters& in = call.parameters;
  const GroupParameter group_name = group_parameter(call);
  const aws::TextRule name_rule{.min = 1, .max = kMaxName, .pattern = kNameLetters};
  const StreamChoice streams{in.texts("logStreamNames", {.min = 1, .max = kMaxStreamsNamed}, name_rule),
                             in.text("logStreamNamePrefix", name_rule)};
  const auto from = in.number("startTime", {.min = 0});
  const auto to = in.number("endTime", {.min = 0});
  const auto limit = in.number("limit", {.min = 1, .max = kMaxEvents});
  const auto pattern_text = in.text("filterPattern", {.max = kMaxPattern});
  const auto token = in.text("nextToken", {.min = 1});
  const bool from_head = in.flag("startFromHead", true);
  in.flag("interleaved");  // streams always are
  in.flag("unmask");
  RETURN_IF_FAULT(in.verdict());
  RETURN_IF_FAULT(check_group_parameter(group_name));
  if (!streams.names.empty() && streams.prefix)
    return aws::refuse(std::string(kInvalidParameter),
                       "LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.");
  if (!from_head && !token && from.value_or(0) < kBackwardFromMs)
    return aws::refuse(std::string(kInvalidParameter),
                       "startFromHead can be false only with a startTime on or after 2024-01-01.");
  const auto pattern = parse_filter_pattern(pattern_text.value_or(""));
  if (!pattern) return std::unexpected(pattern_fault("Invalid filter pattern", pattern.error()));
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name.name));
  ASSIGN_OR_FAULT(ExprPtr condition, group_condition(call, group));
  ASSIGN_OR_FAULT(ExprPtr of_streams, stream_condition(call, group, streams));
  std::string question = fmt::format("FilterLogEvents {} {} {}", group.id, group.name, pattern_text.value_or(""));
  for (const auto& name : streams.names) question += " " + name;
  if (streams.prefix) question += " prefix " + *streams.prefix;
  StreamToken start{!from_head, {}};
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    const auto read = place ? read_place(*place) : std::nullopt;
    if (!read) return bad_token();
    start = *read;
  }
  const ExprPtr counted = plan::both(std::move(condition), std::move(of_streams));
  const bool of_terms = pattern->kind == FilterPattern::Kind::kTerms;
  const std::int64_t most = limit.value_or(kMaxEvents);
  EventSelection selection{.condition = counted,
                           .counted = of_terms && most > kShortPage ? nullptr : counted,
                           .first_rows = of_terms ? kFirstRowsOfTerms : 0,
                           .from_ms = from.value_or(0),
                           .to_ms = to.value_or(kNoEndMs),
                           .backward = start.backward,
                           .start = token ? std::optional(start.place) : std::nullopt,
                           .limit = static_cast<std::size_t>(most)};
  const PatternCondition filter = pattern_condition(*pattern);
  selection.condition = plan::both(selection.condition, filter.condition);
  if (!filter.exact) {
    selection.matches = [&pattern](std::string_view message) { return matches(*pattern, message); };
  }
  ASSIGN_OR_FAULT(const EventPage page, read_events(call.middle().runner, selection));
  Array events;
  for (const auto& event : page.events) events.push_back(filtered_event_json(event));
  Object answer{{"events", Value(std::move(events))}, {"searchedLogStreams", Value(Array{})}};
  if (page.more && page.end)
    answer.emplace_back("nextToken", Value(aws::write_page_token(question, place_text(*page.end, start.backward))));
  return Answer(std::move(answer));
}

}  // namespace tetrascope::cloudwatch_logs
