#include "upkeep/parquet_columns.h"

#include <algorithm>

#include "model/metric_columns.h"

namespace tetrascope::upkeep {
namespace {

using Present = MetricColumns::Present;

constexpr std::string_view kTime = "DateTime64(9, 'UTC')", kMaybeTime = "Nullable(DateTime64(9, 'UTC'))",
                           kTexts = "Map(String, String)", kMaybeDouble = "Nullable(Float64)",
                           kCounts = "Array(UInt64)", kDoubles = "Array(Float64)";
constexpr std::string_view kEvents =
    "Array(Tuple(time DateTime64(9, 'UTC'), name String, attributes Map(String, String), attribute_types Map(String, "
    "String), dropped_attributes UInt32))";
constexpr std::string_view kLinks =
    "Array(Tuple(trace_id String, span_id String, trace_state String, attributes Map(String, String), attribute_types "
    "Map(String, String), dropped_attributes UInt32, flags UInt32))";
constexpr std::string_view kExemplars =
    "Array(Tuple(time DateTime64(9, 'UTC'), value_int Nullable(Int64), value_double Nullable(Float64), trace_id "
    "String, span_id String, attributes Map(String, String), attribute_types Map(String, String)))";

// Names as OpenTelemetry has them; a number's is at its place.
constexpr std::string_view kSpanKinds[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};
constexpr std::string_view kStatuses[] = {"unset", "ok", "error"};
constexpr std::string_view kMetricKinds[] = {"none", "gauge", "sum", "histogram", "exponential_histogram", "summary"};
constexpr std::string_view kTemporalities[] = {"unspecified", "delta", "cumulative"};

constexpr ParquetColumn kProducerColumns[] = {
    {"resource_attributes", kTexts, ParquetForm::kOfAttributes, "resource"},
    {"resource_attribute_types", kTexts, ParquetForm::kOfAttributeTypes, "resource"},
    {"resource_dropped_attributes", "UInt32", ParquetForm::kOfDropped, "resource"},
    {"resource_schema_url", "String", ParquetForm::kOfText, "resource"},
    {"resource_entities", "String", ParquetForm::kOfEntities, "resource"},
    {"scope_name", "String", ParquetForm::kOfText, "scope"},
    {"scope_version", "String", ParquetForm::kOfText, "scope"},
    {"scope_attributes", kTexts, ParquetForm::kOfAttributes, "scope"},
    {"scope_attribute_types", kTexts, ParquetForm::kOfAttributeTypes, "scope"},
    {"scope_dropped_attributes", "UInt32", ParquetForm::kOfDropped, "scope"},
    {"scope_schema_url", "String", ParquetForm::kOfText, "scope"},
};

constexpr ParquetColumn kSpanOwnColumns[] = {
    {"start_time", kTime, ParquetForm::kSame, "start"},
    {"end_time", kTime, ParquetForm::kEndTime, "start"},
    {"duration_ns", "Int64", ParquetForm::kSame, "duration"},
    {"trace_id", "String", ParquetForm::kId, "trace_id"},
    {"span_id", "String", ParquetForm::kId, "span_id"},
    {"parent_span_id", "String", ParquetForm::kId, "parent_span_id"},
    {"trace_state", "String", ParquetForm::kText, "trace_state"},
    {"flags", "UInt32", ParquetForm::kSame, "flags"},
    {"service", "String", ParquetForm::kShown, "service"},
    {"name", "String", ParquetForm::kText, "name"},
    {"kind", "String", ParquetForm::kWord, "kind", kSpanKinds},
    {"status", "String", ParquetForm::kWord, "status", kStatuses},
    {"status_message", "String", ParquetForm::kText, "status_message"},
    {"sample_rate", "UInt32", ParquetForm::kSame, "sample_rate"},
    {"attributes", kTexts, ParquetForm::kAttributes, "attributes"},
    {"attribute_types", kTexts, ParquetForm::kAttributeTypes, "attributes"},
    {"dropped_attributes", "UInt32", ParquetForm::kSame, "dropped_attributes"},
    {"events", kEvents, ParquetForm::kEvents, ""},
    {"dropped_events", "UInt32", ParquetForm::kSame, "dropped_events"},
    {"links", kLinks, ParquetForm::kLinks, ""},
    {"dropped_links", "UInt32", ParquetForm::kSame, "dropped_links"},
};

constexpr ParquetColumn kLogOwnColumns[] = {
    {"time", kTime, ParquetForm::kShown, "time"},
    {"sent_time", kMaybeTime, ParquetForm::kSentTime, "sent_time"},
    {"observed_time", kMaybeTime, ParquetForm::kObservedTime, "observed_time"},
    {"trace_id", "String", ParquetForm::kId, "trace_id"},
    {"span_id", "String", ParquetForm::kId, "span_id"},
    {"flags", "UInt32", ParquetForm::kSame, "flags"},
    {"service", "String", ParquetForm::kShown, "service"},
    {"severity_number", "UInt8", ParquetForm::kSame, "severity_number"},
    {"severity_text", "String", ParquetForm::kText, "severity_text"},
    {"event_name", "String", ParquetForm::kText, "event_name"},
    {"body", "String", ParquetForm::kText, "body"},
    {"body_type", "String", ParquetForm::kText, "body_type"},
    {"sample_rate", "UInt32", ParquetForm::kSame, "sample_rate"},
    {"attributes", kTexts, ParquetForm::kAttributes, "attributes"},
    {"attribute_types", kTexts, ParquetForm::kAttributeTypes, "attributes"},
    {"dropped_attributes", "UInt32", ParquetForm::kSame, "dropped_attributes"},
};

constexpr ParquetColumn kPointOwnColumns[] = {
    {"time", kTime, ParquetForm::kSame, "time"},
    {"start_time", kMaybeTime, ParquetForm::kOptionalTime, "start_time"},
    {"service", "String", ParquetForm::kShown, "service"},
    {"name", "String", ParquetForm::kText, "name"},
    {"description", "String", ParquetForm::kText, "description"},
    {"unit", "String", ParquetForm::kText, "unit"},
    {"kind", "String", ParquetForm::kWord, "kind", kMetricKinds},
    {"temporality", "String", ParquetForm::kWord, "temporality", kTemporalities},
    {"monotonic", "Bool", ParquetForm::kSame, "monotonic"},
    {"attributes", kTexts, ParquetForm::kAttributes, "attributes"},
    {"attribute_types", kTexts, ParquetForm::kAttributeTypes, "attributes"},
    {"flags", "UInt32", ParquetForm::kSame, "flags"},
    {"value_int", "Nullable(Int64)", ParquetForm::kPresent, "value_int", {}, Present::kIntValue},
    {"value_double", kMaybeDouble, ParquetForm::kPresent, "value_double", {}, Present::kDoubleValue},
    {"count", "UInt64", ParquetForm::kSame, "count"},
    {"sum", kMaybeDouble, ParquetForm::kPresent, "sum", {}, Present::kSum},
    {"min", kMaybeDouble, ParquetForm::kPresent, "min", {}, Present::kMin},
    {"max", kMaybeDouble, ParquetForm::kPresent, "max", {}, Present::kMax},
    {"bucket_counts", kCounts, ParquetForm::kCounts, "bucket_counts"},
    {"explicit_bounds", kDoubles, ParquetForm::kSame, "explicit_bounds"},
    {"scale", "Int32", ParquetForm::kSame, "scale"},
    {"zero_count", "UInt64", ParquetForm::kSame, "zero_count"},
    {"zero_threshold", "Float64", ParquetForm::kSame, "zero_threshold"},
    {"positive_offset", "Int32", ParquetForm::kSame, "positive_offset"},
    {"positive_counts", kCounts, ParquetForm::kCounts, "positive_counts"},
    {"negative_offset", "Int32", ParquetForm::kSame, "negative_offset"},
    {"negative_counts", kCounts, ParquetForm::kCounts, "negative_counts"},
    {"quantiles", kDoubles, ParquetForm::kSame, "quantiles"},
    {"quantile_values", kDoubles, ParquetForm::kSame, "quantile_values"},
    {"exemplars", kExemplars, ParquetForm::kExemplars, "exemplars"},
    {"metadata", kTexts, ParquetForm::kMetadata, "metadata"},
    {"metadata_types", kTexts, ParquetForm::kMetadataTypes, "metadata"},
};

/// The columns of the records, then those of their producers.
std::vector<ParquetColumn> with_producers(std::span<const ParquetColumn> own) {
  std::vector<ParquetColumn> all(own.begin(), own.end());
  all.insert(all.end(), std::begin(kProducerColumns), std::end(kProducerColumns));
  return all;
}

}  // namespace

std::span<const ParquetColumn> parquet_columns(ExportSignal signal) {
  static const std::vector<ParquetColumn> kAll[] = {with_producers(kSpanOwnColumns), with_producers(kLogOwnColumns),
                                                    with_producers(kPointOwnColumns)};
  return kAll[static_cast<std::size_t>(signal)];
}

std::vector<Rows::Column> parquet_types(ExportSignal signal) {
  std::vector<Rows::Column> types;
  for (const ParquetColumn& column : parquet_columns(signal))
    types.push_back({std::string(column.name), std::string(column.type)});
  return types;
}

Result<ExportSignal> signal_of_columns(const std::vector<std::string>& names) {
  constexpr std::pair<std::string_view, ExportSignal> kTellers[] = {{"parent_span_id", ExportSignal::kTraces},
                                                                    {"severity_number", ExportSignal::kLogs},
                                                                    {"temporality", ExportSignal::kMetrics}};
  for (const auto& [name, signal] : kTellers)
    if (std::ranges::find(names, name) != names.end()) return signal;
  return fail(ErrorCode::kInvalid,
              "neither spans, log records nor metric points, as `tetrascope export --format parquet` writes them: no "
              "column is named parent_span_id, severity_number or temporality");
}

}  // namespace tetrascope::upkeep
