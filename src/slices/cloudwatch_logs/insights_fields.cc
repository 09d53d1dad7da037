#include "slices/cloudwatch_logs/insights_fields.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "query/fields.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/plan_literals.h"
#include "slices/honeycomb_key.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;

constexpr std::size_t kMaxJsonSteps = 30;
constexpr std::size_t kMaxDottedKeys = 4;  ///< that are looked for under one name

ExprPtr unless_empty(ExprPtr value) {
  return plan::call(F::kIf, {plan::call(F::kNe, {value, literal_text("")}), value, literal(Value(), Type::kString)});
}

/// Of an attribute, which a client sent with a type of its own: what it looks like here.
ExprPtr text_of_any(const ExprPtr& any) {
  const ExprPtr is_flag = plan::call(F::kEq, {plan::call(F::kTypeName, {any}), literal_text("bool")});
  const ExprPtr digit = plan::call(F::kToString, {plan::call(F::kToInt, {plan::call(F::kToBool, {any})})});
  return plan::call(F::kIf, {is_flag, digit, plan::call(F::kToString, {any})});
}

/// What Lambda's own lines hold: of a line that begins so, the first group; times `scale` where that is not 0.
struct LambdaField {
  std::string_view name;
  std::string_view pattern;
  std::int64_t scale = 0;
};
constexpr std::int64_t kMegabyte = 1'000'000;
constexpr LambdaField kLambdaFields[] = {
    {"@type", R"(^(START|END|REPORT) RequestId: )"},
    {"@requestId",
     R"(^(?:(?:START|END|REPORT) RequestId: |(?:\[[A-Z]+\]\t)?[0-9T:.Z-]+\t)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))"},
    {"@duration", R"(^REPORT RequestId: \S+\s+Duration: ([0-9.]+) ms)", 1},
    {"@billedDuration", R"((?s)^REPORT RequestId: .*\sBilled Duration: ([0-9.]+) ms)", 1},
    {"@initDuration", R"((?s)^REPORT RequestId: .*\sInit Duration: ([0-9.]+) ms)", 1},
    {"@memorySize", R"((?s)^REPORT RequestId: .*\sMemory Size: ([0-9]+) MB)", kMegabyte},
    {"@maxMemoryUsed", R"((?s)^REPORT RequestId: .*\sMax Memory Used: ([0-9]+) MB)", kMegabyte},
    {"@xrayTraceId", R"((?s)^REPORT RequestId: .*\sXRAY TraceId: (\S+))"},
    {"@xraySegmentId", R"((?s)^REPORT RequestId: .*\sSegmentId: (\S+))"},
};

ExprPtr lambda_value(const LambdaField& field) {
  ExprPtr text = plan::call(F::kExtract, {column("body"), literal_text(field.pattern)});
  if (field.scale == 0) return text;
  const ExprPtr scaled = plan::call(F::kMul, {plan::call(F::kToDouble, {text}), literal_integer(field.scale)});
  return plan::call(F::kToString, {scaled});
}

bool names_trace(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"@xrayTraceId", "@traceId", "trace_id", "traceId"};
  return std::ranges::find(kNames, name) != kNames.end();
}

using Steps = std::vector<ExprPtr>;

bool is_key(const ExprPtr& step) { return std::get<plan::Literal>(step->node).value.as<std::string>() != nullptr; }

/// `a.b.0.c`: keys, and indexes of lists.
Steps steps_of(std::string_view path) {
  Steps steps;
  while (!path.empty() && steps.size() < kMaxJsonSteps) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    std::string step(path.substr(0, dot));
    std::ranges::replace(step, kQuotedDot, '.');
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (step.empty()) continue;
    std::int64_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool is_index = error == std::errc{} && end == step.data() + step.size() && index >= 0 && index <= 1'000'000;
    steps.push_back(is_index ? literal(Value(index)) : literal(Value(std::move(step))));
  }
  return steps;
}

ExprPtr json_text(ExprPtr document, const Steps& steps) {
  Steps arguments = {std::move(document)};
  arguments.insert(arguments.end(), steps.begin(), steps.end());
  return plan::call(F::kJsonText, std::move(arguments));
}

/// Members whose keys have dots of their own, as OpenTelemetry's have: `a.b.c` is also "b.c" in a, and "a.b.c".
/// Messages in which such a key does not stand are not read again.
void add_dotted_members(const Steps& steps, std::vector<ExprPtr>& places) {
  if (steps.size() < 2) return;
  std::string key = *std::get<plan::Literal>(steps.back()->node).value.as<std::string>();
  for (std::size_t first = steps.size() - 1; first-- > 0 && is_key(steps[first]);) {
    key.insert(0, *std::get<plan::Literal>(steps[first]->node).value.as<std::string>() + ".");
    Steps joined(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(first));
    joined.push_back(literal(Value(key)));
    const ExprPtr stands = plan::call(F::kContains, {column("body"), literal_text(to_plain_json(Value(key)))});
    places.push_back(plan::call(F::kIf, {stands, json_text(column("body"), joined), literal(Value(), Type::kString)}));
    if (places.size() > kMaxDottedKeys) return;
  }
}

}  // namespace

ExprPtr json_member(ExprPtr document, std::string_view path) {
  const Steps steps = steps_of(path);
  return steps.empty() ? nullptr : json_text(std::move(document), steps);
}

TypedQueryExpr EventFields::use(std::string_view name) {
  const auto found = std::ranges::find(used_, name, &Used::name);
  if (found != used_.end()) return found->column;
  const TypedQueryExpr value = read(name);
  const std::string column_name = "c" + std::to_string(columns_.size());
  columns_.push_back({column_name, value.expr});
  used_.push_back({std::string(name), {plan::field(column_name), value.type}});
  return used_.back().column;
}

TypedQueryExpr EventFields::read(std::string_view name) const {
  if (name == "@timestamp") return {column("time"), Type::kTime};
  if (name == "@ingestionTime") return {column("received"), Type::kTime};
  if (name == "@message") return {column("body"), Type::kString};
  if (name == "@logStream") return {stream_name_expr(), Type::kString};
  if (name == "@log") return {plan::call(F::kConcat, {literal_text(account_ + ":"), column("service")}), Type::kString};
  if (name == "@aws.account") return text_literal(account_);
  if (name == "@aws.region") return text_literal(region_);
  std::vector<ExprPtr> places;
  const auto* const of_lambda = std::ranges::find(kLambdaFields, name, &LambdaField::name);
  if (of_lambda != std::end(kLambdaFields)) places.push_back(lambda_value(*of_lambda));
  if (name.starts_with("@@")) name.remove_prefix(1);
  if (const Steps steps = steps_of(name); !steps.empty()) {
    places.push_back(json_text(column("body"), steps));
    if (is_key(steps.back())) add_dotted_members(steps, places);
  }
  const std::string key(name);
  const plan::KnownTypes known = plan::known_types(catalogue_, Signal::kLogs, kDefaultEnvironment, "", key);
  if (!known.empty()) places.push_back(text_of_any(plan::attribute_of_known_types(key, known, Type::kAny)));
  const auto add_text = [&](ExprPtr value) { places.push_back(unless_empty(std::move(value))); };
  if (names_trace(name)) add_text(plan::call(F::kIdText, {column("trace_id")}));
  if (name == "severity_text" || name == "severityText") add_text(column("severity_text"));
  if (places.empty()) return missing_value();
  if (places.size() == 1) return {places.front(), Type::kString};
  return {plan::call(F::kCoalesce, std::move(places)), Type::kString};
}

}  // namespace tetrascope::cloudwatch_logs
