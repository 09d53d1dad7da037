#include "slices/xray/retrievals.h"

#include <algorithm>
#include <charconv>
#include <random>

#include "slices/xray/load_traces.h"
#include "slices/xray/questions.h"
#include "slices/xray/segment.h"
#include "slices/xray/service_graph.h"
#include "slices/xray/trace_summary.h"

namespace tetrascope::xray {
namespace {

constexpr std::int64_t kKeptNanos = 3'600 * kNanosPerSecond;
constexpr std::size_t kTracesOfPage = 5, kSpansOfPage = 100, kIdsOfRetrieval = 100;

Outcomes<Retrievals::Job> job_of(const Call& call, const Retrievals& retrievals) {
  XRAY_TRY(const std::string token, required_text(call.body, "RetrievalToken", 0, 1'020));
  auto job = retrievals.find(token, call.now());
  if (!job) return not_found("The retrieval token is not known", token);
  return *std::move(job);
}

std::string_view status_of(const Retrievals::Job& job) { return job.cancelled ? "CANCELLED" : "COMPLETE"; }

/// The traces of a job that lie in its time range.
Outcomes<std::vector<TracePtr>> traces_of(const Call& call, const Retrievals::Job& job) {
  if (job.cancelled) return std::vector<TracePtr>();
  XRAY_ASK(auto traces, load_traces(call.middle.runner, job.ids));
  const double from = seconds_of(job.range.from), to = seconds_of(job.range.to);
  std::erase_if(traces, [&](const TracePtr& trace) { return trace->end() < from || trace->start() >= to; });
  return traces;
}

}  // namespace

std::string Retrievals::start(std::vector<TraceId> ids, plan::TimeRange range, UnixNanos now) {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 24; ++i) bytes += static_cast<char>(device() & 0xFFU);
  const std::string token = to_hex(bytes);
  const std::lock_guard lock(mutex_);
  jobs_.push_back({token, std::move(ids), range, now, false});
  if (jobs_.size() > kMostJobs) jobs_.pop_front();
  return token;
}

std::optional<Retrievals::Job> Retrievals::find(const std::string& token, UnixNanos now) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(jobs_, token, &Job::token);
  if (found == jobs_.end() || now.value - found->begun.value > kKeptNanos) return std::nullopt;
  return *found;
}

void Retrievals::cancel(const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(jobs_, token, &Job::token);
  if (found != jobs_.end()) found->cancelled = true;
}

Outcomes<Value> start_retrieval(Call& call, Retrievals& retrievals) {
  XRAY_TRY(const UnixNanos from, required_time(call.body, "StartTime"));
  XRAY_TRY(const UnixNanos to, required_time(call.body, "EndTime"));
  if (to < from) return invalid("StartTime must not be after EndTime");
  XRAY_TRY(auto ids, trace_ids_of(call, "TraceIds", nullptr));
  if (ids.size() > kIdsOfRetrieval) return invalid("TraceIds: at most 100");
  return Value(Object{{"RetrievalToken", Value(retrievals.start(std::move(ids), {from, to}, call.now()))}});
}

Outcomes<Value> list_retrieved(Call& call, const Retrievals& retrievals) {
  XRAY_TRY(const auto job, job_of(call, retrievals));
  XRAY_TRY(const auto format, text_member(call.body, "TraceFormat", 0, 10));
  if (format && *format != "XRAY") return invalid("TraceFormat: only XRAY is available");
  XRAY_TRY(const auto token, text_member(call.body, "NextToken", 0, 100));
  std::size_t first = 0;
  if (token) {
    const auto [end, error] = std::from_chars(token->data(), token->data() + token->size(), first);
    if (error != std::errc{} || end != token->data() + token->size()) return invalid("NextToken is not valid");
  }
  XRAY_TRY(const auto traces, traces_of(call, job));
  Array page;
  for (std::size_t i = first; i < traces.size() && page.size() < kTracesOfPage; ++i) {
    const Trace& trace = *traces[i];
    Array spans;
    for (const Part* segment : trace.segments()) {
      if (spans.size() < kSpansOfPage)
        spans.emplace_back(Object{{"Id", Value(segment->id)}, {"Document", Value(document_of(trace, *segment))}});
    }
    page.emplace_back(Object{{"Id", Value(xray_trace_id(trace.id()))},
                             {"Duration", Value(trace.end() - trace.start())},
                             {"Spans", Value(std::move(spans))}});
  }
  Object out{{"RetrievalStatus", Value(std::string(status_of(job)))},
             {"TraceFormat", Value("XRAY")},
             {"Traces", Value(std::move(page))}};
  if (first + kTracesOfPage < traces.size())
    out.emplace_back("NextToken", Value(std::to_string(first + kTracesOfPage)));
  return Value(std::move(out));
}

Outcomes<Value> retrieved_graph(Call& call, const Retrievals& retrievals) {
  XRAY_TRY(const auto job, job_of(call, retrievals));
  XRAY_TRY(const auto traces, traces_of(call, job));
  ServiceGraph graph(call.account);
  Places places;
  for (const TracePtr& trace : traces) add_trace(graph, places, *trace);
  Array services;
  for (const Value& service : graph.services())
    services.emplace_back(Object{{"Service", service}, {"Links", Value(Array{})}});
  return Value(
      Object{{"RetrievalStatus", Value(std::string(status_of(job)))}, {"Services", Value(std::move(services))}});
}

Outcomes<Value> cancel_retrieval(Call& call, Retrievals& retrievals) {
  XRAY_TRY(const auto job, job_of(call, retrievals));
  retrievals.cancel(job.token);
  return Value(Object{});
}

}  // namespace tetrascope::xray
