#pragma once
// `pattern`: texts that differ only in what varies from one to the next, as one row each.
// Source: dossier cloudwatch_logs 5.4; which parts vary is told by how they look, not learned from the other texts.

#include <vector>

#include "query/plan.h"

namespace tetrascope::cloudwatch_logs {

/// Columns of cluster_stages().
inline constexpr const char* kClusterPattern = "pattern";
inline constexpr const char* kClusterRatio = "ratio";
inline constexpr const char* kClusterCount = "count";
inline constexpr const char* kClusterSeverity = "severity";
/// Where two times are read at once: 0 for the later, 1 for the earlier.
inline constexpr const char* kClusterPeriod = "period";

/// `text` with `<*>` in the place of what varies, and the severity that the words of such a pattern tell.
plan::ExprPtr pattern_of(plan::ExprPtr text);
plan::ExprPtr severity_of(const plan::ExprPtr& pattern);

/// What follows the stages of `before`, of whose rows `text` is: the most frequent patterns first.
std::vector<plan::Stage> cluster_stages(plan::ExprPtr text, plan::Plan before);

}  // namespace tetrascope::cloudwatch_logs
