#include "slices/xray/load_traces.h"

#include <algorithm>
#include <limits>
#include <map>

#include "slices/xray/filter_plan.h"
#include "slices/xray/foreign_spans.h"
#include "slices/xray/row_terms.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {
namespace {

using plan::column;
using plan::literal;
using F = plan::Function;

/// A trace that began so long before a range, or goes on so long after it, is still seen whole.
constexpr std::int64_t kLongestTrace = 3'600 * kNanosPerSecond;
constexpr std::size_t kMostRows = 1'000'000;
constexpr plan::TimeRange kAllTime{{std::numeric_limits<std::int64_t>::min()},
                                   {std::numeric_limits<std::int64_t>::max()}};

plan::ExprPtr id_literal(const TraceId& id) { return literal(Value(Bytes{std::string(id.view())})); }

plan::ExprPtr is_document() {
  return either(equals("kind", text_literal(kDocumentKind)), equals("kind", text_literal(kPartialKind)));
}
/// X-Ray's own spans are left out: their documents say more. So are spans of no trace.
plan::ExprPtr is_foreign_part() { return plan::both(is_foreign(), differs("trace_id", id_literal(TraceId{}))); }

plan::TimeRange widened(plan::TimeRange range) {
  const auto limits = std::numeric_limits<std::int64_t>();
  if (range.from.value > limits.min() + kLongestTrace) range.from.value -= kLongestTrace;
  if (range.to.value < limits.max() - kLongestTrace) range.to.value += kLongestTrace;
  return range;
}

/// A row as it was read, not yet parsed.
struct Row {
  std::string document;
  UnixNanos received, time;
  std::vector<Value> span;  ///< of another protocol; then there is no document
};
using RowsByTrace = std::map<std::string, std::vector<Row>>;

std::string id_of(const Value& cell) {
  const auto* bytes = cell.as<Bytes>();
  return bytes == nullptr ? std::string() : bytes->data;
}

Result<void> read_documents(const plan::Runner& runner, plan::TimeRange range, const plan::ExprPtr& which,
                            RowsByTrace& out) {
  plan::TableRead read;
  read.table = plan::Table::kDocuments;
  read.columns = {{"trace_id", column("trace_id")},
                  {"received", column("received")},
                  {"document", column("document")},
                  {"time", column("time")}};
  read.where = plan::both(is_document(), which);
  QueryBounds bounds;
  bounds.result_rows = kMostRows;
  ASSIGN_OR_RETURN(plan::Answer answer, runner.run({range, {read}, {}}, bounds));
  for (auto& row : answer.rows) {
    auto* document = std::get_if<std::string>(&row[2].data);
    const auto* received = row[1].as<std::int64_t>();
    const auto* time = row[3].as<std::int64_t>();
    if (document == nullptr || received == nullptr || time == nullptr) continue;
    out[id_of(row[0])].push_back({std::move(*document), {*received}, {*time}, {}});
  }
  return {};
}

Result<void> read_spans(const plan::Runner& runner, plan::TimeRange range, const plan::ExprPtr& which, Detail detail,
                        RowsByTrace& out) {
  plan::TableRead read;
  read.columns = foreign_columns(detail);
  read.where = plan::both(is_foreign_part(), which);
  QueryBounds bounds;
  bounds.result_rows = kMostRows;
  ASSIGN_OR_RETURN(plan::Answer answer, runner.run({range, {read}, {}}, bounds));
  for (auto& row : answer.rows) {
    auto& rows = out[id_of(row[0])];
    rows.emplace_back().span = std::move(row);
  }
  return {};
}

Result<RowsByTrace> read_rows(const plan::Runner& runner, plan::TimeRange range, const plan::ExprPtr& which,
                              Detail detail) {
  RowsByTrace rows;
  RETURN_IF_ERROR(read_documents(runner, range, which, rows));
  RETURN_IF_ERROR(read_spans(runner, range, which, detail, rows));
  std::erase_if(rows, [](const auto& one) { return one.first.size() != TraceId{}.bytes.size(); });
  return rows;
}

/// Ids of the traces with a row in the range; `which`: only of such rows, null for all.
plan::Plan ids_in(plan::TimeRange range, const plan::ExprPtr& which = nullptr) {
  plan::TableRead documents;
  documents.table = plan::Table::kDocuments;
  documents.columns = {{"id", column("trace_id")}};
  documents.where = plan::both(is_document(), which);
  plan::TableRead spans;
  spans.columns = {{"id", column("trace_id")}};
  spans.where = plan::both(is_foreign_part(), which);
  return {range, {documents, spans}, {}};
}

/// The same as texts, sorted.
Result<std::vector<std::string>> id_texts(const plan::Runner& runner, plan::TimeRange range,
                                          const plan::ExprPtr& which) {
  plan::Plan ids = ids_in(range, which);
  plan::Aggregate each;
  each.keys = {{"id", plan::call(F::kIdText, {plan::field("id")})}};
  ids.stages = {std::move(each)};
  QueryBounds bounds;
  bounds.result_rows = kMostRows;
  ASSIGN_OR_RETURN(const plan::Answer answer, runner.run(ids, bounds));
  std::vector<std::string> texts;
  for (const auto& row : answer.rows) {
    if (const auto* text = row[0].as<std::string>()) texts.push_back(*text);
  }
  std::ranges::sort(texts);
  return texts;
}

/// Rows of the traces that `which` names, in one piece, or in as many as it takes: where there is more than an answer
/// of the store may hold, one half of the traces is read after the other. A trace that is larger alone is refused.
Result<void> each_part(const plan::Runner& runner, plan::TimeRange range, const plan::ExprPtr& which, Detail detail,
                       const std::function<void(RowsByTrace&&)>& use) {
  std::vector<plan::ExprPtr> parts = {which};
  while (!parts.empty()) {
    const plan::ExprPtr part = std::move(parts.back());
    parts.pop_back();
    Result<RowsByTrace> rows = read_rows(runner, range, part, detail);
    if (rows) {
      use(*std::move(rows));
      continue;
    }
    if (rows.error().code != ErrorCode::kTooLarge) return std::unexpected(rows.error());
    ASSIGN_OR_RETURN(const std::vector<std::string> ids, id_texts(runner, range, part));
    if (ids.size() < 2) return std::unexpected(rows.error());
    const plan::ExprPtr middle = literal(ids[ids.size() / 2]);
    const plan::ExprPtr id = plan::call(F::kIdText, {column("trace_id")});
    parts.push_back(plan::both(part, plan::call(F::kGe, {id, middle})));
    parts.push_back(plan::both(part, plan::call(F::kLt, {id, middle})));
  }
  return {};
}

/// `rows` are used up.
TracePtr assemble(const std::string& id, std::vector<Row>&& rows) {
  std::vector<StoredDocument> documents;
  documents.reserve(rows.size());
  for (Row& row : rows) {
    if (!row.span.empty()) {
      documents.push_back(document_of_span(row.span));
      continue;
    }
    auto body = value_from_json(row.document);
    if (!body) continue;  // it was read before it was stored
    StoredDocument& stored = documents.emplace_back();
    stored.text = std::move(row.document);
    stored.body = *std::move(body);
    stored.received = row.received;
    stored.time = row.time;
  }
  rows = {};
  TraceId trace;
  std::ranges::copy(id, trace.bytes.begin());
  return std::make_shared<Trace>(trace, std::move(documents));
}

Result<std::vector<TracePtr>> read_traces(const plan::Runner& runner, plan::TimeRange range, const plan::ExprPtr& which,
                                          Detail detail = Detail::kWhole) {
  std::vector<TracePtr> traces;
  RETURN_IF_ERROR(each_part(runner, range, which, detail, [&](RowsByTrace&& rows) {
    for (auto& [id, of_trace] : rows) traces.push_back(assemble(id, std::move(of_trace)));
  }));
  std::ranges::sort(traces, [](const TracePtr& a, const TracePtr& b) {
    return a->start() != b->start() ? a->start() > b->start() : a->id().bytes < b->id().bytes;
  });
  return traces;
}

plan::AggregateCall aggregated(std::string name, plan::AggregateOp op, plan::ExprPtr argument = nullptr) {
  plan::AggregateCall call;
  call.name = std::move(name);
  call.op = op;
  call.argument = std::move(argument);
  return call;
}

/// Counts the rows of `ids` by a time column's steps of `width`: documents' and spans' names for it.
Result<std::map<UnixNanos, std::int64_t>> count_by(const plan::Runner& runner, plan::Plan ids,
                                                   std::string_view documents, std::string_view spans,
                                                   std::int64_t width) {
  for (plan::TableRead& read : ids.reads) {
    const std::string_view time = read.table == plan::Table::kSpans ? spans : documents;
    read.columns = {{"at", plan::call(F::kTimeBucket, {column(std::string(time)), literal(Value(width))})}};
  }
  plan::Aggregate count;
  count.keys = {{"bucket", plan::field("at")}};
  count.calls.push_back(aggregated("rows", plan::AggregateOp::kCount));
  ids.stages = {std::move(count)};
  ASSIGN_OR_RETURN(const plan::Answer answer, runner.run(ids));
  std::map<UnixNanos, std::int64_t> counts;
  for (const auto& row : answer.rows) {
    const auto* at = row[0].as<std::int64_t>();
    const auto* found = row[1].as<std::int64_t>();
    if (at != nullptr && found != nullptr) counts[UnixNanos{*at}] = *found;
  }
  return counts;
}

}  // namespace

