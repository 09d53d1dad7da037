#include "slices/xray/sampling_targets.h"

#include <algorithm>

#include "slices/xray/document_number.h"
#include "slices/xray/segment.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMostDocuments = 25;
constexpr double kQuotaSeconds = 300, kTooFarSeconds = 15 * 60;
constexpr std::int64_t kIntervalSeconds = 10;

Value unprocessed(std::string_view rule, std::string_view message) {
  Object out;
  put_text(out, "RuleName", rule);
  put_text(out, "ErrorCode", "400");
  put_text(out, "Message", message);
  return out;
}

Outcomes<Array> documents_of(const Call& call, std::string_view name) {
  const Value* found = member(call.body, name);
  if (found == nullptr) return Array{};
  const auto* list = found->as<Array>();
  if (list == nullptr) return invalid(std::string(name) + ": want a list");
  if (list->size() > kMostDocuments) return invalid(std::string(name) + ": at most 25 documents");
  return *list;
}

bool is_recent(const Value& document, UnixNanos now) {
  const Value* found = member(document, "Timestamp");
  const auto time = found == nullptr ? std::nullopt : parse_time(*found);
  return time && std::abs(seconds_of(*time) - seconds_of(now)) <= kTooFarSeconds;
}

std::int64_t count_at(const Value& document, std::string_view name) {
  return static_cast<std::int64_t>(std::clamp(number_at(document, {name}).value_or(0), 0.0, 1e15));
}

/// Boosts by rule, for the rules whose clients report anomalies.
struct Boosts {
  std::map<std::string, Value> by_rule;
  Array unprocessed;
};
Boosts read_boosts(const Array& documents, const std::vector<SamplingRule>& rules, SamplingTargets& targets,
                   UnixNanos now) {
  Boosts out;
  for (const Value& document : documents) {
    const std::string name(text_at(document, {"RuleName"}));
    const auto rule = std::ranges::find(rules, name, &SamplingRule::name);
    if (rule == rules.end() || !is_recent(document, now)) {
      out.unprocessed.push_back(unprocessed(name, rule == rules.end() ? "Rule does not exist" : "Statistics too old"));
      continue;
    }
    const auto boost = targets.boost(*rule, number_at(document, {"AnomalyCount"}).value_or(0),
                                     number_at(document, {"TotalCount"}).value_or(0), now);
    if (boost) {
      out.by_rule[name] = Object{{"BoostRate", Value(boost->first)}, {"BoostRateTTL", time_value(boost->second)}};
    }
  }
  return out;
}

}  // namespace

std::int64_t SamplingTargets::report(const Report& report, std::int64_t reservoir, UnixNanos now) {
  const std::lock_guard lock(mutex_);
  const std::int64_t seconds = now.value / kNanosPerSecond;
  auto& clients = clients_[report.rule];
  std::erase_if(clients,
                [&](const auto& one) { return one.second.value < now.value - kActiveSeconds * kNanosPerSecond; });
  if (clients.size() < kMostClients || clients.contains(report.client)) clients[report.client] = now;
  const std::int64_t begin = seconds - seconds % kWindowSeconds;
  Window& window = windows_[{begin, report.rule}];
  window.rule = report.rule;
  window.seconds = begin;
  window.requests += report.requests;
  window.sampled += report.sampled;
  window.borrowed += report.borrowed;
  while (!windows_.empty() && windows_.begin()->first.first < seconds - kKeptSeconds) windows_.erase(windows_.begin());

  const auto place = clients.find(report.client);
  if (place == clients.end()) return 0;
  const auto count = static_cast<std::int64_t>(clients.size());
  const auto number = static_cast<std::int64_t>(std::distance(clients.begin(), place));
  return reservoir / count + (number < reservoir % count ? 1 : 0);
}

std::vector<SamplingTargets::Window> SamplingTargets::windows() const {
  const std::lock_guard lock(mutex_);
  std::vector<Window> out;
  for (auto at = windows_.rbegin(); at != windows_.rend(); ++at) out.push_back(at->second);
  return out;
}

