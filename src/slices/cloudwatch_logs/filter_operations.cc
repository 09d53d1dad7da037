#include "slices/cloudwatch_logs/filter_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "model/members.h"
#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/filter_pattern.h"
#include "slices/cloudwatch_logs/filters_store.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/refusals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMaxMetricFilters = 100;
constexpr std::size_t kMaxSubscriptions = 2;
constexpr std::size_t kMaxTestMessages = 50;

const aws::TextRule kFilterName{.min = 1, .max = kMaxName, .pattern = kNameLetters, .required = true};
const aws::TextRule kPattern{.max = kMaxPattern, .required = true};

/// As AWS prints a list of transformations in a message.
std::string java_text(const Array& transformations) {
  std::string out = "[";
  for (const Value& one : transformations) {
    const auto* object = one.as<Object>();
    if (object == nullptr) continue;
    const auto part = [&](std::string_view name) {
      const auto found = std::ranges::find(*object, name, &Object::value_type::first);
      if (found == object->end() || found->second.missing()) return std::string("null");
      const auto* text = found->second.as<std::string>();
      return text != nullptr ? *text : to_plain_json(found->second);
    };
    if (out.size() > 1) out += ", ";
    out += fmt::format(
        "MetricTransformation(metricName={}, metricNamespace={}, metricValue={}, defaultValue={}, unit={}, "
        "dimensions={})",
        part("metricName"), part("metricNamespace"), part("metricValue"), part("defaultValue"), part("unit"),
        part("dimensions"));
  }
  return out + "]";
}

void check_unit(Parameters& in, Parameters& each) {
  constexpr std::array<std::string_view, 27> kUnits = {
      "Seconds",          "Microseconds",     "Milliseconds", "Bytes",           "Kilobytes",        "Megabytes",
      "Gigabytes",        "Terabytes",        "Bits",         "Kilobits",        "Megabits",         "Gigabits",
      "Terabits",         "Percent",          "Count",        "Bytes/Second",    "Kilobytes/Second", "Megabytes/Second",
      "Gigabytes/Second", "Terabytes/Second", "Bits/Second",  "Kilobits/Second", "Megabits/Second",  "Gigabits/Second",
      "Terabits/Second",  "Count/Second",     "None"};
  const auto unit = each.text("unit");
  if (!unit) {
    if (each.has("unit")) in.wrong_type("unit", "a string");
    return;
  }
  if (std::ranges::find(kUnits, *unit) == kUnits.end())
    in.problem(*unit, "metricTransformations.1.member.unit",
               fmt::format("Member must satisfy enum value set: [{}]", fmt::join(kUnits, ", ")));
}

/// What the parts of a transformation say together.
Outcome<void> check_transformation(const Object& transformation, const FilterPattern& pattern) {
  constexpr std::size_t kMaxDimensions = 3;
  const std::string_view value = text_of(member(transformation, "metricValue"));
  double number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = read.ec == std::errc{} && read.ptr == value.data() + value.size();
  if (!is_number && (value.size() < 2 || !value.starts_with('$')))
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid metric transformation: metricValue must be a number or the name of a field of the "
                       "pattern, which begins with $.");
  const Value* fallback = member(transformation, "defaultValue");
  if (fallback != nullptr && !number_of(fallback))
    return aws::refuse("SerializationException", "'defaultValue' is not a number");
  const Object* dimensions = object_of(member(transformation, "dimensions"));
  if (dimensions == nullptr || dimensions->empty()) return {};
  if (fallback != nullptr)
    return aws::refuse(
        std::string(kInvalidParameter),
        "Invalid metric transformation: dimensions and default value are mutually exclusive properties.");
  if (dimensions->size() > kMaxDimensions)
    return aws::refuse(
        std::string(kInvalidParameter),
        fmt::format("Invalid metric transformation: a metric filter has at most {} dimensions.", kMaxDimensions));
  if (pattern.kind != FilterPattern::Kind::kJson && pattern.kind != FilterPattern::Kind::kFields)
    return aws::refuse(std::string(kInvalidParameter), "The specified filter pattern does not support dimensions");
  const auto is_selector = [](const auto& one) { return text_of(&one.second).starts_with('$'); };
  if (!std::ranges::all_of(*dimensions, is_selector))
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid metric transformation: the value of a dimension is the name of a field of the pattern, "
                       "which begins with $.");
  return {};
}

