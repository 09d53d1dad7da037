#include "upkeep/doctor_derived.h"

#include <fmt/core.h>

#include <limits>
#include <map>
#include <set>
#include <utility>

#include "ingest/field_store.h"
#include "query/run.h"

namespace tetrascope::upkeep {
namespace {

using F = plan::Function;

constexpr QueryBounds kLong{.time = std::chrono::minutes(10), .result_rows = 1'000'000, .of_the_store = true};
constexpr std::uint64_t kRowsToLearnFrom = 20'000;
constexpr std::pair<Signal, plan::Table> kSignalTables[] = {{Signal::kSpans, plan::Table::kSpans},
                                                            {Signal::kLogs, plan::Table::kLogs},
                                                            {Signal::kOccurrences, plan::Table::kOccurrences},
                                                            {Signal::kMetrics, plan::Table::kMetrics}};

struct Dataset {
  std::string environment, name;
  friend auto operator<=>(const Dataset&, const Dataset&) = default;
};

std::string text_cell_of(const Value& cell) {
  const auto* text = cell.as<std::string>();
  return text == nullptr ? std::string() : *text;
}

FieldType type_of_value(const Value& value) {
  if (value.as<std::string>() != nullptr) return FieldType::kString;
  if (value.as<std::int64_t>() != nullptr) return FieldType::kInt;
  if (value.as<double>() != nullptr) return FieldType::kDouble;
  if (value.as<bool>() != nullptr) return FieldType::kBool;
  return FieldType::kJson;
}

/// Datasets that rows of a table are in.
Result<std::set<Dataset>> datasets_of(const Surroundings& around, plan::Table table) {
  plan::TableRead read;
  read.table = table;
  read.columns = {{"environment", plan::column("environment")}, {"dataset", plan::column("dataset")}};
  plan::Aggregate distinct;
  distinct.keys = {{"environment", plan::field("environment")}, {"dataset", plan::field("dataset")}};
  distinct.calls = {{.name = "rows", .op = plan::AggregateOp::kCount, .argument = {}, .where = {}}};
  ASSIGN_OR_RETURN(const plan::Answer answer,
                   plan::run(around.storage, {plan::kAllTime, {read}, {distinct}}, kLong, around.layouts));
  std::set<Dataset> datasets;
  for (const auto& row : answer.rows) datasets.insert({text_cell_of(row[0]), text_cell_of(row[1])});
  return datasets;
}

/// Datasets with rows that have an attribute: those that the catalogue must know.
Result<FieldSightings> sightings_in(const Surroundings& around, plan::Table table, const Dataset& dataset) {
  const auto is = [](const char* column, const std::string& text) {
    return plan::call(F::kEq, {plan::column(column), plan::literal(Value(text))});
  };
  plan::TableRead read;
  read.table = table;
  read.where = plan::both(is("environment", dataset.environment), is("dataset", dataset.name));
  read.columns = {{"received", plan::column("received")}, {"attributes", plan::all_attributes(plan::Level::kItem)}};
  plan::Sort newest{{{plan::field("received"), true}}};
  ASSIGN_OR_RETURN(
      const plan::Answer answer,
      plan::run(around.storage, {plan::kAllTime, {read}, {std::move(newest), plan::Limit{kRowsToLearnFrom, 0, {}}}},
                kLong, around.layouts));
  std::set<FieldSighting> seen;
  for (const auto& row : answer.rows) {
    const auto* attributes = row[1].as<Object>();
    if (attributes == nullptr) continue;
    for (const auto& [key, value] : *attributes)
      seen.insert({dataset.environment, dataset.name, FieldLevel::kItem, key, type_of_value(value)});
  }
  return FieldSightings(seen.begin(), seen.end());
}

/// Fields that rows show and the stored catalogue does not have.
Result<std::set<FieldSighting>> stored_sightings(const Surroundings& around, Signal signal) {
  ASSIGN_OR_RETURN(const Rows rows,
                   around.storage.execute({"SELECT DISTINCT environment, dataset, level, key, type FROM"
                                           " fields WHERE signal = {signal:UInt8}",
                                           {{"signal", std::to_string(static_cast<int>(signal)), "UInt8"}}},
                                          kLong));
  std::set<FieldSighting> known;
  for (const auto& row : rows.rows) {
    const auto number = [&](std::size_t at) {
      const auto* value = row.at(at).as<std::int64_t>();
      return value == nullptr ? 0 : *value;
    };
    known.insert({text_cell_of(row.at(0)), text_cell_of(row.at(1)), static_cast<FieldLevel>(number(2)),
                  text_cell_of(row.at(3)), static_cast<FieldType>(number(4))});
  }
  return known;
}

Result<void> store_sightings(const Surroundings& around, Signal signal, const FieldSightings& missing) {
  const UnixNanos now = UnixNanos::now();
  std::vector<FieldCatalogue::Field> fields;
  for (const FieldSighting& one : missing)
    fields.push_back({signal, one.environment, one.dataset, one.level, one.key, one.type, now, now});
  RETURN_IF_ERROR(around.storage.insert({"fields", encode_fields(fields), ""}));
  around.fields.load(fields);
  return {};
}

std::int64_t first_number(const Rows& rows) {
  const auto* number = rows.rows.empty() || rows.rows[0].empty() ? nullptr : rows.rows[0][0].as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

}  // namespace

Result<DoctorReport> check_field_catalogue(const Surroundings& around, bool mend) {
  DoctorReport report;
  std::size_t datasets = 0;
  for (const auto& [signal, table] : kSignalTables) {
    ASSIGN_OR_RETURN(const auto known, stored_sightings(around, signal));
    ASSIGN_OR_RETURN(const auto of_rows, datasets_of(around, table));
    datasets += of_rows.size();
    for (const Dataset& dataset : of_rows) {
      ASSIGN_OR_RETURN(const FieldSightings shown, sightings_in(around, table, dataset));
      FieldSightings missing;
      for (const FieldSighting& one : shown) {
        if (one.key.size() <= kMaxFieldKey && !known.contains(one)) missing.push_back(one);
      }
      if (missing.empty()) continue;
      const std::string what = fmt::format(
          "{} fields of dataset '{}' were not in the catalogue, so that questions did "
          "not find them: {}{}",
          missing.size(), dataset.name, missing.front().key, missing.size() > 1 ? ", …" : "");
      if (mend) {
        RETURN_IF_ERROR(store_sightings(around, signal, missing));
        report.mended.push_back(what);
      } else {
        report.found.push_back(what + "; --mend puts them there");
      }
    }
  }
  report.looked_at = fmt::format("{} datasets, the newest {} rows of each", datasets, kRowsToLearnFrom);
  return report;
}

Result<DoctorReport> check_errors_of_spans(const Surroundings& around) {
  DoctorReport report;
  // Errors may be kept for a shorter time than spans: only what came since the oldest of them is compared.
  ASSIGN_OR_RETURN(const Rows rows,
                   around.storage.execute({"WITH (SELECT min(received) FROM occurrences) AS oldest"
                                           " SELECT toInt64(count()), toInt64(countIf((trace_id, span_id, at) NOT IN"
                                           " (SELECT trace_id, span_id, time FROM occurrences)))"
                                           " FROM spans ARRAY JOIN event_time AS at, event_name AS what"
                                           " WHERE what = 'exception' AND protocol LIKE 'otlp%' AND received >= oldest"
                                           " AND (SELECT count() FROM occurrences) > 0",
                                           {}},
                                          kLong));
  const std::int64_t lost =
      rows.rows.empty() || rows.rows[0].size() < 2 || rows.rows[0][1].as<std::int64_t>() == nullptr
          ? 0
          : *rows.rows[0][1].as<std::int64_t>();
  report.looked_at = fmt::format("{} exceptions of spans", first_number(rows));
  if (lost > 0)
    report.found.push_back(fmt::format(
        "{} exceptions stand in spans and not among the errors: the spans are whole, the list of errors is not", lost));
  return report;
}

Result<DoctorReport> check_segment_documents(const Surroundings& around) {
  DoctorReport report;
  ASSIGN_OR_RETURN(
      const Rows rows,
      around.storage.execute({"SELECT toInt64(count()), toInt64(countIf(trace_id NOT IN (SELECT trace_id FROM"
                              " documents WHERE protocol = 'xray')))"
                              " FROM (SELECT DISTINCT trace_id FROM spans WHERE protocol = 'xray')",
                              {}},
                             kLong));
  const auto* lost = rows.rows.empty() || rows.rows[0].size() < 2 ? nullptr : rows.rows[0][1].as<std::int64_t>();
  report.looked_at = fmt::format("{} traces that X-Ray's clients sent", first_number(rows));
  if (lost != nullptr && *lost > 0)
    report.found.push_back(
        fmt::format("{} traces of X-Ray have spans and no documents: BatchGetTraces does not show "
                    "their segments",
                    *lost));
  return report;
}

}  // namespace tetrascope::upkeep
