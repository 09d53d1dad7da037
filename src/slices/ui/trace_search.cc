#include "slices/ui/trace_search.h"

#include <algorithm>
#include <map>
#include <utility>

#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::AggregateOp;
using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::Function;
using plan::literal;

/// How far outside of the searched window the other spans of a trace are looked for.
constexpr std::int64_t kSlack = std::int64_t{24} * 3600 * kNanosPerSecond;
/// Questions of one page: with windows that grow eightfold these reach over ten years, and twice as often shorten.
constexpr int kMaxTraceRounds = 24;

struct Candidate {
  UnixNanos at;
  std::string id_bytes;
  std::string id_hex;
};

UnixNanos shifted(UnixNanos time, std::int64_t by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.value, by, &sum)) return by < 0 ? kAllTime.from : kAllTime.to;
  return {sum};
}

/// Traces that have a span in `window` which meets `condition`: when the first of them began. Newest first.
plan::Plan candidates_plan(const plan::TimeRange& window, const ExprPtr& condition, const std::optional<Cursor>& before,
                           std::size_t limit) {
  const ExprPtr has_id = call(Function::kNe, {column("trace_id"), id_literal(TraceId{})});
  plan::TableRead read{plan::Table::kSpans, {}, {{"id", column("trace_id")}, {"start", column("start")}}, {}};
  read.where = both(has_id, condition);
  plan::Aggregate traces;
  traces.keys = {{"id", field("id")}};
  traces.calls = {aggregated("at", AggregateOp::kMin, field("start"))};
  plan::Plan plan{window, {read}, {traces}};
  if (before) {
    // Traces of one nanosecond stand in the order of their ids, so that a page may end among them.
    const ExprPtr earlier = call(Function::kLt, {field("at"), plan::time_literal(before->time)});
    const ExprPtr same = equals(field("at"), plan::time_literal(before->time));
    const ExprPtr smaller = call(Function::kLt, {call(Function::kIdText, {field("id")}), literal(before->rest)});
    plan.stages.emplace_back(plan::Filter{either(earlier, both(same, smaller))});
  }
  plan.stages.emplace_back(plan::Sort{{{field("at"), true}, {field("id"), true}}});
  plan.stages.emplace_back(plan::Limit{limit, 0, {}});
  return plan;
}

std::vector<Candidate> read_candidates(const plan::Answer& answer) {
  std::vector<Candidate> candidates;
  const std::size_t id = column_of(answer, "id");
  const std::size_t at = column_of(answer, "at");
  for (const auto& row : answer.rows) {
    const auto* bytes = row[id].as<Bytes>();
    if (bytes == nullptr) continue;
    candidates.push_back({{int_cell(row[at])}, bytes->data, to_hex(bytes->data)});
  }
  return candidates;
}

/// All spans of these traces, one row a trace, service and protocol.
plan::Plan summaries_plan(const plan::TimeRange& around, const std::vector<Candidate>& traces,
                          const ExprPtr& condition) {
  Array ids;
  for (const Candidate& trace : traces) ids.emplace_back(Bytes{trace.id_bytes});
  plan::TableRead read{plan::Table::kSpans,
                       {},
                       {{"id", column("trace_id")},
                        {"service", column("service")},
                        {"protocol", column("protocol")},
                        {"name", column("name")},
                        {"start", column("start")},
                        {"end", call(Function::kAdd, {column("start"), column("duration")})},
                        {"failed", equals(column("status"), literal(std::int64_t{2}))},
                        {"is_root", equals(column("parent_span_id"), id_literal(SpanId{}))},
                        {"met", condition ? condition : literal(true)}},
                       call(Function::kIn, {column("trace_id"), literal(std::move(ids))})};
  plan::Aggregate traces_by_service;
  traces_by_service.keys = {{"id", field("id")}, {"service", field("service")}, {"protocol", field("protocol")}};
  traces_by_service.time = "start";
  traces_by_service.calls = {counted("spans"),
                             counted("errors", field("failed")),
                             aggregated("start", AggregateOp::kMin, field("start")),
                             aggregated("end", AggregateOp::kMax, field("end")),
                             aggregated("first_met", AggregateOp::kMin, field("start"), field("met")),
                             aggregated("first_name", AggregateOp::kFirst, field("name")),
                             aggregated("root_start", AggregateOp::kMin, field("start"), field("is_root")),
                             aggregated("root_name", AggregateOp::kFirst, field("name"), field("is_root"))};
  return {around, {read}, {traces_by_service}};
}

/// A trace while its rows are put together.
struct Gathered {
  TraceSummary summary;
  std::optional<UnixNanos> root_start;
  std::optional<UnixNanos> first_met;
};

