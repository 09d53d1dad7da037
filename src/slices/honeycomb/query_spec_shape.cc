// A specification's reader: what its answer looks like: orders, havings, limit and times.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "slices/honeycomb/query_spec_reader.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::array<std::int64_t, 8> kCompareOffsets = {1800, 3600, 7200, 28800, 86400, 604800, 2419200, 15724800};

}  // namespace

/// The calculation or formula that an order or a having names: by its operator and column, or by its name alone.
std::optional<std::size_t> SpecReader::find_calculation(std::string_view op, std::string_view column) const {
  for (std::size_t i = 0; i < spec_.calculations.size(); ++i) {
    const Calculation& calculation = spec_.calculations[i];
    if (op.empty() ? !calculation.name.empty() && calculation.name == column
                   : calculation.op.name == op &&
                         (calculation.column == column || (!column.empty() && calculation.name == column))) {
      return i;
    }
  }
  for (std::size_t i = 0; op.empty() && i < spec_.formulas.size(); ++i) {
    if (spec_.formulas[i].name == column) return spec_.calculations.size() + i;
  }
  return std::nullopt;
}

/// A count for a formula, which can be ordered and compared too.
Op SpecReader::kind_of(std::size_t calculation) const {
  return calculation < spec_.calculations.size() ? spec_.calculations[calculation].op.op : Op::kCount;
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
  const std::string op = text(spec_member(object, "op"), path + ".op");
  const std::string column = text(spec_member(object, "column"), path + ".column");
  const std::string direction = text(spec_member(object, "order"), path + ".order");
  if (!direction.empty() && direction != "ascending" && direction != "descending") {
    problem(path + ".order", "invalid", "must be ascending or descending");
  }
  order.descending = direction == "descending";
  order.calculation = find_calculation(op, column);
  if (order.calculation) {
    const Op kind = kind_of(*order.calculation);
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
    const auto calculation = find_calculation(text(spec_member(found[i], "calculate_op"), path + ".calculate_op"),
                                              text(spec_member(found[i], "column"), path + ".column"));
    const auto op = find_comparison(text(spec_member(found[i], "op"), path + ".op"));
    const Value* value = spec_member(found[i], "value");
    const auto number = value == nullptr ? std::nullopt : finite_number(*value);
    if (!calculation) problem(path + ".calculate_op", "invalid", "must be one of the calculations");
    if (!op) problem(path + ".op", "invalid", "must be one of =, !=, >, >=, <, <=");
    if (!number) problem(path + ".value", value == nullptr ? "missing" : "incorrect_type", "must be a number");
    if (!calculation || !op || !number) continue;
    const Op kind = kind_of(*calculation);
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
  if (const Value* usage = spec_member(body_, "usage_mode")) {
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

}  // namespace tetrascope::honeycomb
