#include "slices/honeycomb/query_spec.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace tetrascope::honeycomb {
namespace {

constexpr std::array<std::int64_t, 8> kCompareOffsets = {1800, 3600, 7200, 28800, 86400, 604800, 2419200, 15724800};
/// Times in seconds may be off by centuries, but not so far that nanoseconds overflow.
constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;

const Value* member(const Object& object, std::string_view key) {
  const Value* last = nullptr;
  for (const auto& [name, value] : object) {
    if (name == key && !value.missing()) last = &value;
  }
  return last;
}
const Value* member(const Object* object, std::string_view key) {
  return object == nullptr ? nullptr : member(*object, key);
}

bool is_scalar(const Value& value) {
  return value.as<bool>() != nullptr || value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr ||
         value.as<std::string>() != nullptr;
}

std::optional<double> finite_number(const Value& value) {
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value.as<double>(); number != nullptr && std::isfinite(*number)) return *number;
  return std::nullopt;
}

class SpecReader {
 public:
  explicit SpecReader(const Object& body) : body_(body) {}

  std::expected<QuerySpec, std::vector<FieldProblem>> read() {
    refuse_unbuilt();
    read_breakdowns();
    read_calculations();
    spec_.filters = read_filters(&body_, "");
    read_orders();
    read_havings();
    read_limit();
    read_times();
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(spec_);
  }

 private:
  void problem(std::string field, std::string_view code, std::string description) {
    problems_.push_back({std::move(field), code, std::move(description)});
  }
  std::string text(const Value* value, const std::string& field) {
    if (value == nullptr) return {};
    if (const auto* string = value->as<std::string>()) return *string;
    problem(field, "incorrect_type", "must be a string");
    return {};
  }
  std::optional<std::int64_t> integer(std::string_view field) {
    const Value* value = member(body_, field);
    if (value == nullptr) return std::nullopt;
    const auto number = finite_number(*value);
    if (!number || *number != std::floor(*number)) {
      problem(std::string(field), number ? "invalid" : "incorrect_type", "must be a whole number");
      return std::nullopt;
    }
    if (std::abs(*number) > static_cast<double>(kLastSecond)) {
      problem(std::string(field), "invalid", fmt::format("must be a whole number between -{0} and {0}", kLastSecond));
      return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
  }
  /// Members of a list, each an object; other members are reported and come out as null.
  std::vector<const Object*> objects(const Object* owner, std::string_view name, const std::string& path) {
    std::vector<const Object*> found;
    const Array* list = this->list(owner, name, path);
    if (list == nullptr) return found;
    for (std::size_t i = 0; i < list->size(); ++i) {
      found.push_back((*list)[i].as<Object>());
      if (found.back() == nullptr) problem(fmt::format("{}[{}]", path, i), "incorrect_type", "must be an object");
    }
    return found;
  }
  const Array* list(const Object* owner, std::string_view name, const std::string& path) {
    const Value* value = member(owner, name);
    if (value == nullptr) return nullptr;
    const auto* array = value->as<Array>();
    if (array == nullptr) {
      problem(path, "incorrect_type", "must be a list");
    } else if (array->size() > kMaxTerms) {
      problem(path, "invalid", fmt::format("must have at most {} entries", kMaxTerms));
      return nullptr;
    }
    return array;
  }

  void refuse_unbuilt() {
    for (const std::string_view name : {"formulas", "calculated_fields"}) {
      const Array* array = list(&body_, name, std::string(name));
      if (array != nullptr && !array->empty())
        problem(std::string(name), "invalid", "is not available on this server yet");
    }
  }
  void read_breakdowns() {
    const Array* array = list(&body_, "breakdowns", "breakdowns");
    if (array == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string field = fmt::format("breakdowns[{}]", i);
      std::string name = text(&(*array)[i], field);
      if (name.empty()) {
        if ((*array)[i].as<std::string>() != nullptr) problem(field, "missing", "cannot be blank");
      } else if (std::ranges::find(spec_.breakdowns, name) != spec_.breakdowns.end()) {
        problem(field, "already_exists", "must not be repeated");
      } else {
        spec_.breakdowns.push_back(std::move(name));
      }
    }
  }
  void read_calculations();
  void read_calculation(const Object& object, const std::string& path);
  FilterSet read_filters(const Object* owner, const std::string& path);
  std::optional<FilterSpec> read_filter(const Object& object, const std::string& path);
  void check_filter_value(const FilterSpec& filter, const std::string& path);
  std::optional<std::size_t> find_calculation(std::string_view op, std::string_view column) const;
  void read_orders();
  std::optional<OrderSpec> read_order(const Object& object, const std::string& path);
  void read_havings();
  void read_limit();
  void read_times();

  const Object& body_;
  QuerySpec spec_;
  std::vector<FieldProblem> problems_;
};

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
  const std::string word = text(member(object, "op"), path + ".op");
  const auto op = find_operator(word);
  if (!op)
    return problem(path + ".op", word.empty() ? "missing" : "invalid", fmt::format("'{}' is no calculation", word));
  calculation.op = *op;
  calculation.column = text(member(object, "column"), path + ".column");
  calculation.name = text(member(object, "name"), path + ".name");
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
  const std::string combination = text(member(owner, "filter_combination"), path + "filter_combination");
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
  filter.column = text(member(object, "column"), path + ".column");
  if (filter.column.empty()) problem(path + ".column", "missing", "cannot be blank");
  const std::string word = text(member(object, "op"), path + ".op");
  const auto op = find_filter_op(word);
  if (!op) {
    problem(path + ".op", word.empty() ? "missing" : "invalid", fmt::format("'{}' is no filter operator", word));
    return std::nullopt;
  }
  filter.op = *op;
  if (const Value* value = member(object, "value")) filter.value = *value;
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

/// The calculation that an order or a having names: by its operator and column, or by its name alone.
std::optional<std::size_t> SpecReader::find_calculation(std::string_view op, std::string_view column) const {
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const Calculation& calculation = spec_.calculations[i];
    if (op.empty() ? !calculation.name.empty() && calculation.name == column
                   : calculation.op.name == op &&
                         (calculation.column == column || (!column.empty() && calculation.name == column))) {
      return i;
    }
  }
  return std::nullopt;
}

