#include "slices/ui/trace_view.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "slices/ui/question.h"
#include "slices/ui/span_json.h"
#include "slices/ui/trace_errors.h"
#include "storage/question.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::field;

std::unexpected<Error> no_trace() { return fail(ErrorCode::kNotFound, "nothing of this trace has arrived"); }

constexpr std::string_view kWaterfallColumns[] = {"span_id", "parent_span_id", "start",  "duration",      "service",
                                                  "name",    "kind",           "status", "trace_id_text", "protocol"};

/// By start; spans of one nanosecond by their ids.
void sort_spans(plan::Answer& answer) {
  std::ranges::sort(
      answer.rows, {}, [start = column_of(answer, "start"), id = column_of(answer, "span_id")](const auto& row) {
        const auto* bytes = row[id].template as<Bytes>();
        return std::pair(int_cell(row[start]), bytes != nullptr ? std::string_view(bytes->data) : std::string_view());
      });
}

/// The spans of a waterfall by start, and one more where there are too many.
Result<plan::Answer> read_spans(const plan::Runner& runner, const TraceId& trace) {
  plan::TableRead read;
  for (const auto name : kWaterfallColumns) read.columns.push_back({std::string(name), column(std::string(name))});
  read.where = equals(column("trace_id"), id_literal(trace));
  QueryBounds bounds;
  bounds.result_rows = kMaxWaterfall + 1;
  ASSIGN_OR_RETURN(
      plan::Answer answer,
      ask_few(runner, {kAllTime, {read}, {plan::Sort{{{field("start")}}}, plan::Limit{kMaxWaterfall + 1, 0, {}}}},
              kMaxWaterfall, bounds));
  sort_spans(answer);
  return answer;
}

/// What stands beside the spans: lines of log, and what was sent as an error.
struct Beside {
  std::int64_t logs = 0, errors = 0;
};

Result<plan::Answer> ask_counts(const plan::Runner& runner, std::vector<plan::TableRead> reads,
                                std::vector<plan::AggregateCall> calls) {
  plan::Aggregate all;
  all.calls = std::move(calls);
  // The same bounds as the spans': a connection that changes them asks the engine once more.
  QueryBounds bounds;
  bounds.result_rows = kMaxWaterfall;
  return ask(runner, {kAllTime, std::move(reads), {all}}, bounds);
}

Result<Beside> count_beside(const plan::Runner& runner, const TraceId& trace) {
  const auto rows = [&](plan::Table table, bool is_error) {
    plan::TableRead read{table, {}, {{"is_error", plan::literal(is_error)}}, {}};
    read.where = equals(column("trace_id"), id_literal(trace));
    return read;
  };
  const plan::ExprPtr is_line = plan::call(plan::Function::kNot, {field("is_error")});
  ASSIGN_OR_RETURN(const plan::Answer answer,
                   ask_counts(runner, {rows(plan::Table::kLogs, false), rows(plan::Table::kOccurrences, true)},
                              {counted("logs", is_line), counted("errors", field("is_error"))}));
  if (answer.rows.empty()) return Beside{};
  return Beside{.logs = int_cell(answer.rows[0][0]), .errors = int_cell(answer.rows[0][1])};
}

/// Most traces have no segment, and their events need not be looked through.
Result<std::int64_t> count_segment_exceptions(const plan::Runner& runner, const TraceId& trace,
                                              const plan::Answer& spans) {
  const auto is_segment = [at = column_of(spans, "protocol")](const auto& row) { return text_cell(row[at]) == "xray"; };
  if (spans.rows.size() <= kMaxWaterfall && std::ranges::none_of(spans.rows, is_segment)) return 0;
  ASSIGN_OR_RETURN(const plan::Answer answer, ask_counts(runner, {segment_exceptions(trace)}, {counted("rows")}));
  return answer.rows.empty() ? 0 : int_cell(answer.rows[0][0]);
}

/// Texts by the order in which they first come.
class Names {
 public:
  std::size_t place(std::string_view name) {
    const auto [found, added] = places_.try_emplace(std::string(name), names_.size());
    if (added) names_.emplace_back(name);
    return found->second;
  }
  void append_to(std::string& out) const {
    out += '[';
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(names_[i], out);
    }
    out += ']';
  }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::string> names_;
};

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

/// `"name":[…]`, one element a row, written by `write(row, out)`.
template <class Write>
void append_column(std::string_view name, std::size_t rows, std::string& out, Write write) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ":[";
  for (std::size_t row = 0; row < rows; ++row) {
    if (row > 0) out += ',';
    write(row, out);
  }
  out += ']';
}

