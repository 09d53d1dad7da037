#pragma once
// A Query Specification, read and checked (dossier honeycomb_otlp 3.6).

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/value.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/formula.h"

namespace tetrascope::honeycomb {

inline constexpr std::size_t kMaxTerms = 100;  ///< breakdowns, calculations, filters, orders, havings: of each
inline constexpr std::size_t kMaxListValues = 1'000;
inline constexpr std::int64_t kDefaultRange = 7'200;
inline constexpr std::int64_t kMaxBuckets = 1'000;
inline constexpr std::size_t kDefaultGroups = 100;
inline constexpr std::size_t kMaxGroups = 1'000;
inline constexpr std::size_t kMaxGroupsWithoutSeries = 10'000;

enum class Op {
  kCount,
  kConcurrency,
  kSum,
  kAvg,
  kCountDistinct,
  kHeatmap,
  kMax,
  kMin,
  kPercentile,
  kRateAvg,
  kRateSum,
  kRateMax,
};
/// Kinds of calculation: `P99` is kPercentile with level 0.99.
struct Operator {
  Op op = Op::kCount;
  double level = 0;
  std::string_view name;  ///< as the vendor writes it
};
std::optional<Operator> find_operator(std::string_view name);

enum class FilterOp {
  kEq,
  kNe,
  kGt,
  kGe,
  kLt,
  kLe,
  kStartsWith,
  kNotStartsWith,
  kEndsWith,
  kNotEndsWith,
  kExists,
  kNotExists,
  kContains,
  kNotContains,
  kIn,
  kNotIn,
};
std::optional<FilterOp> find_filter_op(std::string_view word);
/// Only kEq … kLe, which havings take.
std::optional<FilterOp> find_comparison(std::string_view word);
struct FilterSpec {
  std::string column;
  FilterOp op = FilterOp::kExists;
  Value value;  ///< text, number or bool; an Array of these for kIn and kNotIn; missing for kExists and kNotExists
};
struct FilterSet {
  std::vector<FilterSpec> filters;
  bool any = false;  ///< OR instead of AND
};
struct Calculation {
  Operator op;
  std::string column;  ///< "" for COUNT of rows
  std::string name;    ///< "" = the default key
  FilterSet filters;
  /// The member of an answer's `data`: `COUNT`, `P99(duration_ms)` or the name.
  [[nodiscard]] std::string key() const;
};
/// A formula over calculations, which it names by their keys.
struct QueryFormula {
  std::string name;
  Formula formula;
};
struct OrderSpec {
  /// Index; formulas are counted behind the calculations. Else `breakdown`.
  std::optional<std::size_t> calculation;
  std::size_t breakdown = 0;
  bool descending = false;
};
struct HavingSpec {
  std::size_t calculation = 0;  ///< as of OrderSpec
  FilterOp op = FilterOp::kEq;  ///< kEq … kLe
  double value = 0;
};
struct QuerySpec {
  std::vector<std::string> breakdowns;
  std::vector<Calculation> calculations;  ///< at least one
  std::vector<QueryFormula> formulas;
  CalculatedFields calculated_fields;  ///< of this query alone
  FilterSet filters;
  std::vector<OrderSpec> orders;
  std::vector<HavingSpec> havings;
  std::optional<std::size_t> limit;
  std::int64_t granularity = 0;                                  ///< seconds; 0: automatic
  std::optional<std::int64_t> start_time, end_time, time_range;  ///< seconds
  bool usage_mode = false;
};

/// Reads a specification. `body` is an object. The error lists every member that is wrong.
std::expected<QuerySpec, std::vector<FieldProblem>> read_query_spec(const Object& body);
/// The body of an answer about the query: as sent, without members that say nothing (null, `filter_combination: AND`,
/// those that a later one of their name replaces), with `[{"op":"COUNT"}]` where no calculation was asked for, without
/// what only the server writes. `body`: one that read_query_spec() takes.
Object canonical_spec(Object body);

/// Both ends of what a query asks about, whole seconds; half open.
struct SecondsRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
/// `now`: the current second; what arrived in it counts.
SecondsRange resolve_range(const QuerySpec& spec, std::int64_t now);
/// Seconds of a bucket: as asked, but at least a thousandth of the range; automatic: the smallest of the vendor's menu
/// that makes at most 240 buckets (4.9).
std::int64_t resolve_granularity(const QuerySpec& spec, SecondsRange range);

}  // namespace tetrascope::honeycomb
