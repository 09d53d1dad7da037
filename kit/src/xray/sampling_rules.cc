#include "xray/sampling_rules.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/json_writer.h"
#include "xray/daemon_address.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;

std::string text(const json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number(const json& of, const char* key, double otherwise) {
  const auto found = of.find(key);
  return found != of.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::int64_t whole(const json& of, const char* key, std::int64_t otherwise) {
  const double value = number(of, key, static_cast<double>(otherwise));
  return value >= -1e15 && value <= 1e15 ? static_cast<std::int64_t>(value) : otherwise;
}

bool matches_or_unknown(const std::string& pattern, std::string_view value) {
  return value.empty() || matches_wildcard(pattern, value);
}

SamplingRule read_rule(const json& rule) {
  SamplingRule out;
  out.name = std::make_shared<const std::string>(text(rule, "RuleName"));
  out.priority = whole(rule, "Priority", 10'000);
  out.fixed_rate = std::clamp(number(rule, "FixedRate", 0), 0.0, 1.0);
  out.reservoir = std::max<std::int64_t>(0, whole(rule, "ReservoirSize", 0));
  out.service = text(rule, "ServiceName");
  out.host = text(rule, "Host");
  out.method = text(rule, "HTTPMethod");
  out.path = text(rule, "URLPath");
  return out;
}

// SDKs pass over rules for one resource or with attributes: they could not tell whether they match.
bool usable(const json& rule) {
  const auto attributes = rule.find("Attributes");
  const bool plain = attributes == rule.end() || attributes->is_null() || attributes->empty();
  return plain && text(rule, "ResourceARN") == "*" && whole(rule, "Version", 1) == 1 && !text(rule, "RuleName").empty();
}

}  // namespace

bool SamplingRule::matches(const SampledRequest& request) const {
  return matches_or_unknown(service, request.service) && matches_or_unknown(host, request.host) &&
         matches_or_unknown(method, request.method) && matches_or_unknown(path, request.path);
}

bool SamplingRule::take(std::int64_t now_seconds, double random) {
  ++requests;
  if (second != now_seconds) {
    second = now_seconds;
    taken = 0;
  }
  const bool has_quota = quota >= 0 && quota_until >= now_seconds;
  if (has_quota ? taken < quota : reservoir > 0 && taken < 1) {
    ++taken;
    if (!has_quota) ++borrowed;
    if (has_quota) ++sampled;
    return true;
  }
  if (random >= fixed_rate) return false;
  ++sampled;
  return true;
}

std::vector<SamplingRule> parse_rules(std::string_view body, const std::vector<SamplingRule>& before) {
  std::vector<SamplingRule> rules;
  const json answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("SamplingRuleRecords") || !answer["SamplingRuleRecords"].is_array())
    return rules;
  for (const json& record : answer["SamplingRuleRecords"]) {
    if (!record.is_object() || !record.contains("SamplingRule") || !record["SamplingRule"].is_object()) continue;
    if (!usable(record["SamplingRule"])) continue;
    SamplingRule rule = read_rule(record["SamplingRule"]);
    for (const SamplingRule& old : before) {
      if (*old.name != *rule.name) continue;
      SamplingRule kept = old;  // the counts and the quota; what the rule says is new
      kept.priority = rule.priority;
      kept.fixed_rate = rule.fixed_rate;
      kept.reservoir = rule.reservoir;
      kept.service = rule.service;
      kept.host = rule.host;
      kept.method = rule.method;
      kept.path = rule.path;
      rule = std::move(kept);
      break;
    }
    rules.push_back(std::move(rule));
  }
  std::sort(rules.begin(), rules.end(), [](const SamplingRule& a, const SamplingRule& b) {
    return a.priority != b.priority ? a.priority < b.priority : *a.name < *b.name;
  });
  return rules;
}

std::string take_report(std::vector<SamplingRule>& rules, std::string_view client_id, std::int64_t now_seconds) {
  constexpr int kMostDocuments = 25;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("SamplingStatisticsDocuments").begin_array();
  int documents = 0;
  for (SamplingRule& rule : rules) {
    if (rule.requests == 0 || now_seconds - rule.reported_at < rule.interval || documents == kMostDocuments) continue;
    ++documents;
    writer.begin_object().member("RuleName", *rule.name).member("ClientID", client_id).member("Timestamp", now_seconds);
    writer.member("RequestCount", rule.requests)
        .member("SampledCount", rule.sampled)
        .member("BorrowCount", rule.borrowed);
    writer.end_object();
    rule.requests = rule.sampled = rule.borrowed = 0;
    rule.reported_at = now_seconds;
  }
  writer.end_array().end_object();
  return documents == 0 ? std::string() : body;
}

bool apply_targets(std::vector<SamplingRule>& rules, std::string_view body, std::int64_t rules_fetched_at) {
  const json answer = json::parse(body, nullptr, false);
  if (!answer.is_object()) return false;
  const auto targets = answer.find("SamplingTargetDocuments");
  if (targets != answer.end() && targets->is_array()) {
    for (const json& target : *targets) {
      if (!target.is_object()) continue;
      const std::string name = text(target, "RuleName");
      for (SamplingRule& rule : rules) {
        if (*rule.name != name) continue;
        rule.fixed_rate = std::clamp(number(target, "FixedRate", rule.fixed_rate), 0.0, 1.0);
        rule.quota = whole(target, "ReservoirQuota", rule.quota);
        rule.quota_until = whole(target, "ReservoirQuotaTTL", rule.quota_until);
        rule.interval = std::clamp<std::int64_t>(whole(target, "Interval", rule.interval), 1, 3600);
      }
    }
  }
  const auto unprocessed = answer.find("UnprocessedStatistics");
  if (unprocessed != answer.end() && unprocessed->is_array()) {
    for (const json& each : *unprocessed) {
      if (each.is_object() && text(each, "ErrorCode").rfind('4', 0) == 0) return true;  // a rule that is no more
    }
  }
  return whole(answer, "LastRuleModification", 0) > rules_fetched_at;
}

}  // namespace tetrascope::kit
