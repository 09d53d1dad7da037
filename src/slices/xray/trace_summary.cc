#include "slices/xray/trace_summary.h"

#include <algorithm>
#include <map>
#include <set>

#include "slices/xray/document_number.h"
#include "slices/xray/root_causes.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMostAnnotations = 50;

double duration_of(const Trace& trace) { return std::max(0.0, trace.end() - trace.start()); }

Value http_of(const Part* root) {
  Object http;
  if (root == nullptr) return http;
  put_text(http, "HttpURL", text_at(*root->body, {"http", "request", "url"}));
  if (const auto status = number_at(*root->body, {"http", "response", "status"});
      status && *status >= 0 && *status < 1e6)
    http.emplace_back("HttpStatus", Value(static_cast<std::int64_t>(*status)));
  put_text(http, "HttpMethod", text_at(*root->body, {"http", "request", "method"}));
  put_text(http, "UserAgent", text_at(*root->body, {"http", "request", "user_agent"}));
  put_text(http, "ClientIp", text_at(*root->body, {"http", "request", "client_ip"}));
  return http;
}

/// {StringValue} and its like; missing for what is no annotation.
Value annotation_value(const Value& value) {
  if (value.as<std::string>() != nullptr) return Object{{"StringValue", value}};
  if (value.as<bool>() != nullptr) return Object{{"BooleanValue", value}};
  if (number_of(&value)) return Object{{"NumberValue", value}};
  return {};
}

/// A value of a trace, and the services that have it.
class Holders {
 public:
  void add(const std::string& text, Value value, const Part* owner, const std::string& account) {
    auto& [kept, services, known] = entries_[text];
    if (kept.missing()) kept = std::move(value);
    if (owner == nullptr || !known.insert({node_name(*owner), node_type(*owner)}).second) return;
    services.push_back(service_id(*owner, account));
  }
  [[nodiscard]] Array write(const std::string& name) const {
    Array out;
    for (const auto& [text, entry] : entries_)
      out.emplace_back(Object{{name, entry.value}, {"ServiceIds", Value(entry.services)}});
    return out;
  }

 private:
  struct Entry {
    Value value;
    Array services;
    std::set<std::pair<std::string, std::string>> known;
  };
  std::map<std::string, Entry> entries_;
};

Value annotations_of(const Trace& trace, const std::string& account) {
  std::map<std::string, Holders> found;
  for (const Part& part : trace.parts()) {
    const Object* annotations = object_at(*part.body, {"annotations"});
    if (annotations == nullptr) continue;
    for (const auto& [key, value] : *annotations) {
      Value typed = annotation_value(value);
      if (typed.missing() || (found.size() >= kMostAnnotations && !found.contains(key))) continue;
      const std::string text = to_json(typed);
      found[key].add(text, std::move(typed), part.owner, account);
    }
  }
  Object out;
  for (const auto& [key, holders] : found) out.emplace_back(key, Value(holders.write("AnnotationValue")));
  return out;
}

Array users_of(const Trace& trace, const std::string& account) {
  Holders users;
  for (const Part* segment : trace.segments()) {
    const std::string user(text_at(*segment->body, {"user"}));
    if (!user.empty()) users.add(user, Value(user), segment, account);
  }
  return users.write("UserName");
}

/// Distinct texts at a place of the segments, each as {name: text}.
Array distinct(const Trace& trace, const std::string& name, std::initializer_list<std::string_view> path) {
  std::set<std::string, std::less<>> known;
  for (const Part* segment : trace.segments()) {
    if (const auto text = text_at(*segment->body, path); !text.empty()) known.emplace(text);
  }
  Array out;
  for (const std::string& text : known) out.emplace_back(Object{{name, Value(text)}});
  return out;
}

Array services_of(const Trace& trace, const std::string& account) {
  std::set<std::pair<std::string, std::string>> known;
  Array out;
  for (const Part* segment : trace.segments()) {
    if (known.insert({node_name(*segment), node_type(*segment)}).second) out.push_back(service_id(*segment, account));
  }
  return out;
}

Array causes(const std::vector<RootCause>& found, CauseKind kind, const std::string& account) {
  Array out;
  for (const RootCause& cause : found) out.push_back(to_value(cause, kind, account));
  return out;
}

}  // namespace

Value service_id(const Part& segment, const std::string& account) {
  const std::string name = node_name(segment);
  Object id{{"Name", Value(name)}, {"Names", Value(Array{Value(name)})}, {"AccountId", Value(account)}};
  put_text(id, "Type", node_type(segment));
  return id;
}

Value summary_of(const Trace& trace, const std::string& account, double matched) {
  const Part* root = trace.root();
  const RootCauses found = find_root_causes(trace);
  Object out{{"Id", Value(xray_trace_id(trace.id()))},
             {"StartTime", Value(trace.start())},
             {"Duration", Value(duration_of(trace))}};
  if (root != nullptr && !root->in_progress) out.emplace_back("ResponseTime", Value(root->duration()));
  const bool throttled =
      std::ranges::any_of(trace.segments(), [](const Part* segment) { return segment->outcome.throttle; });
  out.emplace_back("HasFault", Value(root != nullptr && root->outcome.fault));
  out.emplace_back("HasError", Value(root != nullptr && root->outcome.error));
  out.emplace_back("HasThrottle", Value(throttled));
  out.emplace_back("IsPartial", Value(trace.partial()));
  out.emplace_back("Http", http_of(root));
  out.emplace_back("Annotations", annotations_of(trace, account));
  out.emplace_back("Users", Value(users_of(trace, account)));
  out.emplace_back("ServiceIds", Value(services_of(trace, account)));
  out.emplace_back("ResourceARNs", Value(distinct(trace, "ARN", {"resource_arn"})));
  out.emplace_back("InstanceIds", Value(distinct(trace, "Id", {"aws", "ec2", "instance_id"})));
  out.emplace_back("AvailabilityZones", Value(distinct(trace, "Name", {"aws", "ec2", "availability_zone"})));
  if (root != nullptr) out.emplace_back("EntryPoint", service_id(*root, account));
  out.emplace_back("FaultRootCauses", Value(causes(found.fault, CauseKind::kFault, account)));
  out.emplace_back("ErrorRootCauses", Value(causes(found.error, CauseKind::kError, account)));
  out.emplace_back("ResponseTimeRootCauses", Value(causes(found.response_time, CauseKind::kResponseTime, account)));
  out.emplace_back("Revision", Value(static_cast<std::int64_t>(trace.documents().size())));
  if (matched != 0) out.emplace_back("MatchedEventTime", Value(matched));
  return out;
}

Value full_trace(const Trace& trace) {
  Array segments;
  const auto add = [&](const Part& part) {
    segments.emplace_back(Object{{"Id", Value(part.id)}, {"Document", Value(document_of(trace, part))}});
  };
  for (const Part* segment : trace.segments()) add(*segment);
  for (const Part* orphan : trace.orphans()) add(*orphan);
  return Object{{"Id", Value(xray_trace_id(trace.id()))},
                {"Duration", Value(duration_of(trace))},
                {"LimitExceeded", Value(false)},
                {"Segments", Value(std::move(segments))}};
}

}  // namespace tetrascope::xray
