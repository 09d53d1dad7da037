#include "slices/xray/trace_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/members.h"

namespace tetrascope::xray {
namespace {

NodeKey key_of(const Part& segment) { return {node_name(segment), node_type(segment)}; }

/// The time from the earliest start to the latest end of a segment and what is inside it: what its Duration is (3.3).
void cover_all(const Part& part, double& start, double& end) {
  start = std::min(start, part.start);
  end = std::max(end, part.end);
  for (const Part* child : part.children) cover_all(*child, start, end);
}

Fact::Outcome outcome_of_fact(const Part& part) {
  if (part.in_progress) return Fact::Outcome::kNotCounted;
  if (part.outcome.fault) return Fact::Outcome::kFault;
  if (part.outcome.throttle) return Fact::Outcome::kThrottle;
  return part.outcome.error ? Fact::Outcome::kError : Fact::Outcome::kOk;
}

class Collector {
 public:
  Collector(Places& places, double base) : places_(places), base_(base) {}

  void add(const Trace& trace) {
    for (const Part* segment : trace.segments()) {
      if (segment->twin != nullptr) twins_.push_back(segment);
    }
    for (const Part* segment : trace.segments()) {
      if (segment->twin != nullptr) continue;
      request(*segment);
      call(*segment);
    }
    for (const Part* segment : trace.segments()) links(trace, *segment);
  }
  std::vector<Fact> take() { return std::move(facts_); }

 private:
  [[nodiscard]] std::int32_t step(double time) const {
    constexpr double kLast = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::clamp(std::round((time - base_) * kFactSteps), -kLast, kLast));
  }

  Fact& fact(Place place, const Part& part, double begin, double end) {
    Fact& made = facts_.emplace_back();
    made.place = places_.number(std::move(place));
    made.outcome = outcome_of_fact(part);
    made.begin = step(begin);
    made.end = step(end);
    made.answered = step(part.end);
    made.seconds = std::round(part.duration() * 1e6) / 1e6;
    return made;
  }

  void request(const Part& segment) {
    double start = segment.start, end = segment.end;
    cover_all(segment, start, end);
    Fact& made = fact({Place::Kind::kRequest, {}, key_of(segment)}, segment, start, end);
    made.real = !segment.inferred;
    made.root = caller_of(segment) == nullptr && !segment.inferred;
  }

  /// Who called it, as whichever SDK reports the request knows.
  [[nodiscard]] const Part* caller_of(const Part& segment) const {
    const Part* const caller = segment.caller;
    if (caller != nullptr && (caller->owner == nullptr || caller->owner->twin != &segment)) return caller;
    for (const Part* twin : twins_) {
      if (twin->twin == &segment && twin->caller != nullptr && twin->caller->owner != &segment) return twin->caller;
    }
    return nullptr;
  }

  void call(const Part& segment) {
    const Part* const caller = caller_of(segment);
    if (caller == nullptr) {
      if (segment.inferred) return;
      fact({Place::Kind::kCall, {node_name(segment), "client"}, key_of(segment)}, segment, segment.start, segment.end);
      return;
    }
    const Part* from = caller->owner;
    if (from == nullptr) return;
    if (from->twin != nullptr) from = from->twin;
    // What the caller saw; a segment that names a segment as its parent has no record of the call but itself.
    const Part& record = caller->is_segment ? segment : *caller;
    fact({Place::Kind::kCall, key_of(*from), key_of(segment)}, record, record.start, record.end);
  }

  /// Links within the trace: from the linked producer to the consumer, with the age of what was received.
  void links(const Trace& trace, const Part& segment) {
    const Array* links = segment.inferred ? nullptr : array_at(*segment.body, {"links"});
    if (links == nullptr) return;
    for (const Value& link : *links) {
      const Part* from = trace.find(text_at(link, {"id"}));
      if (from == nullptr || from->owner == nullptr || from->owner == &segment) continue;
      fact({Place::Kind::kLink, key_of(*from->owner), key_of(segment)}, segment, from->start, segment.start);
    }
  }

  Places& places_;
  const double base_;
  std::vector<const Part*> twins_;
  std::vector<Fact> facts_;
};

}  // namespace

std::uint32_t Places::number(Place place) {
  const auto [found, added] = numbers_.try_emplace(std::move(place), static_cast<std::uint32_t>(places_.size()));
  if (added) places_.push_back(&found->first);
  return found->second;
}

std::vector<Fact> facts_of(const Trace& trace, Places& places, double& base) {
  base = std::floor(trace.start());
  Collector collector(places, base);
  collector.add(trace);
  return collector.take();
}

void add_trace(FactSink& sink, Places& places, const Trace& trace) {
  double base = 0;
  const auto facts = facts_of(trace, places, base);
  sink.add(places, base, facts);
}

}  // namespace tetrascope::xray
