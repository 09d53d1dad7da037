#pragma once
// Asking the middle, and reading the cells of its answer.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "query/plan.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// Runs a plan of the page's own making. Errors are in words for its user, and speak of the question only:
/// kDeadlineExceeded, kTooLarge, kUnavailable; everything else is kInternal, since the plan is ours.
Result<plan::Answer> ask(const plan::Runner& runner, const plan::Plan& plan, const QueryBounds& bounds = {});

/// The rows of a plan whose stages only sort and cut, in no order where there are at most `few`: without stages the
/// engine has less to plan, and nearly every trace is short. With more rows the whole plan is asked.
Result<plan::Answer> ask_few(const plan::Runner& runner, const plan::Plan& plan, std::size_t few,
                             QueryBounds bounds = {});

/// For a question about an id.
using plan::kAllTime;

/// Place of a column; the answer has it, since the plan named it.
std::size_t column_of(const plan::Answer& answer, std::string_view name);

/// A cell of that type; 0 or "" where the value is missing.
std::int64_t int_cell(const Value& cell);
std::string_view text_cell(const Value& cell);
/// Lower-case hex of an id; "" for none, which is all zero.
std::string id_cell(const Value& cell);

/// An id as a constant of a plan.
template <std::size_t N>
plan::ExprPtr id_literal(const Id<N>& id) {
  return plan::literal(Value(Bytes{std::string(id.view())}));
}

/// Rows, or those for which `where` is true.
plan::AggregateCall counted(std::string name, plan::ExprPtr where = {});
plan::AggregateCall aggregated(std::string name, plan::AggregateOp op, plan::ExprPtr argument,
                               plan::ExprPtr where = {});

plan::ExprPtr equals(plan::ExprPtr left, plan::ExprPtr right);
plan::ExprPtr either(plan::ExprPtr left, plan::ExprPtr right);

}  // namespace tetrascope::ui