std::optional<std::pair<double, UnixNanos>> SamplingTargets::boost(const SamplingRule& rule, double anomalies,
                                                                   double total, UnixNanos now) {
  const auto most = number_at(rule.rule, {"SamplingRateBoost", "MaxRate"});
  const auto pause = number_at(rule.rule, {"SamplingRateBoost", "CooldownWindowMinutes"});
  if (!most || !pause) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Boost& boost = boosts_[rule.name];
  if (now < boost.until) return std::pair(boost.rate, boost.until);
  if (now < boost.next || anomalies <= 0 || total <= 0) return std::nullopt;
  boost.rate = std::min(*most, std::max(rule.fixed_rate(), anomalies / total));
  boost.until = {now.value + 60 * kNanosPerSecond};
  boost.next = {now.value + static_cast<std::int64_t>(*pause * 60) * kNanosPerSecond};
  return std::pair(boost.rate, boost.until);
}

Outcomes<Value> get_sampling_targets(Call& call, SamplingTargets& targets) {
  XRAY_TRY(const Array documents, documents_of(call, "SamplingStatisticsDocuments"));
  XRAY_TRY(const Array anomalies, documents_of(call, "SamplingBoostStatisticsDocuments"));
  XRAY_TRY(const auto rules, all_rules(call));
  XRAY_TRY(const UnixNanos changed, last_rule_change(call));
  const Boosts boosts = read_boosts(anomalies, rules, targets, call.now());
  Array answers, left;
  for (const Value& document : documents) {
    const std::string name(text_at(document, {"RuleName"}));
    const auto rule = std::ranges::find(rules, name, &SamplingRule::name);
    const std::string client(text_at(document, {"ClientID"}));
    if (rule == rules.end()) {
      left.push_back(unprocessed(name, "Rule does not exist"));
    } else if (client.empty() || client.size() > 64) {
      left.push_back(unprocessed(name, "ClientID: want 24 characters"));
    } else if (!is_recent(document, call.now())) {
      left.push_back(unprocessed(name, "Statistics too old"));
    } else {
      const std::int64_t quota = targets.report({name, client, count_at(document, "RequestCount"),
                                                 count_at(document, "SampledCount"), count_at(document, "BorrowCount")},
                                                rule->reservoir(), call.now());
      Object target{{"RuleName", Value(name)},
                    {"FixedRate", Value(rule->fixed_rate())},
                    {"ReservoirQuota", Value(quota)},
                    {"ReservoirQuotaTTL", Value(seconds_of(call.now()) + kQuotaSeconds)},
                    {"Interval", Value(kIntervalSeconds)}};
      if (const auto boost = boosts.by_rule.find(name); boost != boosts.by_rule.end())
        target.emplace_back("SamplingBoost", boost->second);
      answers.emplace_back(std::move(target));
    }
  }
  Object out{{"SamplingTargetDocuments", Value(std::move(answers))},
             {"LastRuleModification", time_value(changed)},
             {"UnprocessedStatistics", Value(std::move(left))}};
  if (member(call.body, "SamplingBoostStatisticsDocuments") != nullptr)
    out.emplace_back("UnprocessedBoostStatistics", Value(boosts.unprocessed));
  return Value(std::move(out));
}

Outcomes<Value> get_sampling_statistics(Call& /*call*/, const SamplingTargets& targets) {
  Array summaries;
  for (const auto& window : targets.windows()) {
    summaries.emplace_back(Object{{"RuleName", Value(window.rule)},
                                  {"Timestamp", Value(static_cast<double>(window.seconds))},
                                  {"RequestCount", Value(window.requests)},
                                  {"BorrowCount", Value(window.borrowed)},
                                  {"SampledCount", Value(window.sampled)}});
  }
  return Value(Object{{"SamplingStatisticSummaries", Value(std::move(summaries))}});
}

}  // namespace tetrascope::xray
