#pragma once
// BUCKET: numbers by ranges, as text (dossier honeycomb_otlp 5.3).

#include <optional>

#include "query/plan.h"

namespace tetrascope::honeycomb {

struct Bucketing {
  double size = 1;
  std::optional<double> low, high;
};
/// `number`: kDouble. `0 - 100`, and `< 0` and `>= 1000` beyond the ends; missing for a missing number.
plan::ExprPtr bucket_label(const plan::ExprPtr& number, const Bucketing& bucketing);

}  // namespace tetrascope::honeycomb