/// The columns of a waterfall. By hand, since a trace may have a hundred thousand spans.
std::string write_columns(const plan::Answer& answer, std::size_t rows, Names& services, Names& names,
                          Names& protocols) {
  std::string out = "{";
  const auto cells = [&](std::string_view name) {
    return [&answer, at = column_of(answer, name)](std::size_t row) -> const Value& { return answer.rows[row][at]; };
  };
  const auto ids = [&](std::string_view name, auto cell) {
    append_column(name, rows, out, [&](std::size_t row, std::string& to) {
      to += '"';
      to += id_cell(cell(row));
      to += '"';
    });
  };
  const auto numbers = [&](std::string_view name, auto cell, std::string_view quote) {
    append_column(name, rows, out, [&](std::size_t row, std::string& to) {
      to += quote;
      append_number(int_cell(cell(row)), to);
      to += quote;
    });
  };
  const auto places = [&](std::string_view name, auto cell, Names& known) {
    append_column(name, rows, out, [&](std::size_t row, std::string& to) {
      append_number(static_cast<std::int64_t>(known.place(text_cell(cell(row)))), to);
    });
  };
  ids("id", cells("span_id"));
  ids("parent", cells("parent_span_id"));
  numbers("start", cells("start"), "\"");
  numbers("duration", cells("duration"), "\"");
  places("service", cells("service"), services);
  places("name", cells("name"), names);
  places("protocol", cells("protocol"), protocols);
  numbers("kind", cells("kind"), "");
  numbers("status", cells("status"), "");
  return out + "}";
}

}  // namespace

Result<std::string> read_waterfall(const plan::Runner& runner, const NamedId<16>& trace) {
  // Side by side: neither needs the other.
  auto counting = std::async(std::launch::async | std::launch::deferred, [&, began = Question::began()] {
    const Question question(began);
    return count_beside(runner, trace.id);
  });
  auto spans = read_spans(runner, trace.id);
  const Result<Beside> counted_beside = counting.get();
  ASSIGN_OR_RETURN(const plan::Answer answer, std::move(spans));
  ASSIGN_OR_RETURN(Beside beside, counted_beside);
  ASSIGN_OR_RETURN(const std::int64_t exceptions, count_segment_exceptions(runner, trace.id, answer));
  beside.errors += exceptions;
  if (answer.rows.empty() && beside.logs + beside.errors == 0) return no_trace();
  const std::size_t rows = std::min(answer.rows.size(), kMaxWaterfall);
  Names services;
  Names names;
  Names protocols;
  const std::string columns = write_columns(answer, rows, services, names, protocols);
  std::string out = "{\"trace_id\":\"" + to_hex(trace.id) + "\",\"text\":";
  append_json_string(rows == 0 ? trace.text : text_cell(answer.rows[0][column_of(answer, "trace_id_text")]), out);
  out += answer.rows.size() > rows ? ",\"truncated\":true" : ",\"truncated\":false";
  out += ",\"logs\":" + std::to_string(beside.logs) + ",\"errors\":" + std::to_string(beside.errors);
  const auto append_names = [&out](std::string_view member, const Names& list) {
    out += ",\"" + std::string(member) + "\":";
    list.append_to(out);
  };
  append_names("services", services);
  append_names("names", names);
  append_names("protocols", protocols);
  return out + ",\"spans\":" + columns + "}";
}

Result<std::string> read_span(const plan::Runner& runner, const NamedId<16>& trace, const NamedId<8>& span) {
  constexpr std::size_t kMostOthers = 16;
  plan::Plan plan = whole_spans_plan(trace.id, kMostOthers + 1);
  plan.reads[0].where = both(plan.reads[0].where, equals(column("span_id"), id_literal(span.id)));
  ASSIGN_OR_RETURN(plan::Answer answer, ask_few(runner, plan, kMostOthers + 1));
  if (answer.rows.empty()) return fail(ErrorCode::kNotFound, "this trace has no such span");
  sort_spans(answer);
  std::string out = "{\"others\":" + std::to_string(answer.rows.size() - 1) + ",\"span\":";
  SpanWriter(answer).append(0, out);
  return out + "}";
}

Result<std::string> read_document(const plan::Runner& runner, const NamedId<16>& trace) {
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, whole_spans_plan(trace.id, kMaxDocument + 1)));
  if (answer.rows.empty()) return no_trace();
  const bool truncated = answer.rows.size() > kMaxDocument;
  std::string out = "{\"trace_id\":\"" + to_hex(trace.id) + "\",\"truncated\":";
  out += truncated ? "true" : "false";
  out += ",\"spans\":[";
  SpanWriter spans(answer);
  for (std::size_t row = 0; row < answer.rows.size() - (truncated ? 1 : 0); ++row) {
    if (row > 0) out += ",\n";
    spans.append(row, out);
  }
  return out + "]}\n";
}

}  // namespace tetrascope::ui