void SpecReader::read_orders() {
  const auto found = objects(&body_, "orders", "orders");
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    if (auto order = read_order(*found[i], fmt::format("orders[{}]", i))) spec_.orders.push_back(*order);
  }
}

std::optional<OrderSpec> SpecReader::read_order(const Object& object, const std::string& path) {
  OrderSpec order;
  const std::string op = text(member(object, "op"), path + ".op");
  const std::string column = text(member(object, "column"), path + ".column");
  const std::string direction = text(member(object, "order"), path + ".order");
  if (!direction.empty() && direction != "ascending" && direction != "descending") {
    problem(path + ".order", "invalid", "must be ascending or descending");
  }
  order.descending = direction == "descending";
  order.calculation = find_calculation(op, column);
  if (order.calculation) {
    const Op kind = spec_.calculations[*order.calculation].op.op;
    if (kind == Op::kHeatmap) problem(path + ".op", "invalid", "HEATMAP has no order");
    if (kind == Op::kConcurrency)
      problem(path + ".op", "invalid", "ordering by CONCURRENCY is not available on this server yet");
    return order;
  }
  const auto breakdown = std::ranges::find(spec_.breakdowns, column);
  if (!op.empty() || column.empty() || breakdown == spec_.breakdowns.end()) {
    problem(path, "invalid", "must be one of the breakdowns or calculations");
    return std::nullopt;
  }
  order.breakdown = static_cast<std::size_t>(breakdown - spec_.breakdowns.begin());
  return order;
}