/// Exactly one, with a name, a namespace and a value.
Array read_transformations(Parameters& in) {
  constexpr std::string_view kName = "metricTransformations";
  const Array* found = in.list(kName, {.required = true});
  if (found == nullptr) return {};
  if (found->size() > 1) in.problem(java_text(*found), kName, "Member must have length less than or equal to 1");
  if (found->empty()) in.problem("[]", kName, "Member must have length greater than or equal to 1");
  for (const Value& one : *found) {
    if (one.as<Object>() == nullptr) {
      in.wrong_type(kName, "a list of objects");
      return {};
    }
    Parameters each(*one.as<Object>());
    const auto check = [&](std::string_view name, std::size_t max, bool (*allowed)(unsigned char),
                           std::string_view pattern) {
      const std::string place = fmt::format("{}.1.member.{}", kName, name);
      const auto text = each.text(name);
      if (!text && each.has(name)) return in.wrong_type(name, "a string");
      if (!text) return in.problem("null", place, "Member must not be null");
      if (aws::count_characters(*text) > max)
        in.problem(*text, place, fmt::format("Member must have length less than or equal to {}", max));
      if (allowed != nullptr &&
          !std::ranges::all_of(*text, [&](char c) { return allowed(static_cast<unsigned char>(c)); }))
        in.problem(*text, place, fmt::format("Member must satisfy regular expression pattern: {}", pattern));
    };
    check("metricName", 255, kMetricLetters.allows, kMetricLetters.expression);
    check("metricNamespace", 255, nullptr, "");  // AWS itself takes what its model forbids here (2.4)
    check("metricValue", 100, nullptr, "");
    check_unit(in, each);
  }
  return *found;
}

Outcome<FilterPattern> read_pattern(std::string_view text, std::string_view words) {
  auto pattern = parse_filter_pattern(text);
  if (!pattern) return std::unexpected(pattern_fault(words, pattern.error()));
  return *std::move(pattern);
}

struct Page {
  std::size_t first = 0;
  std::size_t end = 0;
  std::optional<std::string> next;
};
/// By number: filters are few, and the same call repeated shows what has changed.
Outcome<Page> page_of(std::size_t size, const std::string& question, const std::optional<std::string>& token,
                      std::size_t limit) {
  Page page;
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    if (!place || place->find_first_not_of("0123456789") != std::string::npos || place->empty() || place->size() > 9)
      return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    page.first = std::min<std::size_t>(std::stoul(*place), size);
  }
  page.end = std::min(page.first + limit, size);
  if (page.end < size) page.next = aws::write_page_token(question, std::to_string(page.end));
  return page;
}

Outcome<Answer> describe(Call& call, std::string_view space, std::string_view list_name,
                         const std::function<bool(const Object&)>& wanted) {
  Parameters& in = call.parameters;
  const auto group_name = in.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto prefix = in.text("filterNamePrefix", {.min = 1, .max = kMaxName, .pattern = kNameLetters});
  const auto token = in.text("nextToken", {.min = 1});
  const auto limit = static_cast<std::size_t>(in.number("limit", {.min = 1, .max = kMaxDescribed}).value_or(50));
  RETURN_IF_FAULT(in.verdict());
  std::optional<LogGroup> group;
  if (group_name) {
    ASSIGN_OR_FAULT(group, require_group(call, *group_name));
  }
  ASSIGN_OR_FAULT(auto filters, list_filters(call, space, group ? &*group : nullptr, prefix.value_or("")));
  std::erase_if(filters, [&](const Object& filter) { return !wanted(filter); });
  const std::string question = fmt::format("{} {} {}", space, group_name.value_or(""), prefix.value_or(""));
  ASSIGN_OR_FAULT(const Page page, page_of(filters.size(), question, token, limit));
  Array shown;
  for (std::size_t i = page.first; i < page.end; ++i) shown.emplace_back(std::move(filters[i]));
  Object answer{{std::string(list_name), Value(std::move(shown))}};
  if (page.next) answer.emplace_back("nextToken", Value(*page.next));
  return Answer(std::move(answer));
}

