#include "query/plan_text.h"

#include <fmt/core.h>

#include <optional>
#include <stdexcept>

#include "base/ids.h"
#include "query/functions.h"
#include "query/types.h"

namespace tetrascope {
namespace {

using namespace plan;

/// Thrown inside this file only: a case that is not understood is a mistake in the case.
struct Mistake : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const Object& object_of(const Value& value) {
  if (const auto* object = value.as<Object>()) return *object;
  throw Mistake("want an object: " + to_json(value));
}
const Array& array_of(const Value& value) {
  if (const auto* array = value.as<Array>()) return *array;
  throw Mistake("want a list: " + to_json(value));
}
const std::string& text_of(const Value& value) {
  if (const auto* text = value.as<std::string>()) return *text;
  throw Mistake("want text: " + to_json(value));
}
std::int64_t int_of(const Value& value) {
  if (const auto* number = value.as<std::int64_t>()) return *number;
  throw Mistake("want an integer: " + to_json(value));
}
double double_of(const Value& value) {
  const auto* number = value.as<double>();
  return number != nullptr ? *number : static_cast<double>(int_of(value));
}
const Value* member(const Object& object, std::string_view name) {
  for (const auto& [key, value] : object) {
    if (key == name) return &value;
  }
  return nullptr;
}
const Value& need(const Object& object, std::string_view name) {
  if (const Value* found = member(object, name)) return *found;
  throw Mistake(fmt::format("no member {} in {}", name, to_json(Value(object))));
}
std::string text_or(const Object& object, std::string_view name, std::string otherwise) {
  const Value* found = member(object, name);
  if (found == nullptr) return otherwise;
  return text_of(*found);
}
std::vector<std::string> texts(const Value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  for (const Value& one : array_of(*value)) out.push_back(text_of(one));
  return out;
}

template <class Enum, class Name>
Enum by_name(std::string_view wanted, int last, Name name) {
  for (int i = 0; i <= last; ++i) {
    if (name(static_cast<Enum>(i)) == wanted) return static_cast<Enum>(i);
  }
  throw Mistake(fmt::format("unknown name {}", wanted));
}
Type type_by_name(const std::string& name) { return by_name<Type>(name, static_cast<int>(Type::kAny), type_name); }
Level level_by_name(const std::string& name) {
  return by_name<Level>(name, 2, [](Level level) -> std::string_view {
    return level == Level::kItem ? "item" : level == Level::kScope ? "scope" : "resource";
  });
}

Plan plan_of(const Value& value);
ExprPtr expr_of(const Value& value);

Value id_value(const Value& hex) {
  const std::optional<std::string> bytes = from_hex(text_of(hex));
  if (!bytes) throw Mistake("want hex digits");
  return Value(Bytes{*bytes});
}

ExprPtr attribute_of(const Object& object) {
  Attribute attribute;
  attribute.key = text_of(need(object, "attribute"));
  attribute.level = level_by_name(text_or(object, "level", "item"));
  attribute.type = type_by_name(text_or(object, "type", "any"));
  attribute.of_event = text_or(object, "of_event", "");
  if (const Value* types = member(object, "types")) {
    attribute.types = FieldTypes();
    for (const std::string& name : texts(types)) {
      attribute.types.add(name == "json"     ? FieldType::kJson
                          : name == "int"    ? FieldType::kInt
                          : name == "double" ? FieldType::kDouble
                          : name == "bool"   ? FieldType::kBool
                                             : FieldType::kString);
    }
  }
  return std::make_shared<const Expr>(Expr{std::move(attribute)});
}

ExprPtr expr_of(const Object& object) {
  if (const Value* name = member(object, "column")) return column(text_of(*name));
  if (const Value* name = member(object, "field")) return field(text_of(*name));
  if (member(object, "attribute") != nullptr) return attribute_of(object);
  if (const Value* level = member(object, "attributes")) return all_attributes(level_by_name(text_of(*level)));
  if (const Value* value = member(object, "literal")) {
    const std::string type = text_or(object, "type", "");
    return type.empty() ? literal(*value) : literal(*value, type_by_name(type));
  }
  if (const Value* text = member(object, "repeat")) {
    std::string repeated;
    for (std::int64_t i = int_of(need(object, "times")); i > 0; --i) repeated += text_of(*text);
    return literal(Value(std::move(repeated)));
  }
  if (const Value* hex = member(object, "id")) return literal(id_value(*hex));
  if (const Value* list = member(object, "list")) return literal(*list);
  if (const Value* list = member(object, "ids")) {
    Array ids;
    for (const Value& hex : array_of(*list)) ids.push_back(id_value(hex));
    return literal(Value(std::move(ids)));
  }
  if (const Value* needle = member(object, "in")) return in_plan(expr_of(*needle), plan_of(need(object, "plan")));
  throw Mistake("no expression: " + to_json(Value(object)));
}

ExprPtr expr_of(const Value& value) {
  if (const auto* object = value.as<Object>()) return expr_of(*object);
  const auto* array = value.as<Array>();
  if (array == nullptr) return literal(value);
  if (array->empty()) throw Mistake("empty call");
  std::vector<ExprPtr> arguments;
  for (std::size_t i = 1; i < array->size(); ++i) arguments.push_back(expr_of((*array)[i]));
  const auto function =
      by_name<Function>(text_of(array->front()), static_cast<int>(Function::kIpIsPrivate), function_name);
  return call(function, std::move(arguments));
}

ExprPtr expr_or_null(const Value* value) { return value == nullptr ? nullptr : expr_of(*value); }

std::vector<Named> named_of(const Value* value) {
  std::vector<Named> named;
  if (value == nullptr) return named;
  for (const auto& [name, expr] : object_of(*value)) named.push_back({name, expr_of(expr)});
  return named;
}

Aggregate aggregate_of(const Object& object) {
  Aggregate aggregate;
  aggregate.keys = named_of(member(object, "keys"));
  aggregate.weight = text_or(object, "weight", "");
  aggregate.time = text_or(object, "time", "");
  aggregate.level = text_or(object, "level", "");
  if (const Value* rollups = member(object, "rollups")) {
    for (const Value& rollup : array_of(*rollups)) aggregate.rollups.push_back(texts(&rollup));
  }
  const Value* calls = member(object, "calls");
  if (calls == nullptr) return aggregate;
  for (const auto& [name, value] : object_of(*calls)) {
    const Object& one = object_of(value);
    AggregateCall call;
    call.name = name;
    call.op =
        by_name<AggregateOp>(text_of(need(one, "op")), static_cast<int>(AggregateOp::kConcurrency), aggregate_name);
    call.argument = expr_or_null(member(one, "of"));
    call.where = expr_or_null(member(one, "where"));
    if (const Value* level = member(one, "level")) call.level = double_of(*level);
    if (const Value* low = member(one, "low")) call.low = double_of(*low);
    if (const Value* step = member(one, "step")) call.step = double_of(*step);
    if (const Value* bins = member(one, "bins")) call.bins = static_cast<int>(int_of(*bins));
    aggregate.calls.push_back(std::move(call));
  }
  return aggregate;
}

Sort sort_of(const Array& keys) {
  Sort sort;
  for (const Value& value : keys) {
    const Object& key = object_of(value);
    const Value* descending = member(key, "descending");
    sort.keys.push_back({expr_of(need(key, "by")),
                         descending != nullptr && descending->as<bool>() != nullptr && *descending->as<bool>(),
                         text_or(key, "missing", "last") == "first" ? MissingOrder::kFirst : MissingOrder::kLast});
  }
  return sort;
}

Join join_of(const Object& object) {
  Join join;
  join.kind = text_or(object, "kind", "left") == "inner" ? JoinKind::kInner : JoinKind::kLeft;
  join.right = std::make_shared<const Plan>(plan_of(need(object, "right")));
  for (const Value& pair : array_of(need(object, "keys"))) {
    join.keys.emplace_back(text_of(array_of(pair).at(0)), text_of(array_of(pair).at(1)));
  }
  join.all = member(object, "all") != nullptr;
  return join;
}

Window window_of(const Object& object) {
  Window window;
  window.by = texts(member(object, "by"));
  for (const auto& [name, value] : object_of(need(object, "calls"))) {
    const Object& one = object_of(value);
    WindowCall call;
    call.name = name;
    call.op = by_name<WindowOp>(text_of(need(one, "op")), 3, [](WindowOp op) -> std::string_view {
      static constexpr std::string_view kNames[] = {"row_number", "running_sum", "lag", "last_known"};
      return kNames[static_cast<int>(op)];
    });
    call.argument = expr_or_null(member(one, "of"));
    if (const Value* distance = member(one, "distance")) call.distance = static_cast<std::uint64_t>(int_of(*distance));
    window.calls.push_back(std::move(call));
  }
  return window;
}

Limit limit_of(const Object& object) {
  Limit limit;
  limit.count = static_cast<std::uint64_t>(int_of(need(object, "count")));
  if (const Value* offset = member(object, "offset")) limit.offset = static_cast<std::uint64_t>(int_of(*offset));
  limit.by = texts(member(object, "by"));
  return limit;
}

Stage stage_of(const Value& value) {
  const Object& object = object_of(value);
  if (object.size() != 1) throw Mistake("a stage has one member: " + to_json(value));
  const auto& [name, what] = object.front();
  if (name == "filter") return Filter{expr_of(what)};
  if (name == "compute") return Compute{named_of(&what)};
  if (name == "parse") {
    const Object& parse = object_of(what);
    return Parse{expr_of(need(parse, "input")), text_of(need(parse, "pattern")), texts(&need(parse, "names"))};
  }
  if (name == "aggregate") return aggregate_of(object_of(what));
  if (name == "sort") return sort_of(array_of(what));
  if (name == "limit") return limit_of(object_of(what));
  if (name == "dedup") return Dedup{texts(&what)};
  if (name == "project") return Project{texts(&what)};
  if (name == "unnest") return Unnest{text_of(what)};
  if (name == "join") return join_of(object_of(what));
  if (name == "window") return window_of(object_of(what));
  throw Mistake("unknown stage " + name);
}

TableRead read_of(const Value& value) {
  const Object& object = object_of(value);
  TableRead read;
  read.table = by_name<Table>(text_or(object, "table", "spans"), 3, [](Table table) -> std::string_view {
    static constexpr std::string_view kNames[] = {"spans", "logs", "occurrences", "metrics"};
    return kNames[static_cast<int>(table)];
  });
  read.unnest = texts(member(object, "unnest"));
  read.columns = named_of(member(object, "columns"));
  read.where = expr_or_null(member(object, "where"));
  return read;
}

Plan plan_of(const Value& value) {
  const Object& object = object_of(value);
  Plan plan;
  plan.range = {UnixNanos{1'700'000'000 * kNanosPerSecond}, UnixNanos{1'700'003'600 * kNanosPerSecond}};
  if (const Value* range = member(object, "range")) {
    plan.range = {UnixNanos{int_of(array_of(*range).at(0))}, UnixNanos{int_of(array_of(*range).at(1))}};
  }
  if (const Value* reads = member(object, "reads")) {
    for (const Value& read : array_of(*reads)) plan.reads.push_back(read_of(read));
  }
  if (const Value* stages = member(object, "stages")) {
    for (const Value& stage : array_of(*stages)) plan.stages.push_back(stage_of(stage));
  }
  return plan;
}

}  // namespace

Result<plan::Plan> plan_from_text(std::string_view json) {
  ASSIGN_OR_RETURN(const Value value, value_from_json(json));
  try {
    return plan_of(value);
  } catch (const std::exception& mistake) {
    return fail(ErrorCode::kInvalid, mistake.what());
  }
}

}  // namespace tetrascope
