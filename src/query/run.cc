#include "query/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <variant>

#include "query/packed_attributes.h"
#include "query/sql_writer.h"

namespace tetrascope::plan {
namespace {

/// The engine has no booleans of its own in comparisons: 0 and 1.
Value as_bool(const Value& cell) {
  const auto* number = cell.as<std::int64_t>();
  return number == nullptr ? cell : Value(*number != 0);
}

Value as_double(const Value& cell) {
  const auto* number = cell.as<std::int64_t>();
  return number == nullptr ? cell : Value(static_cast<double>(*number));
}

/// Text that is no JSON (an attribute that a client sent broken) stays text.
Value as_any(Value cell) {
  const auto* json = cell.as<std::string>();
  if (json == nullptr) return cell;
  auto value = value_from_json(*json);
  return value ? *std::move(value) : std::move(cell);
}

Value decode(Value cell, Type type) {
  switch (type) {
    case Type::kBool:
      return as_bool(cell);
    case Type::kDouble:
      return as_double(cell);
    case Type::kAny:
      return as_any(std::move(cell));
    default:
      return cell;
  }
}

bool has_quantiles(const Plan& plan) {
  return std::ranges::any_of(plan.stages, [](const Stage& stage) {
    const auto* aggregate = std::get_if<Aggregate>(&stage);
    return aggregate != nullptr &&
           std::ranges::find(aggregate->calls, AggregateOp::kQuantile, &AggregateCall::op) != aggregate->calls.end();
  });
}

struct Executed {
  Rows rows;
  std::vector<AttributeLayoutPtr> packed;
};

/// Exact quantiles where memory allows them, else approximate ones. That rows stand for one each is tried first.
Result<Executed> execute(Storage& storage, const Plan& plan, const QueryBounds& bounds,
                         const AttributeLayouts& layouts) {
  const auto ask = [&](Quantiles quantiles) -> Result<Executed> {
    ASSIGN_OR_RETURN(WrittenPlan written, write_sql(plan, quantiles, layouts));
    ASSIGN_OR_RETURN(Rows rows, storage.execute(written.statement, bounds));
    return Executed{std::move(rows), std::move(written.packed)};
  };
  if (!has_quantiles(plan)) return ask(Quantiles::kExact);
  auto executed = ask(Quantiles::kEqual);
  if (!executed && executed.error().code == ErrorCode::kInvalid) executed = ask(Quantiles::kExact);
  if (!executed && executed.error().code == ErrorCode::kTooLarge) executed = ask(Quantiles::kApproximate);
  return executed;
}

}  // namespace

Result<Answer> run(Storage& storage, const Plan& plan, const QueryBounds& bounds, const AttributeLayouts& layouts) {
  Answer answer;
  ASSIGN_OR_RETURN(answer.columns, check(plan));
  ASSIGN_OR_RETURN(auto executed, execute(storage, plan, bounds, layouts));
  auto& [rows, packed] = executed;
  if (rows.columns.size() != answer.columns.size()) {
    return fail(ErrorCode::kInternal,
                fmt::format("{} columns came back, want {}", rows.columns.size(), answer.columns.size()));
  }
  for (std::vector<Value>& row : rows.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = packed[c] ? unpacked_attributes(std::move(row[c]), *packed[c])
                         : decode(std::move(row[c]), answer.columns[c].type);
    }
  }
  answer.rows = std::move(rows.rows);
  answer.rows_read = rows.rows_read;
  return answer;
}

}  // namespace tetrascope::plan
