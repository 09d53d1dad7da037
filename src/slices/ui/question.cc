#include "slices/ui/question.h"

#include <algorithm>

namespace tetrascope::ui {

Result<plan::Answer> ask(const plan::Runner& runner, const plan::Plan& plan, const QueryBounds& bounds) {
  auto answer = runner.run(plan, bounds);
  if (answer) return answer;
  switch (answer.error().code) {
    case ErrorCode::kDeadlineExceeded:
      return fail(ErrorCode::kDeadlineExceeded, "This took too long to read.");
    case ErrorCode::kTooLarge:
      return fail(ErrorCode::kTooLarge, "This is too much to read at once.");
    case ErrorCode::kUnavailable:
      return fail(ErrorCode::kUnavailable, "Too many questions are being answered; ask again in a moment.");
    default:
      return fail(ErrorCode::kInternal, answer.error().message);
  }
}

Result<plan::Answer> ask_few(const plan::Runner& runner, const plan::Plan& plan, std::size_t few, QueryBounds bounds) {
  QueryBounds narrow = bounds;
  narrow.result_rows = few;
  auto answer = ask(runner, {plan.range, plan.reads, {}}, narrow);
  // Only more rows are a reason to ask again: what took too long, or came to a full server, would do so twice.
  if (answer || answer.error().code != ErrorCode::kTooLarge) return answer;
  return ask(runner, plan, bounds);
}

std::size_t column_of(const plan::Answer& answer, std::string_view name) {
  const auto found = std::ranges::find(answer.columns, name, &plan::OutputColumn::name);
  return static_cast<std::size_t>(found - answer.columns.begin());
}

std::int64_t int_cell(const Value& cell) {
  if (const auto* number = cell.as<std::int64_t>()) return *number;
  return 0;
}

std::string_view text_cell(const Value& cell) {
  if (const auto* text = cell.as<std::string>()) return *text;
  return {};
}

std::string id_cell(const Value& cell) {
  const auto* bytes = cell.as<Bytes>();
  if (bytes == nullptr || std::ranges::all_of(bytes->data, [](char byte) { return byte == 0; })) return {};
  return to_hex(bytes->data);
}

plan::AggregateCall counted(std::string name, plan::ExprPtr where) {
  return aggregated(std::move(name), plan::AggregateOp::kCount, {}, std::move(where));
}

plan::AggregateCall aggregated(std::string name, plan::AggregateOp op, plan::ExprPtr argument, plan::ExprPtr where) {
  plan::AggregateCall call;
  call.name = std::move(name);
  call.op = op;
  call.argument = std::move(argument);
  call.where = std::move(where);
  return call;
}

plan::ExprPtr equals(plan::ExprPtr left, plan::ExprPtr right) {
  return plan::call(plan::Function::kEq, {std::move(left), std::move(right)});
}

plan::ExprPtr either(plan::ExprPtr left, plan::ExprPtr right) {
  if (!left) return right;
  if (!right) return left;
  return plan::call(plan::Function::kOr, {std::move(left), std::move(right)});
}

}  // namespace tetrascope::ui