Result<std::vector<TracePtr>> load_traces(const plan::Runner& runner, std::span<const TraceId> ids) {
  if (ids.empty()) return std::vector<TracePtr>();
  plan::ExprPtr which;
  for (const TraceId& id : ids) {
    const auto one = equals("trace_id", id_literal(id));
    which = which ? plan::call(F::kOr, {which, one}) : one;
  }
  return read_traces(runner, kAllTime, which);
}

Result<void> each_trace_received(const plan::Runner& runner, plan::TimeRange range, UnixNanos first, UnixNanos last,
                                 const UseTrace& use) {
  const auto since = plan::call(F::kGe, {column("received"), plan::time_literal(first)});
  const auto until = plan::call(F::kLt, {column("received"), plan::time_literal(last)});
  const plan::Plan ids = ids_in(range, plan::both(since, until));
  return each_part(runner, range, plan::in_plan(column("trace_id"), ids), Detail::kGraph, [&](RowsByTrace&& rows) {
    for (auto& [id, of_trace] : rows) use(*assemble(id, std::move(of_trace)));
  });
}

Result<std::map<UnixNanos, std::int64_t>> rows_received(const plan::Runner& runner, plan::TimeRange range,
                                                        UnixNanos since) {
  const auto recent = plan::call(F::kGe, {column("received"), plan::time_literal(since)});
  return count_by(runner, ids_in(range, recent), "received", "received", kNanosPerSecond);
}

