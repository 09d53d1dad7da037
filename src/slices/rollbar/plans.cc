#include "slices/rollbar/plans.h"

#include <limits>

namespace tetrascope::rollbar {
namespace {

using plan::Level;
using plan::Type;

}  // namespace

plan::ExprPtr int_attribute(std::string_view key) {
  return plan::attribute(Level::kItem, std::string(key), Type::kInt);
}
plan::ExprPtr text_attribute(std::string_view key) {
  return plan::attribute(Level::kItem, std::string(key), Type::kString);
}

plan::ExprPtr equals(plan::ExprPtr left, Value right) {
  return plan::call(plan::Function::kEq, {std::move(left), plan::literal(std::move(right))});
}
plan::ExprPtr is_in(plan::ExprPtr needle, Array values) {
  return plan::call(plan::Function::kIn, {std::move(needle), plan::literal(Value(std::move(values)))});
}

plan::TimeRange all_time() { return {UnixNanos{0}, UnixNanos{std::numeric_limits<std::int64_t>::max()}}; }

std::int64_t int_cell(const Value& cell) {
  const auto* number = cell.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}
std::string_view text_cell(const Value& cell) {
  const auto* text = cell.as<std::string>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

}  // namespace tetrascope::rollbar
