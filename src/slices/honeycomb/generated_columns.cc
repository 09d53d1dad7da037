#include "slices/honeycomb/generated_columns.h"

#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "slices/honeycomb/event_rows.h"
#include "storage/question.h"

namespace tetrascope::honeycomb {
namespace {

using plan::literal;
using F = plan::Function;

constexpr std::chrono::milliseconds kMaxRunTime{3'000};

Result<plan::Answer> ask(const Middle& middle, const plan::Plan& plan) {
  QueryBounds bounds;
  bounds.time = kMaxRunTime;
  bounds.result_rows = 1'000;
  return middle.runner.run(plan, bounds);
}

plan::ExprPtr came_by(F comparison) {
  return plan::call(comparison, {plan::column("protocol"), literal(Value(std::string(kProtocol)))});
}

/// Whether there is any row that came through the events API (F::kEq) or as telemetry (F::kNe): the first one says so.
Result<bool> has_rows(const Middle& middle, const plan::TableRead& rows, F comparison) {
  plan::Plan plan{plan::kAllTime, {rows}, {plan::Limit{.count = 1, .offset = 0, .by = {}}}};
  plan::TableRead& read = plan.reads.front();
  read.where = plan::both(read.where, came_by(comparison));
  read.columns = {{"protocol", plan::column("protocol")}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(middle, plan));
  return !answer.rows.empty();
}

/// Those of the source's fields that some row of the events API has.
Result<GeneratedColumns> sent_fields(const Middle& middle, const plan::TableRead& rows, Source source) {
  plan::Plan plan{plan::kAllTime, {rows}, {}};
  plan::TableRead& read = plan.reads.front();
  read.where = plan::both(read.where, came_by(F::kEq));
  read.columns.clear();
  plan::Aggregate aggregate;
  const auto names = generated_names(source);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    const plan::ExprPtr value = generated_field(source, names[i].name)->expr;
    read.columns.push_back({name, plan::call(F::kNot, {plan::call(F::kIsMissing, {value})})});
    plan::AggregateCall call;
    call.name = name;
    call.where = plan::field(name);
    aggregate.calls.push_back(std::move(call));
  }
  plan.stages.emplace_back(std::move(aggregate));
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(middle, plan));
  GeneratedColumns columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto* rows_with = answer.rows.empty() ? nullptr : answer.rows[0][i].as<std::int64_t>();
    if (rows_with != nullptr && *rows_with > 0) columns.emplace(names[i].name, names[i].kind);
  }
  return columns;
}

bool too_much(const Error& error) {
  return error.code == ErrorCode::kDeadlineExceeded || error.code == ErrorCode::kTooLarge;
}

/// Of telemetry all of the source's names are columns; so they are where it takes too long to look.
Result<GeneratedColumns> columns_of(const Middle& middle, const plan::TableRead& read, Source source) {
  const auto sent = [&] -> Result<GeneratedColumns> {
    ASSIGN_OR_RETURN(const bool any, has_rows(middle, read, F::kEq));
    return any ? sent_fields(middle, read, source) : GeneratedColumns();
  };
  const auto telemetry = has_rows(middle, read, F::kNe);
  if (telemetry && !*telemetry) {
    auto columns = sent();
    if (columns || !too_much(columns.error())) return columns;
  } else if (!telemetry && !too_much(telemetry.error())) {
    return std::unexpected(telemetry.error());
  }
  GeneratedColumns all;
  for (const auto& [name, kind] : generated_names(source)) all.emplace(name, kind);
  return all;
}

}  // namespace

Result<GeneratedColumns> generated_columns(const Middle& middle, const Selection& selection) {
  const std::vector<Source> sources = sources_of(middle.fields, selection);
  const KindOverrides no_overrides;
  const RowReader reader(middle.fields, selection, no_overrides);
  const std::vector<plan::TableRead> reads = reader.reads();
  // Side by side: they are few, and most of what each takes is the engine's planning, which it does with one core.
  std::vector<std::future<Result<GeneratedColumns>>> found;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    found.push_back(std::async(std::launch::async | std::launch::deferred,
                               [&middle, &read = reads[i], source = sources[i], began = Question::began()] {
                                 const Question question(began);
                                 return columns_of(middle, read, source);
                               }));
  }
  Result<GeneratedColumns> columns;
  for (auto& one : found) {
    auto of_source = one.get();
    if (!of_source)
      columns = std::move(of_source);
    else if (columns)
      columns->merge(*of_source);
  }
  return columns;
}

}  // namespace tetrascope::honeycomb
