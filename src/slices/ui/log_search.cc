#include "slices/ui/log_search.h"

#include <algorithm>
#include <vector>

#include "slices/ui/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/question.h"
#include "slices/ui/trace_search.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::Function;
using plan::literal;

constexpr std::string_view kColumns[] = {"time", "service",    "severity_number", "severity_text",
                                         "body", "event_name", "trace_id",        "span_id"};
constexpr int kMaxRounds = 24;

plan::TableRead log_read(ExprPtr where) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  for (const auto name : kColumns) read.columns.push_back({std::string(name), column(std::string(name))});
  read.columns.push_back({"attributes", plan::all_attributes(plan::Level::kItem)});
  read.where = std::move(where);
  return read;
}

/// By time; records of one nanosecond in an order that is the same for every page.
plan::Sort by_time(bool descending) {
  return {{{field("time"), descending}, {field("trace_id")}, {field("span_id")}, {field("body")}}};
}

ExprPtr condition(const LogSearch& search) {
  ExprPtr all;
  if (!search.service.empty()) all = both(all, equals(column("service"), literal(search.service)));
  if (search.min_severity > 0) {
    all = both(all, call(Function::kGe, {column("severity_number"), literal(search.min_severity)}));
  }
  if (!search.text.empty()) {
    const auto lower = [](ExprPtr text) { return call(Function::kLower, {std::move(text)}); };
    all = both(all, call(Function::kContains, {lower(column("body")), lower(literal(search.text))}));
  }
  return all;
}

Value log_json(const plan::Answer& answer, const std::vector<Value>& row) {
  const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
  const auto text = [&](std::string_view name) { return Value(std::string(text_cell(cell(name)))); };
  return Object{{"time", exact(int_cell(cell("time")))},
                {"service", text("service")},
                {"severity_number", int_cell(cell("severity_number"))},
                {"severity_text", text("severity_text")},
                {"event_name", text("event_name")},
                {"body", text("body")},
                {"trace_id", id_cell(cell("trace_id"))},
                {"span_id", id_cell(cell("span_id"))},
                {"attributes", attributes_json(cell("attributes"))}};
}

std::string page_json(const plan::TimeRange& range, Array logs, const std::optional<std::string>& cursor) {
  return to_json(Object{{"from", exact(range.from)},
                        {"to", exact(range.to)},
                        {"logs", std::move(logs)},
                        {"cursor", cursor ? Value(*cursor) : Value()}});
}

/// Where the next page begins: after the last row, and after the others of its nanosecond.
Cursor after_last(const std::vector<UnixNanos>& times, const std::optional<Cursor>& before, std::int64_t skipped) {
  const UnixNanos last = times.back();
  std::int64_t shown = std::ranges::count(times, last);
  if (before && before->time == last) shown += skipped;
  return {last, std::to_string(shown)};
}

}  // namespace

Result<std::string> search_logs(const plan::Runner& runner, const LogSearch& search) {
  const std::optional<std::int64_t> skip = search.after ? parse_int(search.after->rest) : 0;
  if (!skip || *skip < 0 || *skip > 1'000'000) {
    return fail(ErrorCode::kInvalid, "cursor: want one that an earlier answer gave");
  }
  const ExprPtr where = condition(search);
  UnixNanos until = search.range.to;
  if (search.after && search.after->time < until) until = {search.after->time.value + 1};
  Windows windows(search.range, until);
  Array logs;
  std::vector<UnixNanos> times;
  bool more = false;
  for (int round = 0; round < kMaxRounds && !windows.done() && !more; ++round) {
    const std::size_t want = search.limit + 1 - logs.size();
    const auto offset = static_cast<std::uint64_t>(round == 0 ? *skip : 0);
    const plan::Plan plan{windows.current(), {log_read(where)}, {by_time(true), plan::Limit{want, offset, {}}}};
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
    more = answer.rows.size() == want;
    const std::size_t kept = answer.rows.size() - (more ? 1 : 0);
    const std::size_t time = column_of(answer, "time");
    for (std::size_t i = 0; i < kept; ++i) {
      logs.push_back(log_json(answer, answer.rows[i]));
      times.push_back({int_cell(answer.rows[i][time])});
    }
    windows.widen();
  }
  std::optional<std::string> next;
  if (more && !times.empty()) next = write_cursor(after_last(times, search.after, *skip));
  return page_json(search.range, std::move(logs), next);
}

Result<std::string> read_trace_logs(const plan::Runner& runner, const NamedId<16>& trace, std::size_t offset,
                                    std::size_t limit) {
  const plan::Plan plan{kAllTime,
                        {log_read(equals(column("trace_id"), id_literal(trace.id)))},
                        {by_time(false), plan::Limit{limit + 1, offset, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
  Array logs;
  for (std::size_t i = 0; i < std::min(limit, answer.rows.size()); ++i) {
    logs.push_back(log_json(answer, answer.rows[i]));
  }
  std::optional<std::string> next;
  if (answer.rows.size() > limit) next = std::to_string(offset + limit);
  plan::TimeRange range{{}, {}};
  if (!answer.rows.empty()) {
    const std::size_t time = column_of(answer, "time");
    range = {{int_cell(answer.rows.front()[time])}, {int_cell(answer.rows.back()[time])}};
  }
  return page_json(range, std::move(logs), next);
}

}  // namespace tetrascope::ui
