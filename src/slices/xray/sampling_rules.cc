#include "slices/xray/sampling_rules.h"

#include <algorithm>
#include <tuple>

#include "slices/xray/document_number.h"
#include "slices/xray/segment.h"
#include "slices/xray/tags.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kRuleSpace = "xray.rule";
constexpr std::string_view kChanges = "xray.rules";  ///< one document: when a rule was changed last
constexpr std::string_view kDefaultRule = "Default";
constexpr std::size_t kMostRules = 25;  ///< custom ones (10.1)

Value default_rule(const Call& call) {
  return Object{{"RuleName", Value(std::string(kDefaultRule))},
                {"RuleARN", Value(call.arn("sampling-rule/Default"))},
                {"ResourceARN", Value("*")},
                {"Priority", Value(std::int64_t{10'000})},
                {"FixedRate", Value(0.05)},
                {"ReservoirSize", Value(std::int64_t{1})},
                {"ServiceName", Value("*")},
                {"ServiceType", Value("*")},
                {"Host", Value("*")},
                {"HTTPMethod", Value("*")},
                {"URLPath", Value("*")},
                {"Version", Value(std::int64_t{1})},
                {"Attributes", Value(Object{})}};
}

Outcomes<SamplingRule> parse(const ControlDocument& document) {
  XRAY_ASK(const Value stored, value_from_json(document.json));
  SamplingRule rule;
  rule.name = document.key;
  if (const Value* found = member(stored, "rule")) rule.rule = *found;
  rule.created = nanos_of(number_at(stored, {"created"}).value_or(0));
  rule.modified = nanos_of(number_at(stored, {"modified"}).value_or(0));
  rule.version = document.version;
  return rule;
}

Value record_of(const SamplingRule& rule) {
  return Object{
      {"SamplingRule", rule.rule}, {"CreatedAt", time_value(rule.created)}, {"ModifiedAt", time_value(rule.modified)}};
}
Value rule_answer(const SamplingRule& rule) { return Object{{"SamplingRuleRecord", record_of(rule)}}; }

/// The rule and the time of the change in one commit, so that clients always learn of it.
Outcomes<bool> commit(const Call& call, const SamplingRule& rule, bool remove) {
  const Value stored =
      Object{{"rule", rule.rule}, {"created", time_value(rule.created)}, {"modified", time_value(rule.modified)}};
  ControlWrite write{remove ? ControlWrite::Kind::kRemove : ControlWrite::Kind::kPut, std::string(kRuleSpace),
                     rule.name, remove ? "" : to_json(stored), rule.version};
  ControlWrite changed{
      ControlWrite::Kind::kPut, std::string(kChanges), "last", to_json(Object{{"time", time_value(call.now())}}), {}};
  const std::vector<ControlWrite> writes{std::move(write), std::move(changed)};
  const auto done = call.control().commit(writes);
  if (done) return true;
  if (done.error().code == ErrorCode::kConflict) return invalid("The rule was changed meanwhile; try again");
  return std::unexpected(failure_of(done.error()));
}

struct Limits {
  std::string_view name;
  std::size_t most;
};
constexpr Limits kTexts[] = {{"ResourceARN", 500}, {"ServiceName", 64}, {"ServiceType", 64},
                             {"Host", 64},         {"HTTPMethod", 10},  {"URLPath", 128}};

/// Puts what the call says over `rule`. `complete`: every required member must be there.
Outcomes<Value> changed_rule(const Value& wanted, Object rule, bool complete) {
  const auto required = [&](std::string_view name, bool given) -> Outcomes<bool> {
    if (complete && !given) return invalid("SamplingRule." + std::string(name) + " is required");
    return given;
  };
  for (const auto& [name, most] : kTexts) {
    XRAY_TRY(const auto text, text_member(wanted, name, 0, most));
    XRAY_TRY(const bool given, required(name, text.has_value()));
    if (given) set_member(rule, name, Value(*text));
  }
  XRAY_TRY(const auto priority, integer_member(wanted, "Priority", 1, 9'999));
  XRAY_TRY(const bool has_priority, required("Priority", priority.has_value()));
  if (has_priority) set_member(rule, "Priority", Value(*priority));
  XRAY_TRY(const auto rate, number_member(wanted, "FixedRate", 0, 1));
  XRAY_TRY(const bool has_rate, required("FixedRate", rate.has_value()));
  if (has_rate) set_member(rule, "FixedRate", Value(*rate));
  XRAY_TRY(const auto reservoir, integer_member(wanted, "ReservoirSize", 0, 2'147'483'647));
  XRAY_TRY(const bool has_reservoir, required("ReservoirSize", reservoir.has_value()));
  if (has_reservoir) set_member(rule, "ReservoirSize", Value(*reservoir));
  if (const Value* attributes = member(wanted, "Attributes")) {
    const auto* object = attributes->as<Object>();
    if (object == nullptr || object->size() > 5) return invalid("Attributes: want at most 5 names with texts");
    for (const auto& [key, value] : *object) {
      const auto* text = value.as<std::string>();
      if (key.empty() || key.size() > 32 || text == nullptr || text->empty() || text->size() > 32)
        return invalid("Attributes: want names and texts of 1 to 32 characters");
    }
    set_member(rule, "Attributes", *attributes);
  }
  if (const Value* boost = member(wanted, "SamplingRateBoost")) {
    XRAY_TRY(const auto most, number_member(*boost, "MaxRate", 0, 1));
    XRAY_TRY(const auto pause, integer_member(*boost, "CooldownWindowMinutes", 0, 1e6));
    if (!most || !pause) return invalid("SamplingRateBoost: MaxRate and CooldownWindowMinutes are required");
    set_member(rule, "SamplingRateBoost", Object{{"MaxRate", Value(*most)}, {"CooldownWindowMinutes", Value(*pause)}});
  }
  return Value(std::move(rule));
}

/// The rule that RuleName or RuleARN of `named` means.
Outcomes<SamplingRule> wanted_rule(const Call& call, const Value& named) {
  XRAY_TRY(const auto name, text_member(named, "RuleName", 1, 32));
  XRAY_TRY(const auto arn, text_member(named, "RuleARN", 1, 500));
  if (name.has_value() == arn.has_value()) return invalid("Specify either RuleName or RuleARN");
  XRAY_TRY(const auto rules, all_rules(call));
  for (const SamplingRule& rule : rules) {
    if (name ? rule.name == *name : text_at(rule.rule, {"RuleARN"}) == *arn) return rule;
  }
  return invalid("Sampling rule does not exist: " + (name ? *name : *arn));
}

}  // namespace

double SamplingRule::fixed_rate() const { return number_at(rule, {"FixedRate"}).value_or(0); }
std::int64_t SamplingRule::reservoir() const {
  return static_cast<std::int64_t>(number_at(rule, {"ReservoirSize"}).value_or(0));
}

Outcomes<std::vector<SamplingRule>> all_rules(const Call& call) {
  XRAY_ASK(const auto documents, call.control().list(kRuleSpace, "", "", 1'000));
  std::vector<SamplingRule> rules;
  for (const auto& document : documents) {
    XRAY_TRY(auto rule, parse(document));
    rules.push_back(std::move(rule));
  }
  if (std::ranges::find(rules, kDefaultRule, &SamplingRule::name) == rules.end())
    rules.push_back({std::string(kDefaultRule), default_rule(call), {}, {}, 0});
  std::ranges::sort(rules, {}, [](const SamplingRule& rule) {
    return std::tuple(number_at(rule.rule, {"Priority"}).value_or(0), std::string_view(rule.name));
  });
  return rules;
}

Outcomes<UnixNanos> last_rule_change(const Call& call) {
  XRAY_ASK(const auto document, call.control().get(kChanges, "last"));
  if (!document) return UnixNanos{};
  XRAY_ASK(const Value stored, value_from_json(document->json));
  return nanos_of(number_at(stored, {"time"}).value_or(0));
}

Outcomes<bool> is_rule_arn(const Call& call, const std::string& arn) {
  XRAY_TRY(const auto rules, all_rules(call));
  return std::ranges::any_of(rules, [&](const SamplingRule& rule) { return text_at(rule.rule, {"RuleARN"}) == arn; });
}

Outcomes<Value> create_sampling_rule(Call& call) {
  const Value* given = member(call.body, "SamplingRule");
  if (given == nullptr || given->as<Object>() == nullptr) return invalid("SamplingRule is required");
  XRAY_TRY(const std::string name, required_text(*given, "RuleName", 1, 32));
  XRAY_TRY(const auto version, integer_member(*given, "Version", 1, 1));
  if (!version) return invalid("SamplingRule.Version is required, and must be 1");
  XRAY_TRY(const auto rules, all_rules(call));
  if (std::ranges::find(rules, name, &SamplingRule::name) != rules.end())
    return invalid("Sampling rule already exists: " + name);
  Object empty{{"RuleName", Value(name)}, {"RuleARN", Value(call.arn("sampling-rule/" + name))}};
  XRAY_TRY(Value rule, changed_rule(*given, std::move(empty), true));
  auto& object = std::get<Object>(rule.data);
  object.emplace_back("Version", Value(std::int64_t{1}));
  if (member(rule, "Attributes") == nullptr) object.emplace_back("Attributes", Value(Object{}));
  if (rules.size() > kMostRules) {
    return std::unexpected(Failure{400, "RuleLimitExceededException", "Sampling rule limit exceeded"});
  }
  XRAY_TRY(const auto tags, tags_of_call(call));
  const SamplingRule made{name, std::move(rule), call.now(), call.now(), ControlWrite::kAbsent};
  XRAY_TRY(const bool stored, commit(call, made, false));
  (void)stored;
  XRAY_TRY(const bool tagged, store_tags(call, std::string(text_at(made.rule, {"RuleARN"})), tags));
  (void)tagged;
  return rule_answer(made);
}

Outcomes<Value> update_sampling_rule(Call& call) {
  const Value* given = member(call.body, "SamplingRuleUpdate");
  if (given == nullptr || given->as<Object>() == nullptr) return invalid("SamplingRuleUpdate is required");
  XRAY_TRY(SamplingRule rule, wanted_rule(call, *given));
  if (rule.name == kDefaultRule) {
    for (const auto& [name, value] : std::get<Object>(given->data)) {
      const bool may = name == "RuleName" || name == "RuleARN" || name == "FixedRate" || name == "ReservoirSize";
      if (!may && !value.missing())
        return invalid("Only FixedRate and ReservoirSize of the Default rule can be changed");
    }
  }
  XRAY_TRY(rule.rule, changed_rule(*given, std::get<Object>(rule.rule.data), false));
  rule.modified = call.now();
  XRAY_TRY(const bool stored, commit(call, rule, false));
  (void)stored;
  return rule_answer(rule);
}

Outcomes<Value> delete_sampling_rule(Call& call) {
  XRAY_TRY(const SamplingRule rule, wanted_rule(call, call.body));
  if (rule.name == kDefaultRule) return invalid("The Default rule cannot be deleted");
  XRAY_TRY(const bool done, commit(call, rule, true));
  (void)done;
  XRAY_TRY(const bool untagged, remove_tags(call, std::string(text_at(rule.rule, {"RuleARN"}))));
  (void)untagged;
  return rule_answer(rule);
}

Outcomes<Value> get_sampling_rules(Call& call) {
  XRAY_TRY(const auto rules, all_rules(call));
  Array records;
  for (const SamplingRule& rule : rules) records.push_back(record_of(rule));
  return Value(Object{{"SamplingRuleRecords", Value(std::move(records))}});
}

}  // namespace tetrascope::xray
