#include "slices/honeycomb/query_fields.h"

#include <fmt/core.h>

#include <algorithm>

#include "slices/honeycomb/formula_values.h"
#include "slices/honeycomb/literals.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::Type;
using F = plan::Function;

ColumnKind kind_of_value(Type type) {
  switch (type) {
    case Type::kBool:
      return ColumnKind::kBoolean;
    case Type::kInt:
      return ColumnKind::kInteger;
    case Type::kDouble:
      return ColumnKind::kFloat;
    default:
      return ColumnKind::kString;
  }
}

Type type_of_kind(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kBoolean:
      return Type::kBool;
    case ColumnKind::kInteger:
      return Type::kInt;
    case ColumnKind::kFloat:
      return Type::kDouble;
    default:
      return Type::kString;
  }
}

}  // namespace

/// Names in the formula of one field: other calculated fields, then columns.
class QueryFields::Names : public FormulaNames {
 public:
  Names(QueryFields& fields, std::string_view own) : fields_(fields), own_(own) {}

  Result<FormulaValue> column(const std::string& name) override {
    // A field may take the place of a column of its own name.
    if (name != own_ && fields_.is_calculated(name)) {
      ASSIGN_OR_RETURN(const Computed* other, fields_.computed(name));
      level_ = std::max(level_, other->level + 1);
      return other->value;
    }
    RowReader& rows = fields_.rows_;
    if (!rows.knows(name)) return FormulaValue{.expr = missing(Type::kAny), .type = Type::kAny, .null = true};
    FormulaValue value{.expr = field(rows.use(name, Aspect::kValue)), .type = type_of_kind(rows.kind_of(name))};
    if (value.type == Type::kString && rows.has_numbers(name)) value.numbers = field(rows.use(name, Aspect::kNumber));
    return value;
  }
  Result<ExprPtr> presence(const std::string& name) override {
    if (name == own_ || !fields_.is_calculated(name)) return field(fields_.rows_.use(name, Aspect::kPresence));
    ASSIGN_OR_RETURN(const FormulaValue value, column(name));
    return plan::call(F::kNot, {plan::call(F::kIsMissing, {value.expr})});
  }
  Result<ExprPtr> event_time() override { return field(std::string(RowReader::kTime)); }
  Result<ExprPtr> ingest_time() override { return field(fields_.rows_.use_arrival()); }

  [[nodiscard]] std::size_t level() const { return level_; }

 private:
  QueryFields& fields_;
  std::string_view own_;
  std::size_t level_ = 0;
};

std::string QueryFields::add(std::string name, std::size_t level, ExprPtr expr) {
  if (stages_.size() <= level) stages_.resize(level + 1);
  stages_[level].columns.push_back({name, std::move(expr)});
  return name;
}

Result<const QueryFields::Computed*> QueryFields::computed(const std::string& name) {
  if (auto found = computed_.find(name); found != computed_.end()) {
    if (!found->second) return std::unexpected(found->second.error());
    return &*found->second;
  }
  if (!under_way_.insert(name).second)
    return fail(ErrorCode::kInvalid, fmt::format("{} is calculated from itself by way of other fields", name));
  Names names(*this, name);
  auto value = plan_formula(calculated_.find(name)->second, names);
  under_way_.erase(name);
  if (value && names.level() >= kMaxFieldLevels)
    value = fail(ErrorCode::kInvalid,
                 fmt::format("more than {} fields are calculated one from the other", kMaxFieldLevels));
  Result<Computed> computed = fail(ErrorCode::kInvalid, "");
  if (value) {
    const Type type = value->type;
    const std::string column = add(fmt::format("f{}", computed_.size()), names.level(), std::move(value->expr));
    computed = Computed{{.expr = field(column), .type = type}, names.level()};
  } else {
    computed = std::unexpected(std::move(value).error());
  }
  const auto& kept = computed_.emplace(name, std::move(computed)).first->second;
  if (!kept) return std::unexpected(kept.error());
  return &*kept;
}

Result<void> QueryFields::check(std::string_view name) {
  if (!is_calculated(name)) return {};
  if (const auto found = computed(std::string(name)); !found) return std::unexpected(found.error());
  return {};
}

ColumnKind QueryFields::kind_of(std::string_view name) {
  if (!is_calculated(name)) return rows_.kind_of(name);
  const auto found = computed(std::string(name));
  return found ? kind_of_value((*found)->value.type) : ColumnKind::kString;
}

bool QueryFields::has_numbers(std::string_view name) {
  if (!is_calculated(name)) return rows_.has_numbers(name);
  const auto found = computed(std::string(name));
  return found && (*found)->value.type == Type::kAny;
}

bool QueryFields::knows(std::string_view name) const { return is_calculated(name) || rows_.knows(name); }

void QueryFields::only_with(std::string_view name) {
  if (!is_calculated(name)) rows_.only_with(name);
}

std::string QueryFields::use(std::string_view name, Aspect aspect) {
  const auto found = is_calculated(name) ? computed(std::string(name)) : fail(ErrorCode::kInvalid, "");
  if (!found) return rows_.use(name, aspect);
  const auto& [value, level] = **found;
  const std::string& column = std::get<plan::Field>(value.expr->node).name;
  const bool as_is = aspect == Aspect::kValue && value.type != Type::kAny;
  if (as_is) return column;
  const auto [at, added] = aspects_.try_emplace(std::pair(column, aspect));
  if (!added) return at->second;
  ExprPtr expr;
  switch (aspect) {
    case Aspect::kValue:
      expr = plan::call(F::kToString, {value.expr});
      break;
    case Aspect::kPresence:
      expr = plan::call(F::kNot, {plan::call(F::kIsMissing, {value.expr})});
      break;
    case Aspect::kNumber:
      // Text is no number here, whatever it says: as of columns.
      expr = number_part(value);
      expr = expr ? plan::call(F::kToDouble, {expr}) : missing(Type::kDouble);
      break;
  }
  at->second = add(fmt::format("{}_{}", column, static_cast<int>(aspect)), level + 1, std::move(expr));
  return at->second;
}

}  // namespace tetrascope::honeycomb
