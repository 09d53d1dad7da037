#include <cmath>
#include <utility>

#include "slices/xray/filter_match.h"
#include "slices/xray/service_graph.h"

namespace tetrascope::xray {

bool TimeSeries::is_selected(const Place& place) const {
  const auto is_node = [&](const NodeMatch& match, const NodeKey& key) {
    return fits(match, key.first, key.second, account_);
  };
  const auto* service = selector_ ? std::get_if<ServiceTerm>(&selector_->node) : nullptr;
  if (service != nullptr) return place.kind == Place::Kind::kRequest && is_node(service->node, place.to);
  if (place.kind != Place::Kind::kCall) return false;
  const auto* edge = selector_ ? std::get_if<EdgeTerm>(&selector_->node) : nullptr;
  const bool from_client = place.from.second == "client";
  if (edge == nullptr) return from_client;  // without a selector: the edges of clients
  if (from_client && edge->from.type != "client") return false;
  return is_node(edge->from, place.from) && is_node(edge->to, place.to);
}

void TimeSeries::add(const Places& places, double base, std::span<const Fact> facts) {
  if (std::exchange(places_, &places) != &places) selected_.clear();
  if (selected_.size() < places.size()) selected_.resize(places.size());
  for (const Fact& fact : facts) {
    auto& selected = selected_[fact.place];
    if (!selected) selected = is_selected(places.at(fact.place));
    if (!*selected || fact.outcome == Fact::Outcome::kNotCounted) continue;
    const double time = base + fact.answered / kFactSteps;
    steps_[static_cast<std::int64_t>(std::floor(time / period_))].add(fact.outcome, fact.seconds);
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
