#include "slices/xray/questions.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "slices/xray/fact_filter.h"
#include "slices/xray/filter_match.h"
#include "slices/xray/groups.h"
#include "slices/xray/load_traces.h"
#include "slices/xray/segment.h"
#include "slices/xray/service_graph.h"
#include "slices/xray/trace_summary.h"

namespace tetrascope::xray {
namespace {

constexpr double kSixHours = 6 * 3'600, kDay = 86'400, kMonth = 31 * kDay;
constexpr std::string_view kSixHourText = "Time range cannot be longer than 6 hours";
constexpr std::string_view kDayText = "Time range cannot be longer than 24 hours";
constexpr std::string_view kMonthText = "Time range cannot be longer than 31 days";
constexpr std::size_t kMostIds = 5, kMostGraphIds = 100;
constexpr std::int64_t kPageRows = 1'500, kGraphRows = 10'000;
constexpr std::size_t kPageTraces = 200;
constexpr auto kPageTime = std::chrono::seconds(3), kGraphTime = std::chrono::seconds(25);
using Clock = std::chrono::steady_clock;

/// Adds the traces of the range that fit the filter.
Outcomes<bool> sum_traces(const Call& call, GraphIndex& index, plan::TimeRange range, const FilterPtr& filter,
                          FactSink& sink) {
  const auto end = Clock::now() + kGraphTime;
  if (!filter || FactFilter::is_enough(*filter)) {
    std::optional<FactFilter> chosen;
    if (filter) chosen.emplace(*filter, sink);
    const auto summed = index.sum(range, chosen ? static_cast<FactSink&>(*chosen) : sink, end);
    if (!summed) return std::unexpected(failure_of(summed.error()));
    return true;
  }
  TraceScan scan(call.middle.runner, range, RangeType::kTraceId, kGraphRows);
  scan.narrow(filter, call.middle.fields);
  Places places;
  while (!scan.done()) {
    XRAY_ASK(const bool more, scan.each([&](const Trace& trace) {
      if (matches(*filter, trace, call.account)) add_trace(sink, places, trace);
    }));
    if (more && !scan.done() && Clock::now() > end)
      return std::unexpected(failure_of({ErrorCode::kDeadlineExceeded, ""}));
  }
  return true;
}

/// What a token belongs to: it continues this question and no other.
std::string question_hash(const Value& body) {
  std::string text;
  for (const std::string_view name :
       {"StartTime", "EndTime", "TimeRangeType", "FilterExpression", "Sampling", "SamplingStrategy"}) {
    const Value* value = member(body, name);
    text += value == nullptr ? std::string("-") : to_json(*value);
  }
  const auto halves = stable_hash(text);
  return to_hex(std::string_view(reinterpret_cast<const char*>(halves.data()), 8));
}

Outcomes<std::optional<UnixNanos>> resume_of(const Call& call) {
  XRAY_TRY(const auto token, text_member(call.body, "NextToken", 0, 2'000));
  if (!token || token->empty()) return std::optional<UnixNanos>();
  const std::string hash = question_hash(call.body);
  UnixNanos at;
  const auto [end, error] = std::from_chars(token->data(), token->data() + token->size(), at.value);
  if (error != std::errc{} || std::string_view(end, token->data() + token->size()) != "-" + hash)
    return invalid("NextToken is not valid for this request");
  return std::optional(at);
}

Outcomes<RangeType> range_type(const Call& call) {
  XRAY_TRY(const auto text, text_member(call.body, "TimeRangeType", 0, 20));
  if (!text || *text == "TraceId") return RangeType::kTraceId;
  if (*text == "Event") return RangeType::kEvent;
  if (*text == "Service") return RangeType::kService;
  return invalid("TimeRangeType: want TraceId, Event or Service");
}

/// The share of traces that shall be given: 1 without sampling.
Outcomes<double> sampled_share(const Call& call) {
  XRAY_TRY(const auto sampling, flag_member(call.body, "Sampling"));
  const Value* strategy = member(call.body, "SamplingStrategy");
  if (strategy == nullptr) return 1.0;
  XRAY_TRY(const auto name, text_member(*strategy, "Name", 0, 20));
  if (name && *name != "FixedRate" && *name != "PartialScan")
    return invalid("SamplingStrategy.Name: want FixedRate or PartialScan");
  XRAY_TRY(const auto share, number_member(*strategy, "Value", 0, 1));
  return sampling.value_or(false) ? share.value_or(1.0) : 1.0;
}

/// The same traces each time, so that pages fit together.
bool is_sampled(const Trace& trace, double share) {
  if (share >= 1) return true;
  return static_cast<double>(stable_hash(trace.id().view())[0] >> 11U) * 0x1p-53 < share;
}

}  // namespace

Outcomes<std::vector<TraceId>> trace_ids_of(const Call& call, std::string_view name, Array* malformed) {
  const Array* list = array_at(call.body, {name});
  if (list == nullptr) return invalid(std::string(name) + " is required");
  std::vector<TraceId> ids;
  for (const Value& one : *list) {
    const auto* text = one.as<std::string>();
    if (text == nullptr) return invalid(std::string(name) + ": want a list of trace ids");
    if (is_trace_id(*text)) {
      const TraceId id = trace_id_from_text(*text).id;
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    } else if (malformed != nullptr) {
      malformed->push_back(one);
    } else {
      return invalid("Invalid trace id: " + text->substr(0, 64));
    }
  }
  return ids;
}

Outcomes<Value> batch_get_traces(Call& call) {
  if (member(call.body, "NextToken") != nullptr) return invalid("NextToken is currently not supported");
  const Array* list = array_at(call.body, {"TraceIds"});
  if (list != nullptr && list->size() > kMostIds)
    return invalid("Exceeding maximum query size: " + std::to_string(kMostIds));
  Array malformed;
  XRAY_TRY(const auto ids, trace_ids_of(call, "TraceIds", &malformed));
  XRAY_ASK(const auto traces, load_traces(call.middle.runner, ids));
  Array out;
  for (const TraceId& id : ids) {
    for (const TracePtr& trace : traces) {
      if (trace->id() == id) out.push_back(full_trace(*trace));
    }
  }
  return Value(Object{{"Traces", Value(std::move(out))}, {"UnprocessedTraceIds", Value(std::move(malformed))}});
}

Outcomes<Value> get_trace_summaries(Call& call) {
  XRAY_TRY(const plan::TimeRange range, time_range(call.body, kDay, kDayText));
  XRAY_TRY(const RangeType type, range_type(call));
  XRAY_TRY(const double share, sampled_share(call));
  XRAY_TRY(const auto text, text_member(call.body, "FilterExpression", 0, kMaxFilterBytes));
  XRAY_TRY(const FilterPtr filter, read_filter(call, text.value_or("")));
  XRAY_TRY(const auto resume, resume_of(call));
  TraceScan scan(call.middle.runner, range, type, kPageRows, resume);
  scan.narrow(filter, call.middle.fields);
  Array summaries;
  std::int64_t processed = 0;
  const auto end = Clock::now() + kPageTime;
  while (summaries.size() < kPageTraces && Clock::now() < end) {
    XRAY_ASK(const auto slice, scan.next());
    if (!slice) break;
    for (const TracePtr& trace : *slice) {
      ++processed;
      if (!is_sampled(*trace, share) || (filter && !matches(*filter, *trace, call.account))) continue;
      summaries.push_back(summary_of(*trace, call.account, type == RangeType::kTraceId ? 0 : trace->end()));
    }
  }
  Object out{{"TraceSummaries", Value(std::move(summaries))},
             {"ApproximateTime", time_value(std::max(scan.rest(), range.from))},
             {"TracesProcessedCount", Value(processed)}};
  if (!scan.done())
    out.emplace_back("NextToken", Value(std::to_string(scan.rest().value) + "-" + question_hash(call.body)));
  return Value(std::move(out));
}

Outcomes<Value> get_trace_graph(Call& call) {
  XRAY_TRY(const auto ids, trace_ids_of(call, "TraceIds", nullptr));
  if (ids.size() > kMostGraphIds) return invalid("Exceeding maximum query size: " + std::to_string(kMostGraphIds));
  XRAY_ASK(const auto traces, load_traces(call.middle.runner, ids));
  ServiceGraph graph(call.account);
  Places places;
  for (const TracePtr& trace : traces) add_trace(graph, places, *trace);
  return Value(Object{{"Services", Value(graph.services())}});
}

Outcomes<Value> get_service_graph(Call& call, GraphIndex& index) {
  XRAY_TRY(const plan::TimeRange range, time_range(call.body, kSixHours, kSixHourText));
  XRAY_TRY(const FilterPtr filter, group_filter(call));
  ServiceGraph graph(call.account);
  XRAY_TRY(const bool all, sum_traces(call, index, range, filter, graph));
  (void)all;
  return Value(Object{{"StartTime", time_value(range.from)},
                      {"EndTime", time_value(range.to)},
                      {"Services", Value(graph.services())},
                      {"ContainsOldGroupVersions", Value(false)}});
}

Outcomes<Value> get_time_series(Call& call, GraphIndex& index) {
  XRAY_TRY(const plan::TimeRange range, time_range(call.body, kMonth, kMonthText));
  XRAY_TRY(const FilterPtr filter, group_filter(call));
  XRAY_TRY(const auto period, integer_member(call.body, "Period", 1, kMonth));
  XRAY_TRY(const auto forecast, flag_member(call.body, "ForecastStatistics"));
  XRAY_TRY(const auto text, text_member(call.body, "EntitySelectorExpression", 1, 500));
  FilterPtr selector;
  if (text) {
    auto parsed = parse_entity_selector(*text);
    if (!parsed) return invalid(parsed.error());
    selector = *std::move(parsed);
  }
  if (forecast.value_or(false) && !selector) return invalid("ForecastStatistics needs an EntitySelectorExpression");
  TimeSeries series(static_cast<double>(period.value_or(60)), selector, call.account);
  XRAY_TRY(const bool all, sum_traces(call, index, range, filter, series));
  (void)all;
  return Value(Object{{"TimeSeriesServiceStatistics", Value(series.steps(forecast.value_or(false)))},
                      {"ContainsOldGroupVersions", Value(false)}});
}

}  // namespace tetrascope::xray