Outcome<void> check_quota(Call& call, std::string_view space, const LogGroup& group, std::string_view name,
                          std::size_t most) {
  ASSIGN_OR_FAULT(const auto filters, list_filters(call, space, &group, ""));
  const bool replaces =
      std::ranges::any_of(filters, [&](const Object& filter) { return text_of(member(filter, "filterName")) == name; });
  if (!replaces && filters.size() >= most) return aws::refuse(std::string(kLimitExceeded), "Resource limit exceeded.");
  return {};
}

Outcome<Answer> remove(Call& call, std::string_view space, std::string_view words) {
  const auto group_name = call.parameters.text("logGroupName", {.pattern = kGroupLetters, .required = true});
  const auto name = call.parameters.text("filterName", {.pattern = kNameLetters, .required = true});
  RETURN_IF_FAULT(call.parameters.verdict());
  if (aws::count_characters(*group_name) > kMaxName || aws::count_characters(*name) > kMaxName)
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid LogGroup or LogStream, both must have length less than or equal to 512.");
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, *group_name));
  ASSIGN_OR_FAULT(const bool removed, remove_filter(call, space, group, *name));
  if (!removed) return aws::refuse(std::string(kNotFound), std::string(words));
  return Answer();
}

}  // namespace

Outcome<Answer> put_metric_filter(Call& call) {
  Parameters& in = call.parameters;
  const auto group_name = in.text("logGroupName", kGroupName);
  const auto name = in.text("filterName", kFilterName);
  const auto pattern = in.text("filterPattern", kPattern);
  Array transformations = read_transformations(in);
  const bool transformed = in.flag("applyOnTransformedLogs");
  RETURN_IF_FAULT(in.verdict());
  ASSIGN_OR_FAULT(const FilterPattern parsed, read_pattern(*pattern, "Invalid metric filter pattern"));
  RETURN_IF_FAULT(check_transformation(*transformations.front().as<Object>(), parsed));
  ASSIGN_OR_FAULT(const LogGroup group, require_stored_group(call, *group_name));
  RETURN_IF_FAULT(check_quota(call, kMetricFilters, group, *name, kMaxMetricFilters));
  RETURN_IF_FAULT(put_filter(call, kMetricFilters, group, *name,
                             Object{{"applyOnTransformedLogs", Value(transformed)},
                                    {"creationTime", Value(now_ms(call))},
                                    {"filterName", Value(*name)},
                                    {"filterPattern", Value(*pattern)},
                                    {"logGroupName", Value(group.name)},
                                    {"metricTransformations", Value(std::move(transformations))}}));
  return Answer();
}

Outcome<Answer> describe_metric_filters(Call& call) {
  const auto metric = call.parameters.text("metricName", {.max = 255, .pattern = kMetricLetters});
  const auto metric_namespace = call.parameters.text("metricNamespace", {.max = 255});
  if (metric.has_value() != metric_namespace.has_value()) {
    RETURN_IF_FAULT(call.parameters.verdict());
    return aws::refuse(std::string(kInvalidParameter),
                       "If you include the metricName parameter in your request, you must also include the "
                       "metricNamespace parameter.");
  }
  return describe(call, kMetricFilters, "metricFilters", [&](const Object& filter) {
    if (!metric) return true;
    const auto found = std::ranges::find(filter, "metricTransformations", &Object::value_type::first);
    const auto* list = found == filter.end() ? nullptr : found->second.as<Array>();
    return list != nullptr && std::ranges::any_of(*list, [&](const Value& one) {
             const auto* object = one.as<Object>();
             return object != nullptr && text_of(member(*object, "metricName")) == *metric &&
                    text_of(member(*object, "metricNamespace")) == *metric_namespace;
           });
  });
}

