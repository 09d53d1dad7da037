#include "query/plan.h"

#include "query/types.h"

namespace tetrascope::plan {
namespace {

ExprPtr expr(auto node) { return std::make_shared<const Expr>(Expr{std::move(node)}); }

}  // namespace

ExprPtr literal(Value value) {
  const Type type = type_of(value);
  return expr(Literal{std::move(value), type});
}
ExprPtr literal(Value value, Type type) { return expr(Literal{std::move(value), type}); }
ExprPtr time_literal(UnixNanos time) { return expr(Literal{Value(time.value), Type::kTime}); }
ExprPtr column(std::string name) { return expr(TableColumn{std::move(name)}); }
ExprPtr field(std::string name) { return expr(Field{std::move(name)}); }
ExprPtr attribute(Level level, std::string key, Type type) {
  return expr(Attribute{level, std::move(key), type, FieldTypes::all(), {}});
}
ExprPtr all_attributes(Level level) { return expr(AllAttributes{level}); }
ExprPtr call(Function function, std::vector<ExprPtr> arguments) { return expr(Call{function, std::move(arguments)}); }
ExprPtr in_plan(ExprPtr needle, Plan plan) {
  return expr(InPlan{std::move(needle), std::make_shared<const Plan>(std::move(plan))});
}
ExprPtr both(ExprPtr left, ExprPtr right) {
  if (!left) return right;
  if (!right) return left;
  return call(Function::kAnd, {std::move(left), std::move(right)});
}

}  // namespace tetrascope::plan
