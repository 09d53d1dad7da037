#include "slices/ui/trace_errors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "slices/page/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/producer_json.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::field;
using plan::Level;
using plan::literal;

/// The columns that are written as they are; the names are those of the answer too.
constexpr std::string_view kErrorTexts[] = {"protocol", "service",        "environment",       "level",
                                            "language", "exception_type", "exception_message", "stacktrace"};

plan::ExprPtr of(const TraceId& trace) { return equals(column("trace_id"), id_literal(trace)); }

plan::TableRead occurrences(const TraceId& trace) {
  plan::TableRead read{plan::Table::kOccurrences, {}, {{"time", column("time")}, {"span_id", column("span_id")}}, {}};
  for (const auto name : kErrorTexts) read.columns.push_back({std::string(name), column(std::string(name))});
  read.columns.push_back({"attributes", plan::all_attributes(Level::kItem)});
  read.columns.push_back({"resource", column("resource")});
  read.where = of(trace);
  return read;
}

Value error_json(const plan::Answer& answer, const std::vector<Value>& row) {
  const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
  Object error{{"time", exact(int_cell(cell("time")))}, {"span_id", id_cell(cell("span_id"))}};
  for (const auto name : kErrorTexts) error.emplace_back(std::string(name), std::string(text_cell(cell(name))));
  error.emplace_back("attributes", attributes_json(cell("attributes")));
  error.emplace_back("resource", producer_json(text_cell(cell("resource"))));
  return error;
}

}  // namespace

plan::TableRead segment_exceptions(const TraceId& trace) {
  const auto text = [](const char* key) {
    return plan::call(plan::Function::kCoalesce,
                      {plan::attribute(Level::kItem, key, plan::Type::kString), literal(std::string())});
  };
  plan::TableRead read{plan::Table::kSpans,
                       {"event_time", "event_name", "event_attributes"},
                       {{"time", column("event_time")},
                        {"span_id", column("span_id")},
                        {"protocol", column("protocol")},
                        {"service", column("service")},
                        {"environment", column("environment")},
                        {"level", literal(std::string("error"))},
                        {"language", literal(std::string())},
                        {"exception_type", text("exception.type")},
                        {"exception_message", text("exception.message")},
                        {"stacktrace", text("exception.stacktrace")},
                        {"attributes", plan::all_attributes(Level::kItem)},
                        {"resource", column("resource")}},
                       {}};
  read.where = both(of(trace), both(equals(column("protocol"), literal(std::string("xray"))),
                                    equals(column("event_name"), literal(std::string("exception")))));
  return read;
}

Result<std::string> read_trace_errors(const plan::Runner& runner, const NamedId<16>& trace) {
  const plan::Plan plan{kAllTime,
                        {occurrences(trace.id), segment_exceptions(trace.id)},
                        {plan::Sort{{{field("time")}, {field("protocol")}, {field("exception_message")}}},
                         plan::Limit{kMaxTraceErrors + 1, 0, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
  Array errors;
  for (std::size_t i = 0; i < std::min(answer.rows.size(), kMaxTraceErrors); ++i)
    errors.push_back(error_json(answer, answer.rows[i]));
  return to_json(Object{{"truncated", answer.rows.size() > kMaxTraceErrors}, {"errors", std::move(errors)}});
}

}  // namespace tetrascope::ui
