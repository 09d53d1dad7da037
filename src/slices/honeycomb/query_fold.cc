#include "slices/honeycomb/query_fold.h"

#include <algorithm>
#include <utility>

#include "slices/honeycomb/query_values.h"

namespace tetrascope::honeycomb {
namespace {

double number(const Value& value) { return number_of(value).value_or(0); }

Value sum(const Value& a, const Value& b) {
  const auto* whole_a = a.as<std::int64_t>();
  const auto* whole_b = b.as<std::int64_t>();
  if (whole_a != nullptr && whole_b != nullptr) return *whole_a + *whole_b;
  return number(a) + number(b);
}

/// Counts of the same bins.
Value sums(const Value& a, const Value& b) {
  const auto* counts_a = a.as<Array>();
  const auto* counts_b = b.as<Array>();
  if (counts_a == nullptr || counts_b == nullptr) return counts_a == nullptr ? b : a;
  Array counts = *counts_a;
  for (std::size_t i = 0; i < std::min(counts.size(), counts_b->size()); ++i)
    counts[i] = sum(counts[i], (*counts_b)[i]);
  return counts;
}

Value folded(Op op, Value a, Value b) {
  if (a.missing()) return b;
  if (b.missing()) return a;
  switch (op) {
    case Op::kHeatmap:
      return sums(a, b);
    case Op::kMin:
      return number(b) < number(a) ? b : a;
    case Op::kMax:
      return number(b) > number(a) ? b : a;
    default:
      return sum(a, b);
  }
}

}  // namespace

bool folds(const QuerySpec& spec) {
  constexpr Op kFold[] = {Op::kCount, Op::kSum, Op::kMin, Op::kMax, Op::kHeatmap};
  return spec.formulas.empty() && std::ranges::all_of(spec.calculations, [&](const Calculation& calculation) {
           return std::ranges::find(kFold, calculation.op.op) != std::end(kFold);
         });
}

void fold(const QuerySpec& spec, const std::vector<Value>& part, std::vector<Value>& whole) {
  whole.resize(spec.calculations.size());
  for (std::size_t i = 0; i < whole.size() && i < part.size(); ++i)
    whole[i] = folded(spec.calculations[i].op.op, std::move(whole[i]), part[i]);
}

}  // namespace tetrascope::honeycomb
