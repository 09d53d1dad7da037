#include "model/schema.h"

#include <algorithm>
#include <array>

namespace tetrascope {
namespace {

// Parts are cut by when rows arrived, not by when they happened: whatever times a client sends, an insert touches one
// partition, and what is dropped after its retention is dropped whole (docs/adr/0004-tables.md).
constexpr std::string_view kByWeekOfArrival = "toMonday(fromUnixTimestamp64Nano(received, 'UTC'))";
constexpr std::string_view kTraceIndex = "by_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1";
// Which rows of a part can be of the time that is asked for: the sort key is a coarser one.
constexpr std::string_view kTimeIndex = "by_time second TYPE minmax GRANULARITY 1";
// Which granules can have a text that is looked for, in either case (docs/adr/0014-words-in-logs.md).
// query/body_grams.cc asks by the same expression; storage/engine_settings.cc leaves it to merges.
constexpr std::string_view kBodyIndex =
    "body_grams toValidUTF8(lower(body)) TYPE ngrambf_v1(3, 8192, 1, 0) GRANULARITY 1";

TableSchema telemetry(std::string name, std::vector<TableSchema::Column> columns, std::string order_by,
                      std::vector<std::string> indexes) {
  TableSchema table;
  table.name = std::move(name);
  table.columns = std::move(columns);
  table.partition_by = kByWeekOfArrival;
  table.order_by = std::move(order_by);
  table.indexes = std::move(indexes);
  return table;
}

std::vector<TableSchema::Column> span_columns() {
  std::vector<TableSchema::Column> columns = SpanColumns::schema_columns();
  columns.push_back(
      {"span_id", "FixedString(8)", "", "W3C span id, 8 bytes", "toFixedString(substring(ids, 1, 8), 8)"});
  columns.push_back({"parent_span_id", "FixedString(8)", "", "span id of the parent; zero for a root",
                     "toFixedString(substring(ids, 9, 8), 8)"});
  return columns;
}

std::vector<TableSchema::Column> log_columns() {
  std::vector<TableSchema::Column> columns = LogColumns::schema_columns();
  columns.push_back({"sent_time", "Int64", "", "time_unix_nano as sent; zero for none", "time + sent_after"});
  columns.push_back({"observed_time", "Int64", "", "when a collector saw it, Unix nanoseconds; zero for unknown",
                     "time + observed_after"});
  return columns;
}

TableSchema fields_table() {
  TableSchema table;
  table.name = "fields";
  table.columns = FieldColumns::schema_columns();
  table.engine = "ReplacingMergeTree(last_seen)";
  table.order_by = "(environment, dataset, signal, level, key, type)";
  return table;
}

const std::array<TableSchema, 6>& tables() {
  static const std::array<TableSchema, 6> kTables = {
      telemetry("spans", span_columns(), "(bucket, trace_id, start)",
                {std::string(kTraceIndex), std::string(kTimeIndex)}),
      telemetry("logs", log_columns(), "(bucket, service, time)",
                {std::string(kTraceIndex), std::string(kTimeIndex), std::string(kBodyIndex)}),
      telemetry("occurrences", OccurrenceColumns::schema_columns(), "(bucket, service, time)",
                {std::string(kTraceIndex), std::string(kTimeIndex)}),
      telemetry("metrics", MetricColumns::schema_columns(), "(bucket, service, name, time)", {std::string(kTimeIndex)}),
      telemetry(
          "documents", DocumentColumns::schema_columns(), "(bucket, kind, trace_id, key)",
          {std::string(kTraceIndex), std::string(kTimeIndex), "by_key key TYPE bloom_filter(0.001) GRANULARITY 1"}),
      fields_table(),
  };
  return kTables;
}

}  // namespace

std::span<const TableSchema> all_tables() { return tables(); }

const TableSchema* find_table(std::string_view name) {
  const auto found = std::ranges::find(tables(), name, &TableSchema::name);
  return found == tables().end() ? nullptr : &*found;
}

}  // namespace tetrascope
