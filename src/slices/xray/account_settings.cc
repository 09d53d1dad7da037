#include "slices/xray/account_settings.h"

#include <algorithm>
#include <cctype>

#include "slices/xray/document_number.h"
#include "slices/xray/segment.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kSettings = "xray.setting";
constexpr std::string_view kPolicies = "xray.policy";
constexpr std::size_t kMostPolicies = 5, kMostPolicyBytes = std::size_t{5} << 10;

/// A setting as stored, or `standard`.
Outcomes<Value> load_setting(const Call& call, std::string_view space, std::string_view key, Value standard) {
  XRAY_ASK(const auto document, call.control().get(space, key));
  if (!document) return standard;
  XRAY_ASK(Value stored, value_from_json(document->json));
  return stored;
}

Outcomes<Value> save_setting(const Call& call, std::string_view space, const std::string& key, Value value) {
  XRAY_ASK(const auto version, call.control().put(std::string(space), key, to_json(value)));
  (void)version;
  return value;
}

std::unexpected<Failure> failed(std::string type, std::string message) {
  return std::unexpected(Failure{400, std::move(type), std::move(message)});
}

bool is_policy_name(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_+=,.@-").contains(static_cast<char>(c));
  });
}

Value standard_indexing() {
  return Object{{"Name", Value("Default")},
                {"ModifiedAt", Value(0.0)},
                {"Rule", Value(Object{{"Probabilistic", Value(Object{{"DesiredSamplingPercentage", Value(1.0)},
                                                                     {"ActualSamplingPercentage", Value(1.0)}})}})}};
}

Value standard_destination() { return Object{{"Destination", Value("XRay")}, {"Status", Value("ACTIVE")}}; }

}  // namespace

Outcomes<Value> get_encryption_config(Call& call) {
  XRAY_TRY(Value config,
           load_setting(call, kSettings, "encryption", Object{{"Status", Value("ACTIVE")}, {"Type", Value("NONE")}}));
  return Value(Object{{"EncryptionConfig", std::move(config)}});
}

