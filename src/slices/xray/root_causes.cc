#include "slices/xray/root_causes.h"

#include <algorithm>
#include <set>

#include "model/members.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMostCauses = 20;
constexpr std::size_t kLongestPath = 200;

/// What a part leads to: its subsegments, and the segments that it called.
std::vector<const Part*> below(const Part& part) {
  std::vector<const Part*> parts(part.children.begin(), part.children.end());
  parts.insert(parts.end(), part.called.begin(), part.called.end());
  return parts;
}

const Part* above(const Part& part) { return part.is_segment ? part.caller : part.parent; }

/// From the trace's root down to `part`, both included.
std::vector<const Part*> path_to(const Part& part) {
  std::vector<const Part*> path;
  for (const Part* at = &part; at != nullptr && path.size() < kLongestPath;) {
    path.push_back(at);
    at = above(*at);
  }
  std::ranges::reverse(path);
  return path;
}

std::vector<CauseException> exceptions_of(const Part& part) {
  std::vector<CauseException> out;
  const Array* exceptions = array_at(*part.body, {"cause", "exceptions"});
  for (std::size_t i = 0; exceptions != nullptr && i < exceptions->size(); ++i) {
    out.push_back(
        {std::string(text_at((*exceptions)[i], {"type"})), std::string(text_at((*exceptions)[i], {"message"}))});
  }
  return out;
}

RootCause cause_along(const std::vector<const Part*>& path, double whole) {
  RootCause cause;
  for (const Part* part : path) {
    if (part->is_segment || cause.services.empty())
      cause.services.push_back({node_name(*part), node_type(*part), part->inferred, {}});
    CauseEntity entity{part->name, exceptions_of(*part), whole > 0 ? part->duration() / whole : 0,
                       part->is_call() || part->inferred};
    cause.services.back().path.push_back(std::move(entity));
  }
  return cause;
}

/// One text for one way, so that alike causes are one.
std::string signature(const RootCause& cause) {
  std::string text;
  for (const CauseService& service : cause.services) {
    text += service.name + "\x1f" + service.type + "\x1e";
    for (const CauseEntity& entity : service.path) {
      text += entity.name + "\x1f";
      for (const auto& exception : entity.exceptions) text += exception.type + "\x1f" + exception.message + "\x1f";
    }
  }
  return text;
}

/// Failing parts below which nothing fails.
std::vector<RootCause> failures(const Trace& trace, bool (*fails)(const Outcome&)) {
  std::set<const Part*> with_failure_below;  // each is walked over once: callers can form circles
  for (const Part& part : trace.parts()) {
    if (!fails(part.outcome)) continue;
    const Part* at = above(part);
    while (at != nullptr && with_failure_below.insert(at).second) at = above(*at);
  }
  std::vector<RootCause> causes;
  std::set<std::string> known;
  for (const Part& part : trace.parts()) {
    if (!fails(part.outcome) || part.owner == nullptr || with_failure_below.contains(&part)) continue;
    if (causes.size() >= kMostCauses) break;
    RootCause cause = cause_along(path_to(part), 0);
    cause.client_impacting = trace.root() != nullptr && fails(trace.root()->outcome);
    if (known.insert(signature(cause)).second) causes.push_back(std::move(cause));
  }
  return causes;
}

/// The way on which at least half of each step's time was spent.
std::vector<RootCause> slowness(const Trace& trace) {
  const Part* at = trace.root();
  if (at == nullptr || at->in_progress) return {};
  std::vector<const Part*> path;
  while (at != nullptr && path.size() < kLongestPath) {
    path.push_back(at);
    const Part* longest = nullptr;
    for (const Part* next : below(*at)) {
      if (longest == nullptr || next->duration() > longest->duration()) longest = next;
    }
    at = longest != nullptr && longest->duration() * 2 >= path.back()->duration() ? longest : nullptr;
  }
  RootCause cause = cause_along(path, trace.root()->duration());
  cause.client_impacting = true;
  return {cause};
}

}  // namespace

RootCauses find_root_causes(const Trace& trace) {
  return {failures(trace, [](const Outcome& outcome) { return outcome.fault; }),
          failures(trace, [](const Outcome& outcome) { return outcome.error || outcome.throttle; }), slowness(trace)};
}

Value to_value(const RootCause& cause, CauseKind kind, const std::string& account) {
  Array services;
  for (const CauseService& service : cause.services) {
    Array path;
    for (const CauseEntity& entity : service.path) {
      Object one{{"Name", Value(entity.name)}};
      if (kind == CauseKind::kResponseTime) {
        one.emplace_back("Coverage", Value(entity.coverage));
      } else {
        Array exceptions;
        for (const auto& [type, message] : entity.exceptions)
          exceptions.emplace_back(Object{{"Name", Value(type)}, {"Message", Value(message)}});
        one.emplace_back("Exceptions", Value(std::move(exceptions)));
      }
      one.emplace_back("Remote", Value(entity.remote));
      path.emplace_back(std::move(one));
    }
    services.emplace_back(Object{{"Name", Value(service.name)},
                                 {"Names", Value(Array{Value(service.name)})},
                                 {"Type", Value(service.type)},
                                 {"AccountId", Value(account)},
                                 {"EntityPath", Value(std::move(path))},
                                 {"Inferred", Value(service.inferred)}});
  }
  return Object{{"Services", Value(std::move(services))}, {"ClientImpacting", Value(cause.client_impacting)}};
}

}  // namespace tetrascope::xray