/// Adds one row, of one service and protocol, to its trace.
void gather(Gathered& trace, const plan::Answer& answer, const std::vector<Value>& row) {
  const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
  TraceSummary& summary = trace.summary;
  const std::string service(text_cell(cell("service")));
  const UnixNanos start{int_cell(cell("start"))};
  const bool first = summary.spans == 0;
  if (first || start < summary.start) {
    summary.start = start;
    if (summary.root_missing) {
      summary.root_service = service;
      summary.root_name = text_cell(cell("first_name"));
    }
  }
  summary.end = first ? UnixNanos{int_cell(cell("end"))} : std::max(summary.end, UnixNanos{int_cell(cell("end"))});
  summary.spans += int_cell(cell("spans"));
  summary.errors += int_cell(cell("errors"));
  if (const Value& met = cell("first_met"); !met.missing()) {
    const UnixNanos at{int_cell(met)};
    trace.first_met = trace.first_met ? std::min(*trace.first_met, at) : at;
  }
  if (const Value& root = cell("root_start"); !root.missing()) {
    const UnixNanos at{int_cell(root)};
    if (!trace.root_start || at < *trace.root_start) {
      trace.root_start = at;
      summary.root_missing = false;
      summary.root_service = service;
      summary.root_name = text_cell(cell("root_name"));
    }
  }
  const auto known = std::ranges::find(summary.services, service, &std::pair<std::string, std::int64_t>::first);
  if (known != summary.services.end()) {
    known->second += int_cell(cell("spans"));
  } else {
    summary.services.emplace_back(service, int_cell(cell("spans")));
  }
  const std::string protocol(text_cell(cell("protocol")));
  if (std::ranges::find(summary.protocols, protocol) == summary.protocols.end()) summary.protocols.push_back(protocol);
}

std::map<std::string, Gathered> gather_all(const plan::Answer& answer) {
  std::map<std::string, Gathered> traces;
  const std::size_t id = column_of(answer, "id");
  for (const auto& row : answer.rows) gather(traces[id_cell(row[id])], answer, row);
  for (auto& [hex, trace] : traces) {
    trace.summary.trace_id = hex;
    std::ranges::sort(trace.summary.services, {}, [](const auto& one) { return std::pair(-one.second, one.first); });
    std::ranges::sort(trace.summary.protocols);
  }
  return traces;
}

/// Adds those of `candidates` that stand in this window. One whose first span that meets the filter is older stands in
/// an older window, unless there is none.
Result<void> add_summaries(const plan::Runner& runner, const std::vector<Candidate>& candidates,
                           const ExprPtr& condition, const Windows& windows, std::vector<TraceSummary>& out) {
  if (candidates.empty()) return {};
  const plan::TimeRange window = windows.current();
  const plan::TimeRange around{shifted(window.from, -kSlack), shifted(window.to, kSlack)};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, summaries_plan(around, candidates, condition)));
  auto traces = gather_all(answer);
  for (const Candidate& candidate : candidates) {
    const auto found = traces.find(candidate.id_hex);
    if (found == traces.end()) continue;
    const bool elsewhere = found->second.first_met && *found->second.first_met < window.from && !windows.last();
    if (elsewhere) continue;
    found->second.summary.at = candidate.at;
    out.push_back(std::move(found->second.summary));
  }
  return {};
}

}  // namespace

Result<TracePage> search_traces(const plan::Runner& runner, const FieldCatalogue& fields, const TraceSearch& search) {
  TracePage page;
  const auto met = span_condition(search.filter, fields);
  if (!met) return page;
  std::optional<Cursor> before = search.after;
  Windows windows(search.range, before ? shifted(before->time, 1) : search.range.to);
  for (int round = 0; round < kMaxTraceRounds && !windows.done() && page.traces.size() <= search.limit; ++round) {
    // One more than the page holds says whether there is a next one.
    const std::size_t want = search.limit + 1 - page.traces.size();
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, candidates_plan(windows.current(), *met, before, want)));
    const std::vector<Candidate> candidates = read_candidates(answer);
    RETURN_IF_ERROR(add_summaries(runner, candidates, *met, windows, page.traces));
    if (candidates.size() < want) {
      windows.widen();
    } else {
      before = Cursor{candidates.back().at, candidates.back().id_hex};
      windows.shorten(shifted(before->time, 1));
    }
  }
  if (page.traces.size() > search.limit) {
    page.traces.resize(search.limit);
    page.next = Cursor{page.traces.back().at, page.traces.back().trace_id};
  } else if (!windows.done()) {
    page.next = Cursor{windows.current().to, ""};
  }
  return page;
}

}  // namespace tetrascope::ui
