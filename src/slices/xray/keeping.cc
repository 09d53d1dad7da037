#include "slices/xray/keeping.h"

#include "slices/xray/fact_store.h"
#include "slices/xray/row_terms.h"

namespace tetrascope::xray {
namespace {

/// Facts are read back when they were saved in the hours before a start.
constexpr std::chrono::hours kFactsKept{24};

plan::ExprPtr came_before(UnixNanos now, std::chrono::seconds age) {
  const UnixNanos oldest{now.value - std::chrono::nanoseconds(age).count()};
  return of_two(plan::Function::kLt, plan::column("received"), plan::time_literal(oldest));
}

}  // namespace

std::vector<plan::Removal> expired_rows(const SliceSettings& settings, UnixNanos now) {
  std::vector<plan::Removal> removals;
  removals.push_back({plan::Table::kDocuments,
                      plan::both(equals("kind", text_literal(kFactsKind)), came_before(now, kFactsKept)),
                      plan::kAllTime});
  if (!settings.xray_retention) return removals;
  for (const plan::Table table : {plan::Table::kSpans, plan::Table::kOccurrences, plan::Table::kDocuments}) {
    removals.push_back({table, plan::both(is_own(), came_before(now, *settings.xray_retention)), plan::kAllTime});
  }
  return removals;
}

std::vector<plan::Removal> forget_facts(GraphIndex& index) {
  index.forget();
  return {{plan::Table::kDocuments, equals("kind", text_literal(kFactsKind)), plan::kAllTime}};
}

}  // namespace tetrascope::xray
