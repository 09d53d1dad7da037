#include "slices/ui/log_search.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "slices/page/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/producer_json.h"
#include "slices/ui/question.h"
#include "slices/ui/row_pages.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::Function;
using plan::literal;

constexpr std::string_view kColumns[] = {
    "time",          "sent_time",         "observed_time", "received",        "service",
    "protocol",      "dataset",           "environment",   "sample_rate",     "body",
    "body_type",     "event_name",        "severity_text", "severity_number", "trace_id",
    "trace_id_text", "span_id",           "flags",         "resource",        "scope",
    "span_id_text",  "dropped_attributes"};
constexpr std::int64_t kMostLogsOfATrace = 10'000'000;

plan::TableRead log_read(ExprPtr where) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  for (const auto name : kColumns) read.columns.push_back({std::string(name), column(std::string(name))});
  read.columns.push_back({"attributes", plan::all_attributes(plan::Level::kItem)});
  read.where = std::move(where);
  return read;
}

/// Beside the time: records of one nanosecond stand in the same order on every page.
const std::vector<std::string> kOrder = {"trace_id", "span_id", "body"};

/// As the engine sorts: by time, then by kOrder, of which a trace's records share the first.
void sort_logs(plan::Answer& answer) {
  const std::size_t time = column_of(answer, "time");
  const std::size_t span = column_of(answer, "span_id");
  const std::size_t body = column_of(answer, "body");
  std::ranges::sort(answer.rows, {}, [=](const auto& row) {
    const auto* id = row[span].template as<Bytes>();
    return std::tuple(int_cell(row[time]), id != nullptr ? std::string_view(id->data) : std::string_view(),
                      text_cell(row[body]));
  });
}

Value log_json(const plan::Answer& answer, const std::vector<Value>& row) {
  const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
  const auto text = [&](std::string_view name) { return Value(std::string(text_cell(cell(name)))); };
  const auto number = [&](std::string_view name) { return Value(int_cell(cell(name))); };
  const auto instant = [&](std::string_view name) { return exact(int_cell(cell(name))); };
  return Object{{"time", instant("time")},
                {"sent_time", instant("sent_time")},
                {"observed_time", instant("observed_time")},
                {"received", instant("received")},
                {"service", text("service")},
                {"protocol", text("protocol")},
                {"dataset", text("dataset")},
                {"environment", text("environment")},
                {"sample_rate", number("sample_rate")},
                {"severity_number", number("severity_number")},
                {"severity_text", text("severity_text")},
                {"event_name", text("event_name")},
                {"body", text("body")},
                {"body_type", text("body_type")},
                {"trace_id", id_cell(cell("trace_id"))},
                {"trace_id_text", text("trace_id_text")},
                {"span_id", id_cell(cell("span_id"))},
                {"span_id_text", text("span_id_text")},
                {"flags", number("flags")},
                {"attributes", attributes_json(cell("attributes"))},
                {"dropped_attributes_count", number("dropped_attributes")},
                {"resource", producer_json(text_cell(cell("resource")))},
                {"scope", producer_json(text_cell(cell("scope")))}};
}

Array logs_json(const plan::Answer& answer, std::size_t rows) {
  Array logs;
  for (std::size_t i = 0; i < rows; ++i) logs.push_back(log_json(answer, answer.rows[i]));
  return logs;
}

}  // namespace

plan::ExprPtr log_condition(const LogSearch& search) {
  ExprPtr all;
  if (!search.service.empty()) all = both(all, equals(column("service"), literal(search.service)));
  if (!search.client.empty()) {
    // `otlp/http` is of the family `otlp`.
    const ExprPtr longer = call(Function::kStartsWith, {column("protocol"), literal(search.client + "/")});
    all = both(all, either(equals(column("protocol"), literal(search.client)), longer));
  }
  if (search.min_severity > 0) {
    all = both(all, call(Function::kGe, {column("severity_number"), literal(search.min_severity)}));
  }
  if (!search.text.empty()) {
    all = both(all, call(Function::kContainsAnyCase, {column("body"), literal(search.text)}));
  }
  return all;
}

Result<std::string> search_logs(const plan::Runner& runner, const LogSearch& search) {
  ASSIGN_OR_RETURN(const RowPage page, read_newest(runner, {.range = search.range,
                                                            .read = log_read(log_condition(search)),
                                                            .order = kOrder,
                                                            .after = search.after,
                                                            .limit = search.limit}));
  std::optional<std::string> next;
  if (page.next) next = write_cursor(search.mark, *page.next);
  return page_json(search.range, "logs", logs_json(page.answer, page.answer.rows.size()), next);
}

Result<std::string> read_trace_logs(const plan::Runner& runner, const NamedId<16>& trace, const TraceLogPage& page) {
  const std::optional<std::int64_t> offset = page.after ? parse_int(page.after->rest) : 0;
  if (!offset || *offset < 0 || *offset > kMostLogsOfATrace) {
    return fail(ErrorCode::kInvalid, "cursor: want one that an earlier answer gave");
  }
  plan::Sort oldest_first{{{field("time")}}};
  for (const std::string& name : kOrder) oldest_first.keys.push_back({field(name)});
  const plan::Plan plan{
      kAllTime,
      {log_read(equals(column("trace_id"), id_literal(trace.id)))},
      {std::move(oldest_first), plan::Limit{page.limit + 1, static_cast<std::uint64_t>(*offset), {}}}};
  ASSIGN_OR_RETURN(plan::Answer answer, *offset == 0 ? ask_few(runner, plan, page.limit) : ask(runner, plan));
  sort_logs(answer);
  const std::size_t shown = std::min(page.limit, answer.rows.size());
  plan::TimeRange range{{}, {}};
  std::optional<std::string> next;
  if (shown > 0) {
    const std::size_t time = column_of(answer, "time");
    range = {{int_cell(answer.rows.front()[time])}, {int_cell(answer.rows[shown - 1][time])}};
    const std::int64_t before_next = *offset + static_cast<std::int64_t>(shown);
    if (answer.rows.size() > shown) next = write_cursor(page.mark, {range.to, std::to_string(before_next)});
  }
  return page_json(range, "logs", logs_json(answer, shown), next);
}

}  // namespace tetrascope::ui