Outcomes<Value> put_encryption_config(Call& call) {
  XRAY_TRY(const std::string type, required_text(call.body, "Type", 1, 10));
  if (type != "NONE" && type != "KMS") return invalid("Type: want NONE or KMS");
  XRAY_TRY(const auto key, text_member(call.body, "KeyId", 1, 3'000));
  if ((type == "KMS") != key.has_value())
    return invalid(type == "KMS" ? "KeyId is required for KMS" : "KeyId is only for KMS");
  Object config;
  if (key) {
    const bool whole = key->starts_with("arn:");
    const std::string name = key->starts_with("alias/") ? *key : "key/" + *key;
    config.emplace_back("KeyId", Value(whole ? *key : "arn:aws:kms:" + call.region + ":" + call.account + ":" + name));
  }
  config.emplace_back("Status", Value("ACTIVE"));
  config.emplace_back("Type", Value(type));
  XRAY_TRY(Value saved, save_setting(call, kSettings, "encryption", Value(std::move(config))));
  return Value(Object{{"EncryptionConfig", std::move(saved)}});
}

Outcomes<Value> put_resource_policy(Call& call) {
  XRAY_TRY(const std::string name, required_text(call.body, "PolicyName", 1, 128));
  if (!is_policy_name(name)) return invalid("PolicyName: want letters, digits and _+=,.@-");
  XRAY_TRY(const std::string policy, required_text(call.body, "PolicyDocument", 0, std::size_t{1} << 20));
  if (policy.size() > kMostPolicyBytes) return failed("PolicySizeLimitExceededException", "A policy has at most 5 KB");
  const auto parsed = value_from_json(policy);
  if (!parsed || member(*parsed, "Statement") == nullptr)
    return failed("MalformedPolicyDocumentException", "The policy is not JSON with a Statement");
  XRAY_TRY(const auto revision, text_member(call.body, "PolicyRevisionId", 0, 100));
  XRAY_TRY(const Value stored, load_setting(call, kPolicies, name, Value()));
  const std::string_view latest = stored.missing() ? "0" : text_at(stored, {"PolicyRevisionId"});
  if (revision && *revision != latest)
    return failed("InvalidPolicyRevisionIdException", "The policy has another revision");
  XRAY_ASK(const auto policies, call.control().list(kPolicies, "", "", kMostPolicies + 1));
  if (stored.missing() && policies.size() >= kMostPolicies)
    return failed("PolicyCountLimitExceededException", "There are at most 5 policies");
  const auto number = number_at(stored, {"PolicyRevisionId"}).value_or(0) + 1;
  XRAY_TRY(Value saved,
           save_setting(call, kPolicies, name,
                        Object{{"PolicyName", Value(name)},
                               {"PolicyDocument", Value(policy)},
                               {"PolicyRevisionId", Value(std::to_string(static_cast<std::int64_t>(number)))},
                               {"LastUpdatedTime", time_value(call.now())}}));
  return Value(Object{{"ResourcePolicy", std::move(saved)}});
}

Outcomes<Value> list_resource_policies(Call& call) {
  XRAY_ASK(const auto documents, call.control().list(kPolicies, "", "", 100));
  Array policies;
  for (const auto& document : documents) {
    XRAY_ASK(Value policy, value_from_json(document.json));
    policies.push_back(std::move(policy));
  }
  return Value(Object{{"ResourcePolicies", Value(std::move(policies))}});
}

Outcomes<Value> delete_resource_policy(Call& call) {
  XRAY_TRY(const std::string name, required_text(call.body, "PolicyName", 1, 128));
  XRAY_TRY(const auto revision, text_member(call.body, "PolicyRevisionId", 0, 100));
  XRAY_TRY(const Value stored, load_setting(call, kPolicies, name, Value()));
  if (stored.missing()) return invalid("Resource policy not found: " + name);
  if (revision && *revision != text_at(stored, {"PolicyRevisionId"}))
    return failed("InvalidPolicyRevisionIdException", "The policy has another revision");
  XRAY_ASK(const auto removed, call.control().remove(std::string(kPolicies), name));
  (void)removed;
  return Value(Object{});
}

Outcomes<Value> get_indexing_rules(Call& call) {
  XRAY_TRY(Value rule, load_setting(call, kSettings, "indexing", standard_indexing()));
  return Value(Object{{"IndexingRules", Value(Array{std::move(rule)})}});
}

Outcomes<Value> update_indexing_rule(Call& call) {
  XRAY_TRY(const std::string name, required_text(call.body, "Name", 1, 32));
  if (name != "Default") return not_found("Indexing rule not found: " + name, name);
  const Value* probabilistic = member(call.body, {"Rule", "Probabilistic"});
  if (probabilistic == nullptr) return invalid("Rule.Probabilistic is required");
  XRAY_TRY(const auto share, number_member(*probabilistic, "DesiredSamplingPercentage", 0, 100));
  if (!share) return invalid("DesiredSamplingPercentage is required");
  Value rule = standard_indexing();
  auto& object = std::get<Object>(rule.data);
  set_member(object, "ModifiedAt", time_value(call.now()));
  set_member(object, "Rule",
             Object{{"Probabilistic", Value(Object{{"DesiredSamplingPercentage", Value(*share)},
                                                   {"ActualSamplingPercentage", Value(*share)}})}});
  XRAY_TRY(Value saved, save_setting(call, kSettings, "indexing", std::move(rule)));
  return Value(Object{{"IndexingRule", std::move(saved)}});
}

Outcomes<Value> get_segment_destination(Call& call) {
  return load_setting(call, kSettings, "destination", standard_destination());
}

Outcomes<Value> update_segment_destination(Call& call) {
  XRAY_TRY(const auto destination, text_member(call.body, "Destination", 0, 20));
  if (!destination) return get_segment_destination(call);
  if (*destination != "XRay" && *destination != "CloudWatchLogs")
    return invalid("Destination: want XRay or CloudWatchLogs");
  return save_setting(call, kSettings, "destination",
                      Object{{"Destination", Value(*destination)}, {"Status", Value("ACTIVE")}});
}

}  // namespace tetrascope::xray
