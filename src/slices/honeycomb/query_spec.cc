#include "slices/honeycomb/query_spec.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "slices/honeycomb/query_spec_reader.h"

namespace tetrascope::honeycomb {
namespace {

bool is_scalar(const Value& value) {
  return value.as<bool>() != nullptr || value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr ||
         value.as<std::string>() != nullptr;
}

}  // namespace

std::optional<QueryFormula> SpecReader::read_formula(const Object& object, const std::string& path) {
  QueryFormula named{.name = text(spec_member(object, "name"), path + ".name"), .formula = {}};
  if (named.name.empty()) problem(path + ".name", "missing", "cannot be blank");
  const std::string expression = text(spec_member(object, "expression"), path + ".expression");
  auto formula = parse_formula(expression);
  if (!formula) {
    problem(path + ".expression", expression.empty() ? "missing" : "invalid", formula.error().message);
    return std::nullopt;
  }
  named.formula = *std::move(formula);
  return named;
}

void SpecReader::read_calculated_fields() {
  const auto found = objects(&body_, "calculated_fields", "calculated_fields");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    const std::string path = fmt::format("calculated_fields[{}]", i);
    auto field = read_formula(*found[i], path);
    if (field && !spec_.calculated_fields.emplace(field->name, std::move(field->formula)).second)
      problem(path + ".name", "already_exists", "must not be repeated");
  }
}

void SpecReader::read_formulas() {
  const auto found = objects(&body_, "formulas", "formulas");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    const std::string path = fmt::format("formulas[{}]", i);
    auto formula = read_formula(*found[i], path);
    if (!formula) continue;
    const auto has_key = [&](const Calculation& calculation) { return calculation.key() == formula->name; };
    const bool taken = std::ranges::any_of(spec_.calculations, has_key) ||
                       std::ranges::find(spec_.formulas, formula->name, &QueryFormula::name) != spec_.formulas.end() ||
                       std::ranges::find(spec_.breakdowns, formula->name) != spec_.breakdowns.end();
    if (taken) problem(path + ".name", "already_exists", "is a calculation, a formula or a breakdown too");
    spec_.formulas.push_back(*std::move(formula));
  }
}

void SpecReader::read_calculations() {
  const auto found = objects(&body_, "calculations", "calculations");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != nullptr) read_calculation(*found[i], fmt::format("calculations[{}]", i));
  }
  if (found.empty()) {
    spec_.calculations.emplace_back();
    spec_.calculations.back().op = *find_operator("COUNT");
  }
  std::set<std::string> keys;
  for (const auto& calculation : spec_.calculations) {
    if (!keys.insert(calculation.key()).second) {
      problem("calculations", "already_exists",
              fmt::format("{} is asked for twice: give each a name of its own", calculation.key()));
    }
  }
  // Both would be the same member of an answer's rows.
  for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i) {
    if (!keys.contains(spec_.breakdowns[i])) continue;
    problem(fmt::format("breakdowns[{}]", i), "already_exists",
            fmt::format("{} is a calculation too: give the calculation a name of its own", spec_.breakdowns[i]));
  }
}

void SpecReader::read_calculation(const Object& object, const std::string& path) {
  Calculation calculation;
  const std::string word = text(spec_member(object, "op"), path + ".op");
  const auto op = find_operator(word);
  if (!op)
    return problem(path + ".op", word.empty() ? "missing" : "invalid", fmt::format("'{}' is no calculation", word));
  calculation.op = *op;
  calculation.column = text(spec_member(object, "column"), path + ".column");
  calculation.name = text(spec_member(object, "name"), path + ".name");
  calculation.filters = read_filters(&object, path + ".");
  if (op->op == Op::kConcurrency && !calculation.column.empty()) {
    problem(path + ".column", "invalid", fmt::format("{} takes no column", word));
  }
  if (op->op != Op::kConcurrency && op->op != Op::kCount && calculation.column.empty()) {
    problem(path + ".column", "missing", fmt::format("{} needs a column", word));
  }
  if (!calculation.filters.filters.empty() && calculation.name.empty()) {
    problem(path + ".name", "missing", "a calculation with filters needs a name");
  }
  spec_.calculations.push_back(std::move(calculation));
}

FilterSet SpecReader::read_filters(const Object* owner, const std::string& path) {
  FilterSet set;
  const std::string combination = text(spec_member(owner, "filter_combination"), path + "filter_combination");
  if (!combination.empty() && combination != "AND" && combination != "OR") {
    problem(path + "filter_combination", "invalid", "must be AND or OR");
  }
  set.any = combination == "OR";
  const auto found = objects(owner, "filters", path + "filters");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    if (auto filter = read_filter(*found[i], fmt::format("{}filters[{}]", path, i)))
      set.filters.push_back(*std::move(filter));
  }
  return set;
}

std::optional<FilterSpec> SpecReader::read_filter(const Object& object, const std::string& path) {
  FilterSpec filter;
  filter.column = text(spec_member(object, "column"), path + ".column");
  if (filter.column.empty()) problem(path + ".column", "missing", "cannot be blank");
  const std::string word = text(spec_member(object, "op"), path + ".op");
  const auto op = find_filter_op(word);
  if (!op) {
    problem(path + ".op", word.empty() ? "missing" : "invalid", fmt::format("'{}' is no filter operator", word));
    return std::nullopt;
  }
  filter.op = *op;
  if (const Value* value = spec_member(object, "value")) filter.value = *value;
  check_filter_value(filter, path + ".value");
  return filter;
}

void SpecReader::check_filter_value(const FilterSpec& filter, const std::string& path) {
  switch (filter.op) {
    case FilterOp::kExists:
    case FilterOp::kNotExists:
      if (!filter.value.missing()) problem(path, "invalid", "exists and does-not-exist take no value");
      return;
    case FilterOp::kIn:
    case FilterOp::kNotIn: {
      const auto* values = filter.value.as<Array>();
      if (values == nullptr)
        return problem(path, filter.value.missing() ? "missing" : "incorrect_type", "must be a list");
      if (values->empty() || values->size() > kMaxListValues) {
        return problem(path, "invalid", fmt::format("must have 1 to {} entries", kMaxListValues));
      }
      if (!std::ranges::all_of(*values, is_scalar))
        problem(path, "incorrect_type", "must hold strings, numbers or booleans");
      return;
    }
    default:
      if (filter.value.missing()) return problem(path, "missing", "cannot be blank");
      if (!is_scalar(filter.value)) problem(path, "incorrect_type", "must be a string, number or boolean");
  }
}

std::expected<QuerySpec, std::vector<FieldProblem>> read_query_spec(const Object& body) {
  return SpecReader(body).read();
}

}  // namespace tetrascope::honeycomb
