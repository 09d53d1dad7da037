#include "slices/xray/service_graph.h"

#include <algorithm>
#include <cmath>

#include "slices/xray/json_access.h"

namespace tetrascope::xray {
namespace {

/// The time from the earliest start to the latest end of a segment and what is inside it: what its Duration is (3.3).
void cover_all(const Part& part, double& start, double& end) {
  start = std::min(start, part.start);
  end = std::max(end, part.end);
  for (const Part* child : part.children) cover_all(*child, start, end);
}

}  // namespace

void CallStatistics::add(const Outcome& outcome, double seconds) {
  ++(outcome.fault ? fault_ : outcome.throttle ? throttle_ : outcome.error ? error_ : ok_);
  seconds_ += seconds;
  ++times_[thousandths(seconds)];
}

std::int64_t CallStatistics::thousandths(double seconds) {
  return std::llround(std::clamp(seconds, 0.0, 1e12) * 1'000);
}

Value CallStatistics::summary() const {
  return Object{{"OkCount", Value(ok_)},
                {"ErrorStatistics", Value(Object{{"ThrottleCount", Value(throttle_)},
                                                 {"OtherCount", Value(error_)},
                                                 {"TotalCount", Value(throttle_ + error_)}})},
                {"FaultStatistics", Value(Object{{"OtherCount", Value(fault_)}, {"TotalCount", Value(fault_)}})},
                {"TotalCount", Value(total())},
                {"TotalResponseTime", Value(seconds_)}};
}

Value CallStatistics::to_histogram(const Times& times) {
  Array entries;
  for (const auto& [time, count] : times)
    entries.emplace_back(Object{{"Value", Value(static_cast<double>(time) / 1'000)}, {"Count", Value(count)}});
  return entries;
}

void ServiceGraph::Span::cover(double from, double to) {
  start = any ? std::min(start, from) : from;
  end = any ? std::max(end, to) : to;
  any = true;
}

void ServiceGraph::add(const Trace& trace) {
  for (const Part* segment : trace.segments()) {
    if (segment->twin) continue;
    add_segment(*segment);
    add_call(*segment);
  }
  add_links(trace);
}

void ServiceGraph::add_segment(const Part& segment) {
  Node& node = nodes_[key_of(segment)];
  node.real = node.real || !segment.inferred;
  node.root = node.root || (segment.caller == nullptr && !segment.inferred);
  double start = segment.start, end = segment.end;
  cover_all(segment, start, end);
  node.time.cover(start, end);
  if (segment.in_progress) return;
  node.requests.add(segment.outcome, segment.duration());
  ++node.durations[CallStatistics::thousandths(end - start)];
}

void ServiceGraph::add_call(const Part& segment) {
  if (segment.caller == nullptr) {
    if (segment.inferred) return;
    Node& client = nodes_[{node_name(segment), "client"}];
    client.time.cover(segment.start, segment.end);
    Edge& edge = client.edges[key_of(segment)];
    edge.time.cover(segment.start, segment.end);
    if (!segment.in_progress) edge.calls.add(segment.outcome, segment.duration());
    return;
  }
  const Part* from = segment.caller->owner;
  if (from == nullptr || from->twin) return;
  // What the caller saw; a segment that names a segment as its parent has no record of the call but itself.
  const Part& record = segment.caller->is_segment ? segment : *segment.caller;
  Edge& edge = nodes_[key_of(*from)].edges[key_of(segment)];
  edge.time.cover(record.start, record.end);
  if (!record.in_progress) edge.calls.add(record.outcome, record.duration());
}

/// Links within the trace: from the linked producer to the consumer, with the age of what was received.
void ServiceGraph::add_links(const Trace& trace) {
  for (const Part* segment : trace.segments()) {
    const Array* links = segment->inferred ? nullptr : array_at(*segment->body, {"links"});
    if (links == nullptr) continue;
    for (const Value& link : *links) {
      const std::string_view id = text_at(link, {"id"});
      const Part* from = trace.find(id);
      if (from == nullptr || from->owner == nullptr || from->owner == segment) continue;
      Edge& edge = nodes_[key_of(*from->owner)].edges[key_of(*segment)];
      edge.link = true;
      edge.time.cover(from->start, segment->start);
      ++edge.ages[CallStatistics::thousandths(segment->start - from->start)];
    }
  }
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
    one.emplace_back("ReceivedEventAgeHistogram", CallStatistics::to_histogram(edge.ages));
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
  out.emplace_back("DurationHistogram", CallStatistics::to_histogram(node.durations));
  out.emplace_back("ResponseTimeHistogram", node.requests.histogram());
  return out;
}

}  // namespace tetrascope::xray
