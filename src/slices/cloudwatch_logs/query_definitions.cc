#include "slices/cloudwatch_logs/query_definitions.h"

#include <algorithm>

#include "model/members.h"
#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kDefinitions = "cloudwatch_logs.query_definition";
constexpr std::size_t kMostDefinitions = 1'000;  // of a region, as on AWS
constexpr std::int64_t kMostDescribed = 1'000;
constexpr std::string_view kUnknown = "The specified query definition does not exist.";

std::string definition_key(const Call& call, std::string_view id) {
  return call.identity.region + "/" + std::string(id);
}

/// By name, then by id.
Outcome<std::vector<Object>> list_definitions(Call& call, std::string_view prefix) {
  ASSIGN_OR_FAULT(const auto documents,
                  call.middle().control.list(kDefinitions, definition_key(call, ""), "", kMostDefinitions));
  std::vector<Object> definitions;
  for (const auto& document : documents) {
    auto value = value_from_json(document.json);
    auto* object = value ? std::get_if<Object>(&value->data) : nullptr;
    if (object != nullptr && text_of(member(*object, "name")).starts_with(prefix))
      definitions.push_back(std::move(*object));
  }
  std::ranges::sort(definitions, {}, [](const Object& each) {
    return std::pair(text_of(member(each, "name")), text_of(member(each, "queryDefinitionId")));
  });
  return definitions;
}

}  // namespace

Outcome<Answer> put_query_definition(Call& call) {
  Parameters& in = call.parameters;
  const auto name = in.text("name", {.min = 1, .max = 255, .required = true});
  const auto query = in.text("queryString", {.min = 1, .max = kMaxQueryBytes, .required = true});
  const auto groups = in.texts("logGroupNames", {}, {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  auto id = in.text("queryDefinitionId", {.max = 256});
  const auto language = in.text("queryLanguage", {.values = {"CWLI", "SQL", "PPL"}});
  const Array* parameters = in.list("parameters", {.max = 20});
  RETURN_IF_FAULT(in.verdict());
  if (id) {
    ASSIGN_OR_FAULT(const auto stored, call.middle().control.get(kDefinitions, definition_key(call, *id)));
    if (!stored) return aws::refuse(std::string(kNotFound), std::string(kUnknown));
  } else {
    ASSIGN_OR_FAULT(const auto all, list_definitions(call, ""));
    if (all.size() >= kMostDefinitions) return aws::refuse(std::string(kLimitExceeded), "Resource limit exceeded.");
    id = aws::new_request_id();
  }
  Array names;
  for (const auto& group : groups) names.emplace_back(group);
  Object definition{{"queryLanguage", Value(language.value_or("CWLI"))},
                    {"queryDefinitionId", Value(*id)},
                    {"name", Value(*name)},
                    {"queryString", Value(*query)},
                    {"lastModified", Value(now_ms(call))}};
  if (!names.empty()) definition.emplace_back("logGroupNames", Value(std::move(names)));
  if (parameters != nullptr && !parameters->empty()) definition.emplace_back("parameters", Value(*parameters));
  RETURN_IF_FAULT(call.middle().control.put(std::string(kDefinitions), definition_key(call, *id),
                                            to_json(Value(std::move(definition)))));
  return Answer(Object{{"queryDefinitionId", Value(*id)}});
}

Outcome<Answer> describe_query_definitions(Call& call) {
  Parameters& in = call.parameters;
  const auto prefix = in.text("queryDefinitionNamePrefix", {.min = 1, .max = 255}).value_or("");
  const auto language = in.text("queryLanguage", {.values = {"CWLI", "SQL", "PPL"}});
  const auto most = in.number("maxResults", {.min = 1, .max = kMostDescribed}).value_or(kMostDescribed);
  const auto token = in.text("nextToken", {.min = 1});
  RETURN_IF_FAULT(in.verdict());
  ASSIGN_OR_FAULT(auto definitions, list_definitions(call, prefix));
  if (language) {
    std::erase_if(definitions, [&](const Object& each) { return each.front().second != Value(*language); });
  }
  std::size_t first = 0;
  const std::string question = "DescribeQueryDefinitions " + prefix;
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    if (!place || place->empty() || place->size() > 9 || place->find_first_not_of("0123456789") != std::string::npos)
      return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    first = std::stoul(*place);
  }
  first = std::min(first, definitions.size());
  const std::size_t end = std::min(first + static_cast<std::size_t>(most), definitions.size());
  Array shown;
  for (std::size_t i = first; i < end; ++i) shown.emplace_back(std::move(definitions[i]));
  Object answer{{"queryDefinitions", Value(std::move(shown))}};
  if (end < definitions.size())
    answer.emplace_back("nextToken", Value(aws::write_page_token(question, std::to_string(end))));
  return Answer(std::move(answer));
}

Outcome<Answer> delete_query_definition(Call& call) {
  const auto id = call.parameters.text("queryDefinitionId", {.max = 256, .required = true});
  RETURN_IF_FAULT(call.parameters.verdict());
  ASSIGN_OR_FAULT(const auto stored, call.middle().control.get(kDefinitions, definition_key(call, *id)));
  if (!stored) return aws::refuse(std::string(kNotFound), std::string(kUnknown));
  RETURN_IF_FAULT(call.middle().control.remove(std::string(kDefinitions), definition_key(call, *id)));
  return Answer(Object{{"success", Value(true)}});
}

}  // namespace tetrascope::cloudwatch_logs
