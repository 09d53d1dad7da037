#include "slices/honeycomb/generated_columns.h"

#include <chrono>
#include <set>

#include "slices/honeycomb/event_rows.h"

namespace tetrascope::honeycomb {
namespace {

using plan::literal;
using F = plan::Function;

constexpr std::chrono::milliseconds kMaxRunTime{3'000};

constexpr std::string_view kSource = "source";
constexpr std::string_view kFromEvents = "from_events";

/// What the rows of one source are: true for those of the events API, false for the others.
using Kinds = std::map<Source, std::set<bool>>;

Result<plan::Answer> ask(const Middle& middle, const plan::Plan& plan) {
  QueryBounds bounds;
  bounds.time = kMaxRunTime;
  bounds.result_rows = 1'000;
  return middle.runner.run(plan, bounds);
}

Result<Kinds> kinds_of_rows(const Middle& middle, const RowReader& reader, const std::vector<Source>& sources) {
  plan::Plan plan{plan::kAllTime, reader.reads(), {}};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto& columns = plan.reads[i].columns;
    columns.clear();
    columns.push_back({std::string(kSource), literal(Value(static_cast<std::int64_t>(i)))});
    columns.push_back({std::string(kFromEvents),
                       plan::call(F::kEq, {plan::column("protocol"), literal(Value(std::string(kProtocol)))})});
  }
  plan::Aggregate aggregate;
  for (const std::string_view key : {kSource, kFromEvents})
    aggregate.keys.push_back({std::string(key), plan::field(std::string(key))});
  plan.stages.emplace_back(std::move(aggregate));
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(middle, plan));
  Kinds kinds;
  for (const auto& row : answer.rows) {
    const auto* source = row[0].as<std::int64_t>();
    const auto* from_events = row[1].as<bool>();
    if (source != nullptr && from_events != nullptr)
      kinds[sources[static_cast<std::size_t>(*source)]].insert(*from_events);
  }
  return kinds;
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
  const auto kinds = kinds_of_rows(middle, reader, sources);
  if (!kinds && !too_much(kinds.error())) return std::unexpected(kinds.error());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Source source = sources[i];
    if (!kinds) {
      add_all(source, columns);
      continue;
    }
    const auto found = kinds->find(source);
    if (found == kinds->end()) continue;
    if (found->second.contains(false)) {
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