void SpecReader::read_havings() {
  const auto found = objects(&body_, "havings", "havings");
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr) continue;
    const std::string path = fmt::format("havings[{}]", i);
    const auto calculation = find_calculation(text(member(found[i], "calculate_op"), path + ".calculate_op"),
                                              text(member(found[i], "column"), path + ".column"));
    const auto op = find_comparison(text(member(found[i], "op"), path + ".op"));
    const Value* value = member(found[i], "value");
    const auto number = value == nullptr ? std::nullopt : finite_number(*value);
    if (!calculation) problem(path + ".calculate_op", "invalid", "must be one of the calculations");
    if (!op) problem(path + ".op", "invalid", "must be one of =, !=, >, >=, <, <=");
    if (!number) problem(path + ".value", value == nullptr ? "missing" : "incorrect_type", "must be a number");
    if (!calculation || !op || !number) continue;
    const Op kind = spec_.calculations[*calculation].op.op;
    if (kind == Op::kHeatmap) problem(path + ".calculate_op", "invalid", "HEATMAP cannot be compared");
    if (kind == Op::kConcurrency)
      problem(path + ".calculate_op", "invalid", "comparing CONCURRENCY is not available on this server yet");
    if (!seen.insert(*calculation).second) problem(path, "already_exists", "only one having for each calculation");
    spec_.havings.push_back({*calculation, *op, *number});
  }
}

void SpecReader::read_limit() {
  const auto limit = integer("limit");
  if (!limit) return;
  if (*limit < 1 || *limit > static_cast<std::int64_t>(kMaxGroups)) {
    return problem("limit", "invalid", fmt::format("must be between 1 and {}", kMaxGroups));
  }
  spec_.limit = static_cast<std::size_t>(*limit);
}

void SpecReader::read_times() {
  spec_.start_time = integer("start_time");
  spec_.end_time = integer("end_time");
  spec_.time_range = integer("time_range");
  spec_.granularity = integer("granularity").value_or(0);
  if (const Value* usage = member(body_, "usage_mode")) {
    if (const auto* flag = usage->as<bool>())
      spec_.usage_mode = *flag;
    else
      problem("usage_mode", "incorrect_type", "must be true or false");
  }
  // A client that sends its whole structure sends zeros for what was not set.
  if (spec_.end_time == 0) spec_.end_time.reset();
  if (spec_.time_range == 0) spec_.time_range.reset();
  // A start of 1970 with an end and nothing else is meant.
  if (spec_.start_time == 0 && (!spec_.end_time || spec_.time_range)) spec_.start_time.reset();
  if (spec_.start_time && spec_.end_time && spec_.time_range) {
    problem("time_range", "invalid", "give two of start_time, end_time and time_range, not all three");
  }
  if (spec_.time_range && *spec_.time_range < 0) problem("time_range", "invalid", "must be more than 0");
  if (spec_.start_time && *spec_.start_time < 0) problem("start_time", "invalid", "must be seconds since 1970");
  if (spec_.end_time && *spec_.end_time < 0) problem("end_time", "invalid", "must be seconds since 1970");
  if (spec_.start_time && spec_.end_time && *spec_.start_time >= *spec_.end_time) {
    problem("end_time", "invalid", "must be after start_time");
  }
  const bool ends = spec_.time_range || (spec_.start_time && spec_.end_time) || !spec_.start_time;
  const SecondsRange range = resolve_range(spec_, 0);
  const std::int64_t length = range.to - range.from;
  if (spec_.granularity < 0) {
    problem("granularity", "invalid", "must not be negative: 0 or a number of seconds");
  } else if (ends && spec_.granularity > std::max<std::int64_t>(length, 1)) {
    problem(
        "granularity", "invalid",
        fmt::format("must not be longer than the time range, which is {} seconds", std::max<std::int64_t>(length, 0)));
  } else if (ends && spec_.granularity > 0 && spec_.granularity * kMaxBuckets < length) {
    problem("granularity", "invalid",
            fmt::format("must be at least a {}th of the time range: {} seconds", kMaxBuckets,
                        (length + kMaxBuckets - 1) / kMaxBuckets));
  }
  const auto offset = integer("compare_time_offset_seconds");
  if (!offset || *offset == 0) return;
  if (std::ranges::find(kCompareOffsets, *offset) == kCompareOffsets.end()) {
    problem("compare_time_offset_seconds", "invalid",
            "must be 1800, 3600, 7200, 28800, 86400, 604800, 2419200 or 15724800");
  } else if (ends && *offset < length) {
    problem("compare_time_offset_seconds", "invalid", "must not be shorter than the time range");
  }
}

}  // namespace

std::expected<QuerySpec, std::vector<FieldProblem>> read_query_spec(const Object& body) {
  return SpecReader(body).read();
}

}  // namespace tetrascope::honeycomb
