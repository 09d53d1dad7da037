#include "slices/cloudwatch_logs/event_reads.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/ids.h"
#include "slices/cloudwatch_logs/event_rows.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::literal;
using F = plan::Function;

constexpr std::size_t kPageBytes = 1 << 20;
constexpr std::size_t kScanRows = 20'000;  ///< read at a time where rows are tested one by one
constexpr std::size_t kAgain = 100;
constexpr auto kScanTime = std::chrono::seconds(5);
constexpr std::int64_t kShortTime = 300 * kNanosPerSecond;  ///< so much is read at once, whatever it holds
constexpr std::int64_t kCountedBin = 60 * kNanosPerSecond;
constexpr std::uint64_t kMostBins = 20'000;
constexpr std::size_t kPartGrowth = 8;
constexpr std::size_t kMostTestedRows =
    8 * kScanRows;  ///< of a part that is read in several pieces, each a search in it
constexpr std::int64_t kDayNanos = 86'400 * kNanosPerSecond;
constexpr std::int64_t kNoEnd = 9'000'000'000'000 * kNanosPerMilli;  ///< later events are of no clock
constexpr std::int64_t kLastStoredMs = std::numeric_limits<std::int64_t>::max() / kNanosPerMilli - 1;

ExprPtr equal(ExprPtr a, ExprPtr b) { return plan::call(F::kEq, {std::move(a), std::move(b)}); }
ExprPtr either(ExprPtr a, ExprPtr b) { return plan::call(F::kOr, {std::move(a), std::move(b)}); }

/// Rows in front of the gap, or behind it: its own time and order are among them, and left out one by one.
ExprPtr beyond(const Position& gap, bool backward) {
  const F past = backward ? F::kLt : F::kGt;
  const ExprPtr time = plan::time_literal({gap.time});
  const ExprPtr order = plan::time_literal({gap.order});
  return either(plan::call(past, {column("time"), time}),
                plan::both(equal(column("time"), time), plan::call(backward ? F::kLe : F::kGe, {order_expr(), order})));
}

std::int64_t nanos_of(const Value& value) {
  const auto* number = value.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

plan::TimeRange range_of(const EventSelection& selection) {
  const std::int64_t from = std::clamp(selection.from_ms, std::int64_t{0}, kLastStoredMs) * kNanosPerMilli;
  const std::int64_t to = (std::clamp(selection.to_ms, std::int64_t{-1}, kLastStoredMs) + 1) * kNanosPerMilli;
  return {{from}, {std::max(from, to)}};
}

plan::Plan page_plan(const EventSelection& selection, plan::TimeRange range, const std::optional<Position>& start,
                     std::size_t rows) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"time", column("time")},
                  {"order", order_expr()},
                  {"received", column("received")},
                  {"stream", stream_name_expr()},
                  {"body", column("body")}};
  read.where = selection.condition;
  std::int64_t from = range.from.value;
  std::int64_t to = range.to.value;
  if (start) {
    read.where = plan::both(read.where, beyond(*start, selection.backward));
    if (selection.backward) {
      to = std::min(to, start->time + 1);
    } else {
      from = std::max(from, start->time);
    }
  }
  plan::Sort sort;
  for (const char* key : {"time", "order", "body"}) sort.keys.push_back({field(key), selection.backward});
  // A side that asks for everything asks for nothing: the column is then not read to test it.
  const plan::TimeRange asked{{from <= 0 ? plan::kAllTime.from.value : from},
                              {to >= kNoEnd ? plan::kAllTime.to.value : std::max(from, to)}};
  return {asked, {std::move(read)}, {std::move(sort), plan::Limit{rows, 0, {}}}};
}

std::string take_text(Value& value) {
  auto* text = std::get_if<std::string>(&value.data);
  return text == nullptr ? std::string() : std::move(*text);
}

