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

std::int64_t number_cell_of(const Value& cell) {
  const auto* number = cell.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
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

/// Attributes of the newest rows of a dataset: those that the catalogue must know.
Result<FieldSightings> sightings_in(const Surroundings& around, plan::Table table, const Dataset& dataset,
                                    std::uint64_t newest_rows) {
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
      plan::run(around.storage, {plan::kAllTime, {read}, {std::move(newest), plan::Limit{newest_rows, 0, {}}}}, kLong,
                around.layouts));
  std::set<FieldSighting> seen;
  for (const auto& row : answer.rows) {
    const auto* attributes = row[1].as<Object>();
    if (attributes == nullptr) continue;
    for (const auto& [key, value] : *attributes)
      seen.insert({dataset.environment, dataset.name, FieldLevel::kItem, key, type_of_value(value)});
  }
  return FieldSightings(seen.begin(), seen.end());
}

/// Of kRowsToLearnFrom rows, or of as many as memory is enough for: a row may have megabytes of attributes.
Result<FieldSightings> sightings_in(const Surroundings& around, plan::Table table, const Dataset& dataset) {
  for (std::uint64_t rows = kRowsToLearnFrom;; rows /= 10) {
    auto seen = sightings_in(around, table, dataset, rows);
    if (seen || seen.error().code != ErrorCode::kTooLarge || rows < 10) return seen;
  }
}

/// The catalogue as it is stored.
Result<std::set<FieldSighting>> stored_sightings(const Surroundings& around, Signal signal) {
  ASSIGN_OR_RETURN(const Rows rows,
                   around.storage.execute({"SELECT DISTINCT environment, dataset, level, key, type FROM"
                                           " fields WHERE signal = {signal:UInt8}",
                                           {{"signal", std::to_string(static_cast<int>(signal)), "UInt8"}}},
                                          kLong));
  std::set<FieldSighting> known;
  for (const auto& row : rows.rows)
    known.insert({text_cell_of(row.at(0)), text_cell_of(row.at(1)), static_cast<FieldLevel>(number_cell_of(row.at(2))),
                  text_cell_of(row.at(3)), static_cast<FieldType>(number_cell_of(row.at(4)))});
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

/// How many there are, and how many of them lack what is derived from them: a row of two counts.
struct Counts {
  std::int64_t all = 0, lacking = 0;
};

Result<Counts> counts(const Surroundings& around, std::string sql) {
  ASSIGN_OR_RETURN(const Rows rows, around.storage.execute({std::move(sql), {}}, kLong));
  if (rows.rows.empty()) return Counts{};  // a filter on nothing
  return Counts{number_cell_of(rows.rows[0].at(0)), number_cell_of(rows.rows[0].at(1))};
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
  report.looked_at = fmt::format("{} datasets, at most the newest {} rows of each", datasets, kRowsToLearnFrom);
  return report;
}

Result<DoctorReport> check_errors_of_spans(const Surroundings& around) {
  DoctorReport report;
  // Errors may be kept for a shorter time than spans: only what came since the oldest of them is compared.
  ASSIGN_OR_RETURN(const Counts exceptions,
                   counts(around,
                          "WITH (SELECT min(received) FROM occurrences) AS oldest"
                          " SELECT toInt64(count()), toInt64(countIf((trace_id, span_id, at) NOT IN"
                          " (SELECT trace_id, span_id, time FROM occurrences)))"
                          " FROM spans ARRAY JOIN event_time AS at, event_name AS what"
                          " WHERE what = 'exception' AND protocol LIKE 'otlp%' AND received >= oldest"
                          " AND (SELECT count() FROM occurrences) > 0"));
  report.looked_at = fmt::format("{} exceptions of spans", exceptions.all);
  if (exceptions.lacking > 0)
    report.found.push_back(fmt::format(
        "{} exceptions stand in spans and not among the errors: the spans are whole, the list of errors is not",
        exceptions.lacking));
  return report;
}

Result<DoctorReport> check_segment_documents(const Surroundings& around) {
  DoctorReport report;
  ASSIGN_OR_RETURN(const Counts traces,
                   counts(around,
                          "SELECT toInt64(count()), toInt64(countIf(trace_id NOT IN (SELECT trace_id FROM"
                          " documents WHERE protocol = 'xray')))"
                          " FROM (SELECT DISTINCT trace_id FROM spans WHERE protocol = 'xray')"));
  report.looked_at = fmt::format("{} traces that X-Ray's clients sent", traces.all);
  if (traces.lacking > 0)
    report.found.push_back(fmt::format(
        "{} traces of X-Ray have spans and no documents: BatchGetTraces does not show their segments", traces.lacking));
  return report;
}

}  // namespace tetrascope::upkeep