Result<UnixNanos> last_row_time(const plan::Runner& runner, UnixNanos least) {
  plan::Plan plan = ids_in({least, kAllTime.to});
  for (plan::TableRead& read : plan.reads)
    read.columns = {{"at", column(read.table == plan::Table::kSpans ? "start" : "time")}};
  plan::Aggregate last;
  last.calls.push_back(aggregated("last", plan::AggregateOp::kMax, plan::field("at")));
  plan.stages = {std::move(last)};
  ASSIGN_OR_RETURN(const plan::Answer answer, runner.run(plan));
  const auto* found = answer.rows.empty() ? nullptr : answer.rows[0][0].as<std::int64_t>();
  return found == nullptr ? least : std::max(least, UnixNanos{*found});
}

UnixNanos first_time(const Trace& trace) {
  UnixNanos first{std::numeric_limits<std::int64_t>::max()};
  for (const StoredDocument& document : trace.documents()) first = std::min(first, document.time);
  return first;
}

TraceScan::TraceScan(const plan::Runner& runner, plan::TimeRange range, RangeType type, std::int64_t slice_rows,
                     std::optional<UnixNanos> resume, Detail detail)
    : runner_(runner),
      range_(range),
      type_(type),
      slice_rows_(slice_rows),
      detail_(detail),
      first_(range.from),
      rest_(resume.value_or(range.to)) {
  constexpr std::int64_t kEarlier = 600 * kNanosPerSecond;  // what still runs when the range begins
  if (type != RangeType::kTraceId) first_.value -= std::min(kEarlier, std::max<std::int64_t>(first_.value, 0));
}