/// The time of a selection in parts, in the direction of reading: the first has about `wanted` rows, each further one
/// eight times as many, within a bound where all have to be looked at. One part where nothing is counted, or that
/// fails.
std::vector<plan::TimeRange> parts_of(const plan::Runner& runner, const EventSelection& selection,
                                      const std::optional<Position>& start, std::size_t wanted) {
  plan::TimeRange range = range_of(selection);
  if (start && !selection.backward) range.from.value = std::max(range.from.value, start->time);
  if (start && selection.backward) range.to.value = std::clamp(start->time + 1, range.from.value, range.to.value);
  std::vector<plan::TimeRange> parts;
  if (selection.counted && range.to.value - range.from.value > kShortTime) {
    plan::TableRead read;
    read.table = plan::Table::kLogs;
    read.columns = {{"time", column("time")}};
    read.where = selection.counted;
    plan::Aggregate count;
    count.keys = {{"bin", plan::call(F::kTimeBucket, {field("time"), literal(Value(kCountedBin))})}};
    count.calls = {{.name = "rows", .op = plan::AggregateOp::kCount, .argument = {}, .where = {}}};
    const plan::Sort sort{{{field("bin"), selection.backward}}};
    const auto answer = runner.run({range, {std::move(read)}, {std::move(count), sort, plan::Limit{kMostBins, 0, {}}}});
    std::uint64_t rows = 0;
    for (const auto& bin : answer ? answer->rows : std::vector<std::vector<Value>>()) {
      rows += static_cast<std::uint64_t>(nanos_of(bin[1]));
      if (rows < wanted) continue;
      const std::int64_t begin = nanos_of(bin[0]);
      const std::int64_t end = selection.backward ? begin : begin + kCountedBin;
      if (end <= range.from.value || end >= range.to.value) break;
      if (selection.backward) {
        parts.push_back({{end}, range.to});
        range.to.value = end;
      } else {
        parts.push_back({range.from, {end}});
        range.from.value = end;
      }
      if (selection.first_rows > 0) break;
      rows = 0;
      wanted *= kPartGrowth;
      if (selection.matches) wanted = std::min(wanted, kMostTestedRows);
    }
  }
  parts.push_back(range);
  return parts;
}

/// How many events of the gap's moment, which has `total`, lie before it.
std::int64_t events_before(const Position& gap, std::int64_t total) {
  return gap.skip >= 0 ? std::min(gap.skip, total) : std::max<std::int64_t>(total + gap.skip + 1, 0);
}

bool is_of_moment(const std::vector<Value>& row, const Position& gap) {
  return nanos_of(row[0]) == gap.time && nanos_of(row[1]) == gap.order;
}

/// The rows of an answer in their order, each with the gap in front of it.
class RowReader {
 public:
  RowReader(const std::vector<std::vector<Value>>& rows, bool backward, const std::optional<Position>& start)
      : backward_(backward), start_(start) {
    if (!start_) return;
    std::int64_t total = 0;  // the start's own moment comes first
    for (const auto& row : rows) {
      if (!is_of_moment(row, *start_)) break;
      ++total;
    }
    const std::int64_t before = events_before(*start_, total);
    left_out_ = backward ? total - before : before;
  }

  /// nullopt: it is on the other side of the start.
  std::optional<LogEvent> next(std::vector<Value>& row) {
    LogEvent event;
    event.time = nanos_of(row[0]);
    event.order = nanos_of(row[1]);
    event.received = nanos_of(row[2]);
    event.stream = take_text(row[3]);
    event.message = take_text(row[4]);
    if (!any_ || event.time != time_ || event.order != order_) same_ = 0;
    any_ = true;
    time_ = event.time;
    order_ = event.order;
    const std::int64_t place = same_++;
    event.before = {event.time, event.order, backward_ ? -2 - place : place};
    if (start_ && start_->time == event.time && start_->order == event.order && place < left_out_) return std::nullopt;
    return event;
  }

 private:
  bool backward_;
  const std::optional<Position>& start_;
  std::int64_t left_out_ = 0;
  bool any_ = false;
  std::int64_t time_ = 0, order_ = 0, same_ = 0;
};

}  // namespace

ExprPtr order_expr() {
  return plan::call(F::kIf,
                    {equal(column("protocol"), literal_text(kProtocol)), column("observed_time"), column("received")});
}

ExprPtr stream_name_expr() {
  return plan::call(
      F::kCoalesce,
      {plan::attribute(plan::Level::kResource, std::string(kStreamNames), plan::Type::kString),
       plan::attribute(plan::Level::kResource, "service.instance.id", plan::Type::kString), literal_text(kOtlpStream)});
}

