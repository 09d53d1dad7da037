#include "upkeep/otlp_metric.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/members.h"
#include "model/metric_columns.h"
#include "upkeep/otlp_value.h"

namespace tetrascope::upkeep {
namespace {

using Present = MetricColumns::Present;

constexpr const char* kIdentity[] = {"name", "description", "unit", "kind", "temporality", "monotonic", "metadata"};

bool has(std::int64_t present, Present bit) { return (present & bit) != 0; }

void append_counts(const Array& numbers, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i)
    out += fmt::format("{}\"{}\"", i > 0 ? "," : "", OtlpRows::unsigned_of_cell(numbers[i]));
  out += ']';
}

void append_doubles(const Array& numbers, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) out += ',';
    append_double(OtlpRows::double_of_cell(numbers[i]), out);
  }
  out += ']';
}

void add_double(OtlpObject& object, std::string_view name, const Value& cell) {
  append_double(OtlpRows::double_of_cell(cell), object.member(name));
}

/// What the store keeps as JSON of its own: {"time","value","trace_id","span_id","attributes"}.
void append_exemplar(const Value& exemplar, std::string& out) {
  OtlpObject object(out);
  object.integer("timeUnixNano", integer_of(member(exemplar, "time")).value_or(0));
  if (const Value* value = member(exemplar, "value")) {
    if (const auto* integer = value->as<std::int64_t>())
      object.member("asInt") += fmt::format(R"("{}")", *integer);
    else
      add_double(object, "asDouble", *value);
  }
  object.text("traceId", text_of(member(exemplar, "trace_id")));
  object.text("spanId", text_of(member(exemplar, "span_id")));
  if (const Value* attributes = member(exemplar, "attributes")) object.key_values("filteredAttributes", *attributes);
  object.close();
}

void add_exemplars(const OtlpRows& rows, std::size_t row, OtlpObject& point) {
  const std::string_view text = rows.text(row, "exemplars");
  const auto json = text.empty() ? Result<Value>(Value()) : value_from_json(text);
  const auto* exemplars = json ? json->as<Array>() : nullptr;
  if (exemplars == nullptr) return;
  std::string& out = point.member("exemplars");
  out += '[';
  for (std::size_t i = 0; i < exemplars->size(); ++i) {
    if (i > 0) out += ',';
    append_exemplar((*exemplars)[i], out);
  }
  out += ']';
}

void add_buckets(const OtlpRows& rows, std::size_t row, const char* offset, const char* counts, std::string_view name,
                 OtlpObject& point) {
  OtlpObject buckets(point.member(name));
  buckets.number("offset", rows.integer(row, offset));
  if (const Array& all = rows.list(row, counts); !all.empty()) append_counts(all, buckets.member("bucketCounts"));
  buckets.close();
}

void add_number(const OtlpRows& rows, std::size_t row, std::int64_t present, OtlpObject& point) {
  if (has(present, Present::kIntValue)) point.member("asInt") += fmt::format(R"("{}")", rows.integer(row, "value_int"));
  if (has(present, Present::kDoubleValue)) add_double(point, "asDouble", rows.at(row, "value_double"));
}

void add_histogram(const OtlpRows& rows, std::size_t row, bool exponential, OtlpObject& point) {
  if (!exponential) {
    if (const Array& counts = rows.list(row, "bucket_counts"); !counts.empty())
      append_counts(counts, point.member("bucketCounts"));
    if (const Array& bounds = rows.list(row, "explicit_bounds"); !bounds.empty())
      append_doubles(bounds, point.member("explicitBounds"));
    return;
  }
  point.number("scale", rows.integer(row, "scale"));
  point.count("zeroCount", OtlpRows::unsigned_of_cell(rows.at(row, "zero_count")));
  add_double(point, "zeroThreshold", rows.at(row, "zero_threshold"));
  add_buckets(rows, row, "positive_offset", "positive_counts", "positive", point);
  add_buckets(rows, row, "negative_offset", "negative_counts", "negative", point);
}

void add_quantiles(const OtlpRows& rows, std::size_t row, OtlpObject& point) {
  const Array& quantiles = rows.list(row, "quantiles");
  const Array& values = rows.list(row, "quantile_values");
  if (quantiles.empty()) return;
  std::string& out = point.member("quantileValues");
  out += '[';
  for (std::size_t i = 0; i < std::min(quantiles.size(), values.size()); ++i) {
    if (i > 0) out += ',';
    OtlpObject one(out);
    add_double(one, "quantile", quantiles[i]);
    add_double(one, "value", values[i]);
    one.close();
  }
  out += ']';
}

void append_point(const OtlpRows& rows, std::size_t row, MetricKind kind, std::string& out) {
  const std::int64_t present = rows.integer(row, "present");
  OtlpObject point(out);
  point.key_values("attributes", sent_attributes(rows, row));
  point.integer("startTimeUnixNano", rows.integer(row, "start_time"));
  point.integer("timeUnixNano", rows.integer(row, "time"));
  point.number("flags", rows.integer(row, "flags"));
  if (kind == MetricKind::kGauge || kind == MetricKind::kSum) {
    add_number(rows, row, present, point);
  } else {
    point.count("count", OtlpRows::unsigned_of_cell(rows.at(row, "count")));
    if (has(present, Present::kSum)) add_double(point, "sum", rows.at(row, "sum"));
    if (has(present, Present::kMin)) add_double(point, "min", rows.at(row, "min"));
    if (has(present, Present::kMax)) add_double(point, "max", rows.at(row, "max"));
    if (kind == MetricKind::kSummary)
      add_quantiles(rows, row, point);
    else
      add_histogram(rows, row, kind == MetricKind::kExponentialHistogram, point);
  }
  add_exemplars(rows, row, point);
  point.close();
}

}  // namespace

bool is_same_metric(const OtlpRows& rows, std::size_t a, std::size_t b) {
  return std::ranges::all_of(kIdentity, [&](const char* column) { return rows.at(a, column) == rows.at(b, column); });
}

void append_metric(const OtlpRows& rows, std::size_t begin, std::size_t end, std::string& out) {
  constexpr std::string_view kMembers[] = {"", "gauge", "sum", "histogram", "exponentialHistogram", "summary"};
  const auto kind_number = static_cast<std::size_t>(rows.integer(begin, "kind"));
  OtlpObject metric(out);
  metric.text("name", rows.text(begin, "name"));
  metric.text("description", rows.text(begin, "description"));
  metric.text("unit", rows.text(begin, "unit"));
  if (const std::string_view metadata = rows.text(begin, "metadata"); !metadata.empty()) {
    if (const auto value = value_from_json(metadata)) metric.key_values("metadata", *value);
  }
  if (kind_number > 0 && kind_number < std::size(kMembers)) {
    const auto kind = static_cast<MetricKind>(kind_number);
    OtlpObject data(metric.member(kMembers[kind_number]));
    std::string& points = data.member("dataPoints");
    points += '[';
    for (std::size_t row = begin; row < end; ++row) {
      if (row > begin) points += ',';
      append_point(rows, row, kind, points);
    }
    points += ']';
    if (kind != MetricKind::kGauge && kind != MetricKind::kSummary)
      data.number("aggregationTemporality", rows.integer(begin, "temporality"));
    if (kind == MetricKind::kSum && rows.integer(begin, "monotonic") != 0) data.member("isMonotonic") += "true";
    data.close();
  }
  metric.close();
}

}  // namespace tetrascope::upkeep
