// Checker: expressions.

#include <fmt/core.h>

#include <algorithm>

#include "query/attribute_sql.h"
#include "query/checker.h"
#include "query/functions.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

bool is_id(const Value& value) {
  const auto* bytes = value.as<Bytes>();
  return bytes != nullptr && (bytes->data.size() == 8 || bytes->data.size() == 16);
}

/// Whether a literal's value is what its type says.
bool fits(const Value& value, Type type) {
  if (value.missing()) return true;
  const auto each = [&](auto predicate) {
    const Array* array = value.as<Array>();
    return array != nullptr && std::ranges::all_of(*array, predicate);
  };
  switch (type) {
    case Type::kBool:
      return value.as<bool>() != nullptr;
    case Type::kInt:
    case Type::kTime:
      return value.as<std::int64_t>() != nullptr;
    case Type::kDouble:
      return value.as<double>() != nullptr;
    case Type::kString:
      return value.as<std::string>() != nullptr;
    case Type::kId:
      return is_id(value);
    case Type::kIntArray:
      return each([](const Value& v) { return v.as<std::int64_t>() != nullptr; });
    case Type::kDoubleArray:
      return each([](const Value& v) { return v.as<double>() != nullptr || v.as<std::int64_t>() != nullptr; });
    case Type::kStringArray:
      return each([](const Value& v) { return v.as<std::string>() != nullptr; });
    case Type::kIdArray: {
      const Array* array = value.as<Array>();
      return each(is_id) && (array->empty() || each([&](const Value& v) {
                               return v.as<Bytes>()->data.size() == array->front().as<Bytes>()->data.size();
                             }));
    }
    case Type::kAny:
      return true;
  }
  return false;
}

std::size_t value_bytes(const Value& value) {
  if (const auto* text = value.as<std::string>()) return text->size();
  if (const auto* bytes = value.as<Bytes>()) return bytes->data.size();
  std::size_t total = 8;
  if (const auto* array = value.as<Array>()) {
    for (const Value& element : *array) total += value_bytes(element);
  }
  if (const auto* object = value.as<Object>()) {
    for (const auto& [key, member] : *object) total += key.size() + value_bytes(member);
  }
  return total;
}

}  // namespace

Result<void> Checker::text(std::string_view text) {
  text_bytes_ += text.size();
  if (text_bytes_ > kMaxTextBytes) return invalid(fmt::format("more than {} bytes of text", kMaxTextBytes));
  return {};
}

Result<void> Checker::condition(const ExprPtr& condition, const Scope& scope) {
  ASSIGN_OR_RETURN(const Type type, expr(condition, scope));
  if (type != Type::kBool) return invalid(fmt::format("condition is {}, want true or false", type_words(type)));
  return {};
}

Result<Type> Checker::expr(const ExprPtr& expr, const Scope& scope, int depth) {
  if (!expr) return invalid("no expression");
  if (depth > kMaxExprDepth) return invalid(fmt::format("expression deeper than {}", kMaxExprDepth));
  if (++nodes_ > kMaxExprNodes) return invalid(fmt::format("more than {} expressions", kMaxExprNodes));
  return std::visit([&](const auto& one) { return node(one, scope, depth); }, expr->node);
}

Result<Type> Checker::node(const Literal& literal, const Scope& /*scope*/, int /*depth*/) {
  if (!fits(literal.value, literal.type)) return invalid(fmt::format("literal is not {}", type_words(literal.type)));
  if (const Array* array = literal.value.as<Array>(); array != nullptr && array->size() > kMaxExprNodes) {
    return invalid(fmt::format("list of {} values, want at most {}", array->size(), kMaxExprNodes));
  }
  text_bytes_ += value_bytes(literal.value);
  RETURN_IF_ERROR(text(""));
  return literal.type;
}

Result<Type> Checker::node(const TableColumn& column, const Scope& scope, int /*depth*/) {
  if (scope.read == nullptr) return invalid("table column " + quoted(column.name) + " outside a read");
  const std::optional<ColumnLayout> found = find_column(scope.read->table, column.name);
  if (!found) return invalid("no table column " + quoted(column.name));
  const bool opened = std::ranges::find(scope.read->unnest, column.name) != scope.read->unnest.end();
  if (!opened) return found->type;
  return column.name == "event_time" ? Type::kTime : element_type(found->type);
}

Result<Type> Checker::node(const Attribute& attribute, const Scope& scope, int /*depth*/) {
  if (scope.read == nullptr) return invalid("attribute " + quoted(attribute.key) + " outside a read");
  if (attribute.key.empty()) return invalid("attribute without a key");
  if (scope.read->table == Table::kDocuments && attribute.level == Level::kItem)
    return invalid(fmt::format("attribute {}: documents have none", quoted(attribute.key)));
  if (!is_plain(attribute.type))
    return invalid(fmt::format("attribute {} as {}", quoted(attribute.key), type_words(attribute.type)));
  RETURN_IF_ERROR(text(attribute.key));
  if (attribute.of_event.empty()) return attribute.type;
  if (attribute.level != Level::kItem || scope.read->table != Table::kSpans || !scope.read->unnest.empty())
    return invalid(fmt::format("attribute {} of an event: only of spans that are read whole", quoted(attribute.key)));
  RETURN_IF_ERROR(text(attribute.of_event));
  return attribute.type;
}

Result<Type> Checker::node(const AllAttributes& attributes, const Scope& scope, int /*depth*/) {
  if (scope.read == nullptr) return invalid("attributes outside a read");
  if (scope.read->table == Table::kDocuments && attributes.level == Level::kItem)
    return invalid("attributes: documents have none");
  return Type::kAny;
}

Result<Type> Checker::node(const Field& field, const Scope& scope, int /*depth*/) {
  if (scope.columns == nullptr) return invalid("column " + quoted(field.name) + " in a read");
  const OutputColumn* column = find(*scope.columns, field.name);
  if (column == nullptr) return invalid("no column " + quoted(field.name));
  return column->type;
}

Result<Type> Checker::node(const Call& call, const Scope& scope, int depth) {
  std::vector<Type> types;
  for (const ExprPtr& argument : call.arguments) {
    auto type = expr(argument, scope, depth + 1);
    if (!type) return at(function_name(call.function), std::move(type).error());
    types.push_back(*type);
  }
  return result_type(call, types);
}

Result<Type> Checker::node(const InPlan& in, const Scope& scope, int depth) {
  if (!in.plan) return invalid("no plan to look into");
  ASSIGN_OR_RETURN(const Type needle, expr(in.needle, scope, depth + 1));
  auto columns = plan(*in.plan, scope.plan_depth + 1);
  if (!columns) return at("inner plan", std::move(columns).error());
  if (columns->size() != 1) return invalid(fmt::format("inner plan has {} columns, want 1", columns->size()));
  if (is_array(needle) || needle != columns->front().type) {
    return invalid(fmt::format("inner plan has {}, want {}", type_words(columns->front().type), type_words(needle)));
  }
  return Type::kBool;
}

}  // namespace tetrascope::plan
