// The vendor's words for calculations, what a specification says about time, and how one is given back.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>
#include <string>

#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::array kOperators = {
    Operator{Op::kCount, 0, "COUNT"},
    Operator{Op::kConcurrency, 0, "CONCURRENCY"},
    Operator{Op::kSum, 0, "SUM"},
    Operator{Op::kAvg, 0, "AVG"},
    Operator{Op::kCountDistinct, 0, "COUNT_DISTINCT"},
    Operator{Op::kHeatmap, 0, "HEATMAP"},
    Operator{Op::kMax, 0, "MAX"},
    Operator{Op::kMin, 0, "MIN"},
    Operator{Op::kPercentile, 0.001, "P001"},
    Operator{Op::kPercentile, 0.01, "P01"},
    Operator{Op::kPercentile, 0.05, "P05"},
    Operator{Op::kPercentile, 0.10, "P10"},
    Operator{Op::kPercentile, 0.20, "P20"},
    Operator{Op::kPercentile, 0.25, "P25"},
    Operator{Op::kPercentile, 0.50, "P50"},
    Operator{Op::kPercentile, 0.75, "P75"},
    Operator{Op::kPercentile, 0.80, "P80"},
    Operator{Op::kPercentile, 0.90, "P90"},
    Operator{Op::kPercentile, 0.95, "P95"},
    Operator{Op::kPercentile, 0.99, "P99"},
    Operator{Op::kPercentile, 0.999, "P999"},
    Operator{Op::kRateAvg, 0, "RATE_AVG"},
    Operator{Op::kRateSum, 0, "RATE_SUM"},
    Operator{Op::kRateMax, 0, "RATE_MAX"},
};

/// The vendor's menu of granularities, seconds (4.9).
constexpr std::array<std::int64_t, 21> kGranularities = {1,     5,     10,    15,    30,     60,     120,
                                                         300,   600,   900,   1800,  3600,   7200,   10800,
                                                         14400, 21600, 43200, 86400, 172800, 259200, 604800};
constexpr std::int64_t kAutomaticBuckets = 240;

struct FilterWord {
  std::string_view word;
  FilterOp op;
};
constexpr std::array kFilterWords = {
    FilterWord{"=", FilterOp::kEq},
    FilterWord{"!=", FilterOp::kNe},
    FilterWord{">", FilterOp::kGt},
    FilterWord{">=", FilterOp::kGe},
    FilterWord{"<", FilterOp::kLt},
    FilterWord{"<=", FilterOp::kLe},
    FilterWord{"starts-with", FilterOp::kStartsWith},
    FilterWord{"does-not-start-with", FilterOp::kNotStartsWith},
    FilterWord{"ends-with", FilterOp::kEndsWith},
    FilterWord{"does-not-end-with", FilterOp::kNotEndsWith},
    FilterWord{"exists", FilterOp::kExists},
    FilterWord{"does-not-exist", FilterOp::kNotExists},
    FilterWord{"contains", FilterOp::kContains},
    FilterWord{"does-not-contain", FilterOp::kNotContains},
    FilterWord{"in", FilterOp::kIn},
    FilterWord{"not-in", FilterOp::kNotIn},
};
constexpr std::size_t kComparisons = 6;  // the first of them

std::optional<FilterOp> find_among(std::span<const FilterWord> words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &FilterWord::word);
  if (found == words.end()) return std::nullopt;
  return found->op;
}

/// What is read (spec_member): of members of one name the last that is not null.
void keep_what_counts(Object& object) {
  std::set<std::string, std::less<>> seen;
  const auto idle = [&](const Object::value_type& entry) {
    return entry.second.missing() || !seen.insert(entry.first).second;
  };
  std::ranges::reverse(object);
  std::erase_if(object, idle);
  std::ranges::reverse(object);
}

}  // namespace

std::optional<FilterOp> find_filter_op(std::string_view word) { return find_among(kFilterWords, word); }

std::optional<FilterOp> find_comparison(std::string_view word) {
  return find_among(std::span(kFilterWords).first(kComparisons), word);
}

std::optional<Operator> find_operator(std::string_view name) {
  const auto found = std::ranges::find(kOperators, name, &Operator::name);
  if (found == kOperators.end()) return std::nullopt;
  return *found;
}

std::string Calculation::key() const {
  if (!name.empty()) return name;
  return column.empty() ? std::string(op.name) : fmt::format("{}({})", op.name, column);
}

SecondsRange resolve_range(const QuerySpec& spec, std::int64_t now) {
  const std::int64_t length = spec.time_range.value_or(kDefaultRange);
  if (spec.start_time && spec.end_time) return {*spec.start_time, *spec.end_time};
  if (spec.start_time) return {*spec.start_time, spec.time_range ? *spec.start_time + length : now + 1};
  const std::int64_t to = spec.end_time.value_or(now + 1);
  return {to - length, to};
}

std::int64_t resolve_granularity(const QuerySpec& spec, SecondsRange range) {
  const std::int64_t length = std::max<std::int64_t>(range.to - range.from, 1);
  const std::int64_t least = (length + kMaxBuckets - 1) / kMaxBuckets;
  if (spec.granularity > 0) return std::clamp(spec.granularity, least, std::max(length, least));
  for (const std::int64_t granularity : kGranularities) {
    if (length <= granularity * kAutomaticBuckets) return granularity;
  }
  return std::max(kGranularities.back(), least);
}

Object canonical_spec(Object body) {
  keep_what_counts(body);
  const auto says_nothing = [](const Object::value_type& entry) {
    const auto* text = entry.second.as<std::string>();
    return entry.first == "filter_combination" && text != nullptr && (*text == "AND" || text->empty());
  };
  std::erase_if(
      body, [&](const auto& entry) { return says_nothing(entry) || entry.first == "id" || entry.first == "links"; });
  auto calculations = std::ranges::find(body, "calculations", &Object::value_type::first);
  const bool none = calculations == body.end() || std::get<Array>(calculations->second.data).empty();
  if (!none) {
    for (Value& value : std::get<Array>(calculations->second.data)) {
      auto* object = std::get_if<Object>(&value.data);
      if (object == nullptr) continue;
      keep_what_counts(*object);
      std::erase_if(*object, says_nothing);
    }
    return body;
  }
  Array count;
  count.emplace_back(Object{{"op", Value(std::string("COUNT"))}});
  if (calculations == body.end())
    body.emplace_back("calculations", Value(std::move(count)));
  else
    calculations->second = Value(std::move(count));
  return body;
}

}  // namespace tetrascope::honeycomb
