#pragma once
// Short ways to say what this slice asks of its rows.

#include <cstdint>
#include <string>
#include <string_view>

#include "query/plan.h"
#include "query/runner.h"

namespace tetrascope::rollbar {

plan::ExprPtr int_attribute(std::string_view key);
plan::ExprPtr text_attribute(std::string_view key);
plan::ExprPtr equals(plan::ExprPtr left, Value right);
plan::ExprPtr is_in(plan::ExprPtr needle, Array values);

/// Everything that was ever stored.
plan::TimeRange all_time();

/// Cells of an answer; 0 and "" for what is missing.
std::int64_t int_cell(const Value& cell);
std::string_view text_cell(const Value& cell);

}  // namespace tetrascope::rollbar
