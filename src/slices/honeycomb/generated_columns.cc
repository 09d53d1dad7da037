#include "slices/honeycomb/generated_columns.h"

#include <chrono>

#include "slices/honeycomb/event_rows.h"

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

/// Whether any of the rows came as telemetry rather than through the events API: the first one says so.
Result<bool> has_telemetry(const Middle& middle, const plan::TableRead& rows) {
  plan::Plan plan{plan::kAllTime, {rows}, {plan::Limit{.count = 1, .offset = 0, .by = {}}}};
  plan::TableRead& read = plan.reads.front();
  read.where =
      plan::both(read.where, plan::call(F::kNe, {plan::column("protocol"), literal(Value(std::string(kProtocol)))}));
  read.columns = {{"protocol", plan::column("protocol")}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(middle, plan));
  return !answer.rows.empty();
}

/// Those of the source's fields that some row of the events API has.
Result<GeneratedColumns> sent_fields(const Middle& middle, const plan::TableRead& rows, Source source) {
  plan::Plan plan{plan::kAllTime, {rows}, {}};
  plan::TableRead& read = plan.reads.front();
  read.where =
      plan::both(read.where, plan::call(F::kEq, {plan::column("protocol"), literal(Value(std::string(kProtocol)))}));
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

void add_all(Source source, GeneratedColumns& columns) {
  for (const auto& [name, kind] : generated_names(source)) columns.emplace(name, kind);
}

}  // namespace

Result<GeneratedColumns> generated_columns(const Middle& middle, const Selection& selection) {
  const std::vector<Source> sources = sources_of(middle.fields, selection);
  const KindOverrides no_overrides;
  const RowReader reader(middle.fields, selection, no_overrides);
  const std::vector<plan::TableRead> reads = reader.reads();
  GeneratedColumns columns;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Source source = sources[i];
    const auto telemetry = has_telemetry(middle, reads[i]);
    if (!telemetry && !too_much(telemetry.error())) return std::unexpected(telemetry.error());
    if (!telemetry || *telemetry) {
      add_all(source, columns);
      continue;
    }
    auto sent = sent_fields(middle, reads[i], source);
    if (sent) {
      columns.merge(*sent);
    } else if (too_much(sent.error())) {
      add_all(source, columns);
    } else {
      return std::unexpected(std::move(sent).error());
    }
  }
  return columns;
}

}  // namespace tetrascope::honeycomb