Outcome<ExprPtr> group_condition(Call& call, const LogGroup& group) {
  std::vector<std::string> services = {group.name};
  if (!group.is_stored()) {
    ASSIGN_OR_FAULT(const auto all, service_groups(call));
    const auto found = std::ranges::find(all, group.name, &ServiceGroup::name);
    if (found != all.end()) services = found->services;
  }
  Array names;
  for (const auto& service : services) names.emplace_back(service);
  ExprPtr condition = plan::both(equal(column("protocol"), literal_text("otlp")),
                                 plan::call(F::kIn, {column("service"), literal(Value(std::move(names)))}));
  if (group.is_stored()) {
    const ExprPtr sent = plan::both(equal(column("scope"), literal_text(scope_text(group))),
                                    equal(column("protocol"), literal_text(kProtocol)));
    condition = either(sent, condition);
    condition = plan::both(equal(column("service"), literal_text(group.name)), condition);
  }
  if (!group.deleted_streams.empty()) {
    Array ids;
    for (const std::int64_t id : group.deleted_streams) ids.emplace_back(std::to_string(id));
    const ExprPtr stream_id = plan::attribute(plan::Level::kResource, std::string(kStreamId), plan::Type::kString);
    const ExprPtr deleted = plan::call(F::kIn, {stream_id, literal(Value(std::move(ids)))});
    condition =
        plan::both(condition, plan::call(F::kNot, {plan::call(F::kCoalesce, {deleted, literal(Value(false))})}));
  }
  if (group.retention_days > 0) {
    const std::int64_t oldest = call.request.received.value - group.retention_days * kDayNanos;
    condition = plan::both(condition, plan::call(F::kGe, {column("time"), plan::time_literal({oldest})}));
  }
  return condition;
}

std::string LogEvent::id() const {
  constexpr std::uint64_t kEighteenDigits = 1'000'000'000'000'000'000;
  return fmt::format("{:019}{:019}{:018}", std::max<std::int64_t>(time, 0), std::max<std::int64_t>(order, 0),
                     stable_hash(stream + '\0' + message)[0] % kEighteenDigits);
}

Result<EventPage> read_events(const plan::Runner& runner, const EventSelection& selection) {
  EventPage page;
  std::optional<Position> start = selection.start;
  std::size_t bytes = 0;
  std::size_t rows = selection.matches ? std::max(kScanRows, selection.limit) : selection.limit;
  const auto until = std::chrono::steady_clock::now() + kScanTime;
  const auto parts = parts_of(runner, selection, start, std::max(rows + kAgain, selection.first_rows));
  for (std::size_t part = 0; part < parts.size();) {
    // Rows of the start's own moment come again.
    const std::size_t again = start ? kAgain : 0;
    auto answer = runner.run(page_plan(selection, parts[part], start, rows + again + 1));
    if (!answer && answer.error().code == ErrorCode::kTooLarge && rows > 1) {
      rows = std::max<std::size_t>(rows / 8, 1);  // long messages
      continue;
    }
    if (!answer) return std::unexpected(answer.error());
    const bool all = answer->rows.size() <= rows + again;
    const std::optional<Position> from = start;
    bool moved = false;
    RowReader reader(answer->rows, selection.backward, from);
    for (std::size_t i = 0; i < std::min(answer->rows.size(), rows + again); ++i) {
      auto event = reader.next(answer->rows[i]);
      if (!event) continue;
      moved = true;
      const bool full = page.events.size() >= selection.limit || (bytes > kPageBytes && !page.events.empty());
      const bool matches = !selection.matches || selection.matches(event->message);
      if (full && matches) {
        page.more = true;
        return page;
      }
      page.end = start = selection.backward ? event->before : event->after();
      if (!matches) continue;
      bytes += event->message.size() + kEventOverhead;
      page.events.push_back(*std::move(event));
    }
    if (all) {
      ++part;
      continue;
    }
    if (!moved) {
      rows *= 2;
      continue;
    }
    if (!selection.matches || std::chrono::steady_clock::now() > until) {
      page.more = true;
      return page;
    }
  }
  return page;
}

}  // namespace tetrascope::cloudwatch_logs
