#include "slices/cloudwatch_logs/insights_clusters.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using F = plan::Function;

}  // namespace

/// In the place of what varies: ids, addresses, times and numbers.
ExprPtr pattern_of(ExprPtr text) {
  constexpr std::string_view kVaries =
      R"(\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)"
      R"(|\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{15,}\b)"
      R"(|\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
      R"(|\b[0-9]+(?:[.,:][0-9]+)*)";
  return plan::call(F::kReplaceMatches, {std::move(text), literal_text(kVaries), literal_text("<*>")});
}

ExprPtr severity_of(const ExprPtr& pattern) {
  std::vector<ExprPtr> branches;
  for (const auto& [words, label] : {std::pair{"(?i)\\b(?:error|fatal|critical|severe|exception|panic)", "Error"},
                                     std::pair{"(?i)\\bwarn", "Warning"}, std::pair{"(?i)\\binfo", "Info"},
                                     std::pair{"(?i)\\b(?:debug|trace)\\b", "Debug"}}) {
    branches.push_back(plan::call(F::kMatches, {pattern, literal_text(words)}));
    branches.push_back(literal_text(label));
  }
  branches.push_back(plan::literal(Value(), plan::Type::kString));
  return plan::call(F::kIf, std::move(branches));
}

namespace {

plan::Aggregate counted_by(std::vector<plan::Named> keys, std::string name) {
  plan::AggregateCall count;
  count.name = std::move(name);
  count.op = plan::AggregateOp::kCount;
  return {std::move(keys), {std::move(count)}, {}, {}};
}

}  // namespace

std::vector<plan::Stage> cluster_stages(ExprPtr text, plan::Plan before) {
  // The total comes to every row by a column that all have.
  constexpr const char* kJoined = "one";
  constexpr const char* kTotal = "total";
  const plan::Compute joined{{{kJoined, literal_integer(1)}}};
  before.stages.emplace_back(counted_by({}, kTotal));
  before.stages.emplace_back(joined);
  std::vector<plan::Stage> stages;
  stages.emplace_back(counted_by({{kClusterPattern, pattern_of(std::move(text))}}, kClusterCount));
  stages.emplace_back(joined);
  stages.emplace_back(
      plan::Join{plan::JoinKind::kLeft, std::make_shared<const plan::Plan>(std::move(before)), {{kJoined, kJoined}}});
  stages.emplace_back(plan::Compute{{{kClusterRatio, plan::call(F::kDiv, {field(kClusterCount), field(kTotal)})},
                                     {kClusterSeverity, severity_of(field(kClusterPattern))}}});
  stages.emplace_back(plan::Sort{{{field(kClusterCount), true}, {field(kClusterPattern), false}}});
  return stages;
}

}  // namespace tetrascope::cloudwatch_logs
