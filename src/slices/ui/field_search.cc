#include "slices/ui/field_search.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "model/value.h"
#include "slices/page/answers.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::Function;
using plan::literal;
using plan::Type;

constexpr std::array kOfAttributes = {FieldLevel::kItem, FieldLevel::kResource};
constexpr std::array<std::string_view, kFieldTypes> kTypeNames = {"string", "int", "double", "bool", "json"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

Array names_of(FieldTypes types) {
  Array names;
  for (std::size_t i = 0; i < kFieldTypes; ++i) {
    if (types.has(static_cast<FieldType>(i))) names.emplace_back(std::string(kTypeNames[i]));
  }
  return names;
}

/// The attribute as text, whichever of its types a row has it with; JSON's lists and maps are left out.
ExprPtr as_text(FieldTypes item, FieldTypes resource, const std::string& key) {
  constexpr std::array kScalars = {std::pair(FieldType::kString, Type::kString), std::pair(FieldType::kInt, Type::kInt),
                                   std::pair(FieldType::kDouble, Type::kDouble),
                                   std::pair(FieldType::kBool, Type::kBool)};
  std::vector<ExprPtr> texts;
  for (const auto& [level, types] :
       {std::pair(plan::Level::kItem, item), std::pair(plan::Level::kResource, resource)}) {
    for (const auto& [kind, type] : kScalars) {
      if (types.has(kind)) texts.push_back(call(Function::kToString, {plan::attribute(level, key, type)}));
    }
  }
  if (texts.empty()) return nullptr;
  return texts.size() == 1 ? texts.front() : call(Function::kCoalesce, std::move(texts));
}

plan::Plan values_plan(const ValueSearch& search, ExprPtr value) {
  const bool spans = search.field.signal == Signal::kSpans;
  ExprPtr wanted = call(Function::kNot, {call(Function::kIsMissing, {field("value")})});
  if (!search.field.text.empty()) {
    wanted = both(wanted, call(Function::kContainsAnyCase, {field("value"), literal(search.field.text)}));
  }
  plan::Aggregate counts;
  counts.keys = {{"value", field("value")}};
  counts.calls = {counted("rows")};
  return {search.range,
          {{spans ? plan::Table::kSpans : plan::Table::kLogs, {}, {{"value", std::move(value)}}, {}}},
          {plan::Filter{wanted}, plan::Limit{.count = kValueRows, .offset = 0, .by = {}}, counts,
           plan::Sort{{{field("rows"), true}, {field("value")}}},
           plan::Limit{.count = search.field.limit, .offset = 0, .by = {}}}};
}

}  // namespace

FieldTypes seen_types(const FieldCatalogue& fields, Signal signal, FieldLevel level, std::string_view key) {
  FieldTypes types;
  std::string_view before;
  const auto datasets = fields.datasets();
  for (const auto& dataset : datasets) {
    if (dataset.environment == before && !types.empty()) continue;
    before = dataset.environment;
    types.merge(fields.types(signal, dataset.environment, dataset.name, level, key));
  }
  return types;
}

std::string list_fields(const FieldCatalogue& fields, const FieldSearch& search) {
  const std::string wanted = lower_case(search.text);
  // By whether it only contains the text, then by key; of an item before of a resource.
  std::map<std::tuple<bool, std::string, FieldLevel>, FieldTypes> found;
  std::set<std::string> environments;
  for (const auto& dataset : fields.datasets()) environments.insert(dataset.environment);
  for (const std::string& environment : environments) {
    for (const FieldCatalogue::Field& one : fields.list(environment, "")) {
      if (one.signal != search.signal || std::ranges::find(kOfAttributes, one.level) == kOfAttributes.end()) continue;
      const std::size_t at = lower_case(one.key).find(wanted);
      if (at != std::string::npos) found[{at != 0, one.key, one.level}].add(one.type);
    }
  }
  Array keys;
  for (const auto& [place, types] : found) {
    if (keys.size() == search.limit) break;
    const auto& [inside, key, level] = place;
    keys.push_back(
        Object{{"key", key}, {"level", level == FieldLevel::kItem ? "item" : "resource"}, {"types", names_of(types)}});
  }
  return to_json(Object{{"fields", std::move(keys)}});
}

Result<std::string> list_values(const plan::Runner& runner, const FieldCatalogue& fields, const ValueSearch& search) {
  const Signal signal = search.field.signal;
  const ExprPtr value = as_text(seen_types(fields, signal, FieldLevel::kItem, search.key),
                                seen_types(fields, signal, FieldLevel::kResource, search.key), search.key);
  Array values;
  if (value) {
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, values_plan(search, value)));
    for (const auto& row : answer.rows)
      values.push_back(Object{{"value", std::string(text_cell(row[0]))}, {"rows", exact(int_cell(row[1]))}});
  }
  return to_json(Object{{"values", std::move(values)}});
}

}  // namespace tetrascope::ui
