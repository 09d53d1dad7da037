#include "slices/honeycomb/query_formulas.h"

#include <fmt/core.h>

#include <algorithm>

#include "slices/honeycomb/formula_values.h"

namespace tetrascope::honeycomb {
namespace {

using F = plan::Function;

bool can_be_in_formula(Op op) {
  switch (op) {
    case Op::kHeatmap:
    case Op::kConcurrency:  // these and the rates come from plans of their own, or from several buckets
    case Op::kRateAvg:
    case Op::kRateMax:
    case Op::kRateSum:
      return false;
    default:
      return true;
  }
}

/// Names in a formula are the keys of calculations.
class CalculationNames : public FormulaNames {
 public:
  explicit CalculationNames(const QuerySpec& spec) : spec_(spec) {}

  Result<FormulaValue> column(const std::string& name) override {
    const auto found = std::ranges::find(spec_.calculations, name, &Calculation::key);
    if (found == spec_.calculations.end())
      return fail(ErrorCode::kInvalid, fmt::format("${} is none of the calculations", name));
    if (!can_be_in_formula(found->op.op))
      return fail(ErrorCode::kInvalid, fmt::format("{} cannot be part of a formula", found->op.name));
    const auto index = static_cast<std::size_t>(found - spec_.calculations.begin());
    return double_value(plan::call(F::kToDouble, {plan::field(value_column(index))}));
  }
  Result<plan::ExprPtr> presence(const std::string& name) override {
    ASSIGN_OR_RETURN(const FormulaValue value, column(name));
    return plan::call(F::kNot, {plan::call(F::kIsMissing, {value.expr})});
  }
  Result<plan::ExprPtr> event_time() override { return no_time(); }
  Result<plan::ExprPtr> ingest_time() override { return no_time(); }

 private:
  static std::unexpected<Error> no_time() {
    return fail(ErrorCode::kInvalid, "a formula has no event whose time it could ask for");
  }

  const QuerySpec& spec_;
};

class NameCheck {
 public:
  NameCheck(const QuerySpec& spec, QueryFields& fields, RelatedRows& related)
      : spec_(spec), fields_(fields), related_(related) {}

  std::vector<FieldProblem> run();

 private:
  void problem(std::string field, std::string description) {
    problems_.push_back({std::move(field), "invalid", std::move(description)});
  }
  void report(std::string field, const Result<void>& checked) {
    if (!checked) problem(std::move(field), checked.error().message);
  }
  void own(std::string_view column, const std::string& field);
  void own_filters(const FilterSet& set, const std::string& path);
  void filters();
  void breakdowns();

  const QuerySpec& spec_;
  QueryFields& fields_;
  RelatedRows& related_;
  std::set<Relation> filtered_;
  std::vector<FieldProblem> problems_;
};

/// A name that must be of the row itself.
void NameCheck::own(std::string_view column, const std::string& field) {
  if (is_related(column, fields_))
    return problem(field, "fields of other rows of a trace stand in filters and breakdowns only");
  report(field, fields_.check(column));
}

void NameCheck::own_filters(const FilterSet& set, const std::string& path) {
  for (std::size_t i = 0; i < set.filters.size(); ++i)
    own(set.filters[i].column, fmt::format("{}.filters[{}].column", path, i));
}

void NameCheck::filters() {
  const auto& filters = spec_.filters.filters;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string field = fmt::format("filters[{}].column", i);
    if (!is_related(filters[i].column, fields_)) {
      report(field, fields_.check(filters[i].column));
      continue;
    }
    filtered_.insert(related_name(filters[i].column)->relation);
    report(field, related_.check(filters[i].column));
    if (spec_.filters.any && filters.size() > 1)
      problem("filter_combination", "fields of other rows of a trace need AND");
  }
}

void NameCheck::breakdowns() {
  for (std::size_t i = 0; i < spec_.breakdowns.size(); ++i) {
    const std::string& column = spec_.breakdowns[i];
    const std::string field = fmt::format("breakdowns[{}]", i);
    if (!is_related(column, fields_)) {
      report(field, fields_.check(column));
      continue;
    }
    const Relation relation = related_name(column)->relation;
    if (relation == Relation::kNone) {
      problem(field, "none. stands in filters only");
    } else if (is_any(relation) && !filtered_.contains(relation)) {
      problem(field, "needs a filter with the same prefix");
    } else {
      report(field, related_.check(column));
    }
  }
}

std::vector<FieldProblem> NameCheck::run() {
  for (const auto& [name, formula] : spec_.calculated_fields) report("calculated_fields." + name, fields_.check(name));
  filters();
  breakdowns();
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const std::string path = fmt::format("calculations[{}]", i);
    if (!spec_.calculations[i].column.empty()) own(spec_.calculations[i].column, path + ".column");
    own_filters(spec_.calculations[i].filters, path);
  }
  for (std::size_t i = 0; i < spec_.formulas.size(); ++i) {
    if (const auto planned = plan_query_formula(spec_, i); !planned)
      problem(fmt::format("formulas[{}].expression", i), planned.error().message);
  }
  return std::move(problems_);
}

}  // namespace

std::string value_column(std::size_t calculation) { return "a" + std::to_string(calculation); }

Result<plan::Named> plan_query_formula(const QuerySpec& spec, std::size_t formula) {
  CalculationNames names(spec);
  ASSIGN_OR_RETURN(FormulaValue value, plan_formula(spec.formulas[formula].formula, names));
  if (value.null) value.expr = plan::literal(Value(), plan::Type::kDouble);
  return plan::Named{value_column(spec.calculations.size() + formula), std::move(value.expr)};
}

bool is_related(std::string_view name, const QueryFields& fields) {
  return related_name(name).has_value() && !fields.knows(name);
}

std::vector<FieldProblem> check_names(const QuerySpec& spec, QueryFields& fields, RelatedRows& related) {
  return NameCheck(spec, fields, related).run();
}

}  // namespace tetrascope::honeycomb
