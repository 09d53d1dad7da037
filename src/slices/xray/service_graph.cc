#include "slices/xray/service_graph.h"

#include <algorithm>
#include <cmath>

namespace tetrascope::xray {
void Times::add(double seconds) {
  const std::int64_t thousandths = std::llround(std::clamp(seconds, 0.0, 1e12) * 1'000);
  if (++total_ <= kFew || thousandths >= kDense) {
    ++sparse_[thousandths];
    return;
  }
  if (dense_.empty()) dense_.resize(kDense);
  ++dense_[static_cast<std::size_t>(thousandths)];
}

Value Times::histogram() const {
  auto all = sparse_;
  for (std::size_t i = 0; i < dense_.size(); ++i) {
    if (dense_[i] != 0) all[static_cast<std::int64_t>(i)] += dense_[i];
  }
  Array entries;
  for (const auto& [time, count] : all)
    entries.emplace_back(Object{{"Value", Value(static_cast<double>(time) / 1'000)}, {"Count", Value(count)}});
  return entries;
}

void CallStatistics::add(Fact::Outcome outcome, double seconds) {
  switch (outcome) {
    case Fact::Outcome::kOk:
      ++ok_;
      break;
    case Fact::Outcome::kThrottle:
      ++throttle_;
      break;
    case Fact::Outcome::kError:
      ++error_;
      break;
    case Fact::Outcome::kFault:
      ++fault_;
      break;
    case Fact::Outcome::kNotCounted:
      return;
  }
  micros_ += std::llround(seconds * 1e6);
  times_.add(seconds);
}

Value CallStatistics::summary() const {
  return Object{{"OkCount", Value(ok_)},
                {"ErrorStatistics", Value(Object{{"ThrottleCount", Value(throttle_)},
                                                 {"OtherCount", Value(error_)},
                                                 {"TotalCount", Value(throttle_ + error_)}})},
                {"FaultStatistics", Value(Object{{"OtherCount", Value(fault_)}, {"TotalCount", Value(fault_)}})},
                {"TotalCount", Value(total())},
                {"TotalResponseTime", Value(static_cast<double>(micros_) / 1e6)}};
}

void ServiceGraph::Span::cover(double from, double to) {
  start = any ? std::min(start, from) : from;
  end = any ? std::max(end, to) : to;
  any = true;
}

/// Where facts of a place go; made when its first one comes.
const ServiceGraph::Known& ServiceGraph::known(const Places& places, std::uint32_t place) {
  if (std::exchange(places_, &places) != &places) known_.clear();
  if (known_.size() < places.size()) known_.resize(places.size());
  Known& found = known_[place];
  if (found.node != nullptr) return found;
  const Place& at = places.at(place);
  if (at.kind == Place::Kind::kRequest) {
    found.node = &nodes_[at.to];
  } else {
    nodes_.try_emplace(at.to);
    found.node = &nodes_[at.from];
    found.edge = &found.node->edges[at.to];
  }
  return found;
}

void ServiceGraph::add(const Places& places, double base, std::span<const Fact> facts) {
  for (const Fact& fact : facts) {
    const Known& at = known(places, fact.place);
    const double begin = base + fact.begin / kFactSteps, end = base + fact.end / kFactSteps;
    switch (places.at(fact.place).kind) {
      case Place::Kind::kRequest:
        at.node->real = at.node->real || fact.real;
        at.node->root = at.node->root || fact.root;
        at.node->time.cover(begin, end);
        at.node->requests.add(fact.outcome, fact.seconds);
        if (fact.outcome != Fact::Outcome::kNotCounted) at.node->durations.add(end - begin);
        break;
      case Place::Kind::kCall:
        add_call(at, begin, end, fact);
        if (places.at(fact.place).from.second == "client") at.node->time.cover(begin, end);
        break;
      case Place::Kind::kLink:
        at.edge->link = true;
        at.edge->time.cover(begin, end);
        at.edge->ages.add(end - begin);
        break;
    }
  }
}

void ServiceGraph::add_call(const Known& at, double begin, double end, const Fact& fact) {
  at.edge->time.cover(begin, end);
  at.edge->calls.add(fact.outcome, fact.seconds);
}

Array ServiceGraph::services() const {
  std::map<NodeKey, std::int64_t> numbers;
  for (const auto& [key, node] : nodes_) numbers.emplace(key, static_cast<std::int64_t>(numbers.size()));
  Array services;
  for (const auto& [key, node] : nodes_) services.push_back(write(key, node, numbers));
  return services;
}

Value ServiceGraph::write(const NodeKey& key, const Node& node, const std::map<NodeKey, std::int64_t>& numbers) const {
  // Whole seconds, rounded apart: clients divide by the difference.
  const auto from = [](const Span& time) { return Value(static_cast<std::int64_t>(std::floor(time.start))); };
  const auto to = [](const Span& time) {
    return Value(static_cast<std::int64_t>(std::max(std::ceil(time.end), std::floor(time.start) + 1)));
  };
  Array edges;
  for (const auto& [target, edge] : node.edges) {
    Object one{{"ReferenceId", Value(numbers.at(target))},
               {"StartTime", from(edge.time)},
               {"EndTime", to(edge.time)},
               {"SummaryStatistics", edge.calls.summary()},
               {"ResponseTimeHistogram", edge.calls.histogram()},
               {"Aliases", Value(Array{})}};
    if (edge.link && edge.calls.empty()) one.emplace_back("EdgeType", Value("link"));
    one.emplace_back("ReceivedEventAgeHistogram", edge.ages.histogram());
    edges.emplace_back(std::move(one));
  }
  const auto& [name, type] = key;
  Object out{{"ReferenceId", Value(numbers.at(key))}, {"Name", Value(name)}, {"Names", Value(Array{Value(name)})}};
  if (node.root) out.emplace_back("Root", Value(true));
  if (type != "client") out.emplace_back("AccountId", Value(account_));
  if (!type.empty()) out.emplace_back("Type", Value(type));
  out.emplace_back("State", Value(node.real ? "active" : "unknown"));
  out.emplace_back("StartTime", from(node.time));
  out.emplace_back("EndTime", to(node.time));
  out.emplace_back("Edges", Value(std::move(edges)));
  if (type != "client") out.emplace_back("SummaryStatistics", node.requests.summary());
  out.emplace_back("DurationHistogram", node.durations.histogram());
  out.emplace_back("ResponseTimeHistogram", node.requests.histogram());
  return out;
}

}  // namespace tetrascope::xray
