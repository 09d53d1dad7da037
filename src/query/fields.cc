#include "query/fields.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

constexpr std::pair<FieldType, Type> kScalars[] = {
    {FieldType::kString, Type::kString},
    {FieldType::kInt, Type::kInt},
    {FieldType::kDouble, Type::kDouble},
    {FieldType::kBool, Type::kBool},
};

/// The scalar type that stands for `types`: one alone, or double for int and double. nullopt: only kAny does.
std::optional<Type> single_type(FieldTypes types) {
  std::optional<Type> found;
  if (types.has(FieldType::kJson)) return std::nullopt;
  for (const auto& [field, type] : kScalars) {
    if (!types.has(field)) continue;
    found = found ? meet(*found, type) : type;
    if (!found || *found == Type::kAny) return std::nullopt;
  }
  return found;
}

/// The attribute at one level, as `type`, which single_type() gave; kAny otherwise.
ExprPtr at_level(Level level, const std::string& key, FieldTypes types, Type type) {
  if (type == Type::kAny) return std::make_shared<const Expr>(Expr{Attribute{level, key, Type::kAny, types, {}}});
  if (type != Type::kDouble || !types.has(FieldType::kInt)) return attribute(level, key, type);
  ExprPtr as_int = attribute(level, key, Type::kInt);
  if (!types.has(FieldType::kDouble)) return call(Function::kToDouble, {std::move(as_int)});
  return call(Function::kCoalesce, {attribute(level, key, Type::kDouble), std::move(as_int)});
}

}  // namespace

KnownTypes known_types(const FieldCatalogue& catalogue, Signal signal, std::string_view environment,
                       std::string_view dataset, const std::string& key) {
  const auto at = [&](FieldLevel level) { return catalogue.types(signal, environment, dataset, level, key); };
  return {at(FieldLevel::kItem), at(FieldLevel::kScope), at(FieldLevel::kResource)};
}

TypedExpr attribute_of_known_types(const std::string& key, const KnownTypes& known) {
  FieldTypes together = known.item;
  together.merge(known.scope);
  together.merge(known.resource);
  const Type type = single_type(together).value_or(Type::kAny);
  std::vector<ExprPtr> places;
  const auto look = [&](Level level, FieldTypes types) {
    if (!types.empty()) places.push_back(at_level(level, key, types, type));
  };
  look(Level::kItem, known.item);
  look(Level::kScope, known.scope);
  look(Level::kResource, known.resource);
  if (places.empty()) return {literal(Value(), Type::kAny), Type::kAny};
  if (places.size() == 1) return {places.front(), type};
  return {call(Function::kCoalesce, std::move(places)), type};
}

ExprPtr attribute_of_known_types(const std::string& key, const KnownTypes& known, Type wanted) {
  if (known.empty()) return literal(Value(), wanted);
  TypedExpr found = attribute_of_known_types(key, known);
  return convert(std::move(found.expr), found.type, wanted);
}

ExprPtr convert(ExprPtr expr, Type from, Type to) {
  if (from == to) return expr;
  switch (to) {
    case Type::kBool:
      return call(Function::kToBool, {std::move(expr)});
    case Type::kInt:
      return call(Function::kToInt, {std::move(expr)});
    case Type::kDouble:
      return call(Function::kToDouble, {std::move(expr)});
    case Type::kString:
      return call(Function::kToString, {std::move(expr)});
    default:
      return call(Function::kToAny, {std::move(expr)});
  }
}

ExprPtr trace_id_is(std::string column_name, std::string_view text) {
  const TraceId id = trace_id_from_text(text).id;
  return call(Function::kEq, {column(std::move(column_name)), literal(Value(Bytes{std::string(id.view())}))});
}
ExprPtr span_id_is(std::string column_name, std::string_view text) {
  const SpanId id = span_id_from_text(text).id;
  return call(Function::kEq, {column(std::move(column_name)), literal(Value(Bytes{std::string(id.view())}))});
}

}  // namespace tetrascope::plan