Outcome<Answer> delete_metric_filter(Call& call) {
  return remove(call, kMetricFilters, "The specified metric filter does not exist.");
}

Outcome<Answer> test_metric_filter(Call& call) {
  Parameters& in = call.parameters;
  const auto text = in.text("filterPattern", kPattern);
  const auto messages = in.texts("logEventMessages", {.min = 1, .max = kMaxTestMessages, .required = true}, {.min = 1});
  RETURN_IF_FAULT(in.verdict());
  ASSIGN_OR_FAULT(const FilterPattern pattern, read_pattern(*text, "Invalid metric filter pattern"));
  Array found;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!matches(pattern, messages[i])) continue;
    Object values;
    for (auto& [name, value] : extracted_values(pattern, messages[i])) values.emplace_back(name, Value(value));
    found.emplace_back(Object{{"eventNumber", Value(static_cast<std::int64_t>(i) + 1)},
                              {"eventMessage", Value(messages[i])},
                              {"extractedValues", Value(std::move(values))}});
  }
  return Answer(Object{{"matches", Value(std::move(found))}});
}

Outcome<Answer> put_subscription_filter(Call& call) {
  Parameters& in = call.parameters;
  const auto group_name = in.text("logGroupName", kGroupName);
  const auto name = in.text("filterName", kFilterName);
  const auto pattern = in.text("filterPattern", kPattern);
  const auto destination = in.text("destinationArn", {.min = 1, .required = true});
  const auto role = in.text("roleArn", {.min = 1});
  const auto distribution = in.text("distribution", {.values = {"Random", "ByLogStream"}});
  const bool transformed = in.flag("applyOnTransformedLogs");
  RETURN_IF_FAULT(in.verdict());
  RETURN_IF_FAULT(read_pattern(*pattern, "Invalid filter pattern"));
  if (!destination->starts_with("arn:"))
    return aws::refuse(std::string(kInvalidParameter), "destinationArn is not a valid ARN");
  for (const std::string_view vendor : {"kinesis", "firehose"}) {
    if (!role && !aws::arn_resource(*destination, vendor).empty())
      return aws::refuse(std::string(kInvalidParameter),
                         fmt::format("destinationArn for vendor {} cannot be used without roleArn", vendor));
  }
  if (!aws::arn_resource(*destination, "lambda").empty() && aws::arn_account(*destination) != call.identity.account)
    return aws::refuse("AccessDeniedException",
                       "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to "
                       "create cross account lambda triggers.");
  ASSIGN_OR_FAULT(const LogGroup group, require_stored_group(call, *group_name));
  RETURN_IF_FAULT(check_quota(call, kSubscriptionFilters, group, *name, kMaxSubscriptions));
  Object filter{{"applyOnTransformedLogs", Value(transformed)},
                {"creationTime", Value(now_ms(call))},
                {"destinationArn", Value(*destination)},
                {"distribution", Value(distribution.value_or("ByLogStream"))},
                {"filterName", Value(*name)},
                {"filterPattern", Value(*pattern)},
                {"logGroupName", Value(group.name)}};
  if (role) filter.emplace_back("roleArn", Value(*role));
  RETURN_IF_FAULT(put_filter(call, kSubscriptionFilters, group, *name, filter));
  return Answer();
}

Outcome<Answer> describe_subscription_filters(Call& call) {
  if (!call.parameters.has("logGroupName")) call.parameters.problem("null", "logGroupName", "Member must not be null");
  return describe(call, kSubscriptionFilters, "subscriptionFilters", [](const Object&) { return true; });
}

Outcome<Answer> delete_subscription_filter(Call& call) {
  return remove(call, kSubscriptionFilters, "The specified subscription filter does not exist.");
}

}  // namespace tetrascope::cloudwatch_logs
