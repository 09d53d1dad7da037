#include <charconv>
#include <cmath>

#include "slices/ui/field_search.h"
#include "slices/ui/question.h"
#include "slices/ui/trace_search.h"

namespace tetrascope::ui {
namespace {

using plan::attribute;
using plan::column;
using plan::ExprPtr;
using plan::Function;
using plan::Level;
using plan::literal;
using plan::Type;

std::optional<double> parse_double(std::string_view text) {
  double number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stopped != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// `key` = `value` for each type in which the key comes and the text can be read; null when there is none.
ExprPtr attribute_equals(Level level, FieldTypes types, const std::string& key, const std::string& value) {
  ExprPtr any;
  if (types.has(FieldType::kString)) any = either(any, equals(attribute(level, key, Type::kString), literal(value)));
  if (const auto number = parse_int(value); number && types.has(FieldType::kInt)) {
    any = either(any, equals(attribute(level, key, Type::kInt), literal(*number)));
  }
  if (const auto number = parse_double(value); number && types.has(FieldType::kDouble)) {
    any = either(any, equals(attribute(level, key, Type::kDouble), literal(*number)));
  }
  if ((value == "true" || value == "false") && types.has(FieldType::kBool)) {
    any = either(any, equals(attribute(level, key, Type::kBool), literal(value == "true")));
  }
  return any;
}

}  // namespace

std::optional<ExprPtr> span_condition(const SpanFilter& filter, const FieldCatalogue& fields) {
  ExprPtr all;
  if (!filter.service.empty()) all = both(all, equals(column("service"), literal(filter.service)));
  if (!filter.name.empty()) all = both(all, equals(column("name"), literal(filter.name)));
  if (filter.errors) all = both(all, equals(column("status"), literal(std::int64_t{2})));
  if (filter.min_duration_ns > 0) {
    all = both(all, call(Function::kGe, {column("duration"), literal(filter.min_duration_ns)}));
  }
  if (filter.max_duration_ns > 0) {
    all = both(all, call(Function::kLe, {column("duration"), literal(filter.max_duration_ns)}));
  }
  for (const auto& [key, value] : filter.attributes) {
    const ExprPtr own =
        attribute_equals(Level::kItem, seen_types(fields, Signal::kSpans, FieldLevel::kItem, key), key, value);
    const ExprPtr shared =
        attribute_equals(Level::kResource, seen_types(fields, Signal::kSpans, FieldLevel::kResource, key), key, value);
    const ExprPtr found = either(own, shared);
    if (!found) return std::nullopt;
    all = both(all, found);
  }
  return all;
}

}  // namespace tetrascope::ui