void TraceScan::narrow(const FilterPtr& filter, const FieldCatalogue& fields) {
  if (filter) which_ = candidates(*filter, widened({first_, range_.to}), known_types(fields));
}

/// Rows of the rest by time: what slices are cut by.
Result<void> TraceScan::count_rows() {
  if (counted_) return {};
  counted_ = true;
  const std::int64_t seconds = (rest_.value - first_.value) / kNanosPerSecond;
  const std::int64_t width = std::clamp<std::int64_t>(seconds / 2'000, 1, 86'400) * kNanosPerSecond;
  ASSIGN_OR_RETURN(const auto counts, count_by(runner_, ids_in({first_, rest_}, which_), "time", "start", width));
  counts_.assign(counts.begin(), counts.end());
  return {};
}

/// Where a slice of the rest begins that has about slice_rows_ rows.
Result<UnixNanos> TraceScan::slice_begin() {
  RETURN_IF_ERROR(count_rows());
  std::int64_t rows = 0;
  UnixNanos begin = rest_;
  while (!counts_.empty()) {
    const auto [at, count] = counts_.back();
    if (rows > 0 && rows + count > slice_rows_) return begin;
    rows += count;
    begin = at;
    counts_.pop_back();
  }
  return first_;
}

/// The instant by which a trace belongs to one slice: one of its rows begins then.
UnixNanos TraceScan::place_of(const Trace& trace) const {
  if (type_ == RangeType::kTraceId) return first_time(trace);
  UnixNanos last{std::numeric_limits<std::int64_t>::min()};
  for (const StoredDocument& document : trace.documents()) {
    if (document.time < range_.to) last = std::max(last, document.time);
  }
  return last;
}

bool TraceScan::belongs(const Trace& trace, plan::TimeRange slice) const {
  const UnixNanos at = place_of(trace);
  if (at < slice.from || at >= slice.to) return false;
  const double from = seconds_of(range_.from), to = seconds_of(range_.to);
  const auto ends_inside = [&](const Part* segment) {
    return !segment->in_progress && segment->end >= from && segment->end < to;
  };
  switch (type_) {
    case RangeType::kTraceId:
      return true;
    case RangeType::kEvent:
      return trace.end() >= from;
    case RangeType::kService:
      return std::ranges::any_of(trace.segments(), ends_inside);
  }
  return true;
}

Result<plan::TimeRange> TraceScan::next_slice() {
  ASSIGN_OR_RETURN(const UnixNanos begin, slice_begin());
  return plan::TimeRange{std::max(begin, first_), rest_};
}

Result<std::optional<std::vector<TracePtr>>> TraceScan::next() {
  if (done()) return std::optional<std::vector<TracePtr>>();
  ASSIGN_OR_RETURN(const plan::TimeRange slice, next_slice());
  ASSIGN_OR_RETURN(auto traces, read_traces(runner_, widened(slice),
                                            plan::in_plan(column("trace_id"), ids_in(slice, which_)), detail_));
  std::erase_if(traces, [&](const TracePtr& trace) { return !belongs(*trace, slice); });
  rest_ = slice.from;
  return std::optional(std::move(traces));
}

Result<bool> TraceScan::each(const UseTrace& use) {
  if (done()) return false;
  ASSIGN_OR_RETURN(const plan::TimeRange slice, next_slice());
  const plan::ExprPtr ids = plan::in_plan(column("trace_id"), ids_in(slice, which_));
  RETURN_IF_ERROR(each_part(runner_, widened(slice), ids, detail_, [&](RowsByTrace&& rows) {
    for (auto& [id, of_trace] : rows) {
      const TracePtr trace = assemble(id, std::move(of_trace));
      if (belongs(*trace, slice)) use(*trace);
    }
  }));
  rest_ = slice.from;
  return true;
}

}  // namespace tetrascope::xray
