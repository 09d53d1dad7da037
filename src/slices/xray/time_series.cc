#include <cmath>

#include "slices/xray/filter_match.h"
#include "slices/xray/service_graph.h"

namespace tetrascope::xray {

void TimeSeries::add(double time, const Outcome& outcome, double seconds) {
  steps_[static_cast<std::int64_t>(std::floor(time / period_))].add(outcome, seconds);
}

void TimeSeries::add(const Trace& trace) {
  const auto* service = selector_ ? std::get_if<ServiceTerm>(&selector_->node) : nullptr;
  const auto* edge = selector_ ? std::get_if<EdgeTerm>(&selector_->node) : nullptr;
  for (const Part* segment : trace.segments()) {
    if (segment->twin || segment->in_progress) continue;
    const auto is_node = [&](const NodeMatch& match, const Part& part) {
      return fits(match, node_name(part), node_type(part), account_);
    };
    const bool from_client = segment->caller == nullptr && !segment->inferred;
    if (service != nullptr) {
      if (is_node(service->node, *segment)) add(segment->end, segment->outcome, segment->duration());
      continue;
    }
    if (edge == nullptr) {  // without a selector: the edges of clients
      if (from_client) add(segment->end, segment->outcome, segment->duration());
      continue;
    }
    if (!is_node(edge->to, *segment)) continue;
    if (from_client) {
      if (edge->from.type == "client" && fits(edge->from, node_name(*segment), "client", account_))
        add(segment->end, segment->outcome, segment->duration());
      continue;
    }
    const Part* from = segment->caller == nullptr ? nullptr : segment->caller->owner;
    if (from == nullptr || !is_node(edge->from, *from)) continue;
    const Part& record = segment->caller->is_segment ? *segment : *segment->caller;
    if (!record.in_progress) add(record.end, record.outcome, record.duration());
  }
}

Array TimeSeries::steps(bool forecast) const {
  const bool of_service = selector_ && std::holds_alternative<ServiceTerm>(selector_->node);
  double mean = 0, squares = 0;
  for (const auto& [at, calls] : steps_) mean += static_cast<double>(calls.faults());
  if (!steps_.empty()) mean /= static_cast<double>(steps_.size());
  for (const auto& [at, calls] : steps_) squares += std::pow(static_cast<double>(calls.faults()) - mean, 2);
  const double deviation = steps_.empty() ? 0 : std::sqrt(squares / static_cast<double>(steps_.size()));
  // Three deviations, at least those of counts that come by chance.
  const double band = 3 * std::max(deviation, std::sqrt(mean));
  Array out;
  for (const auto& [at, calls] : steps_) {
    Object step{{"Timestamp", Value(static_cast<double>(at) * period_)},
                {of_service ? "ServiceSummaryStatistics" : "EdgeSummaryStatistics", calls.summary()}};
    if (forecast) {
      step.emplace_back(
          "ServiceForecastStatistics",
          Value(Object{{"FaultCountHigh", Value(static_cast<std::int64_t>(std::ceil(mean + band)))},
                       {"FaultCountLow", Value(static_cast<std::int64_t>(std::floor(std::max(mean - band, 0.0))))}}));
    }
    step.emplace_back("ResponseTimeHistogram", calls.histogram());
    out.emplace_back(std::move(step));
  }
  return out;
}

}  // namespace tetrascope::xray
