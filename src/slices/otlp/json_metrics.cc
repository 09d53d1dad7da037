// ExportMetricsServiceRequest as JSON.

#include <array>

#include "slices/otlp/json_request.h"
#include "slices/otlp/row_guard.h"

namespace tetrascope::otlp {
namespace {

constexpr JsonFrame kMetricsFrame = {"resourceMetrics", "scopeMetrics", "metrics"};
constexpr std::array<std::string_view, 3> kTemporalities = {"UNSPECIFIED", "DELTA", "CUMULATIVE"};

using Present = MetricColumns::Present;

double present(PointRecord& point, Present bit, double number) {
  point.present = static_cast<std::uint8_t>(point.present | bit);
  return number;
}

void read_exemplar(JsonReader& in, const JsonValue& value, PointRecord& point) {
  if (!in.spend(kPartCost)) return;
  ExemplarRecord exemplar;
  exemplar.attributes.begin = point.part_attributes.size();
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "timeUnixNano") exemplar.time = in.uint64(member);
    if (name == "asDouble") exemplar.value = in.number(member);
    if (name == "asInt") exemplar.value = in.int64(member);
    if (name == "spanId") exemplar.span_id = in.span_id(member);
    if (name == "traceId") exemplar.trace_id = in.trace_id(member);
    if (name == "filteredAttributes") in.attributes(member, point.part_attributes, point.values);
  });
  exemplar.attributes.end = point.part_attributes.size();
  point.exemplars.push_back(std::move(exemplar));
}

void read_buckets(JsonReader& in, const JsonValue& value, Buckets& buckets) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "offset") buckets.offset = in.int32(member);
    if (name == "bucketCounts") in.numbers(member, buckets.counts);
  });
}

void read_quantile(JsonReader& in, const JsonValue& value, PointRecord& point) {
  double quantile = 0, quantile_value = 0;
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "quantile") quantile = in.number(member);
    if (name == "value") quantile_value = in.number(member);
  });
  point.quantiles.push_back(quantile);
  point.quantile_values.push_back(quantile_value);
}

/// Members that some kind of point has and others have not.
void read_kind_member(JsonReader& in, MetricKind kind, std::string_view name, const JsonValue& member,
                      PointRecord& point) {
  const bool number = kind == MetricKind::kGauge || kind == MetricKind::kSum;
  const bool exponential = kind == MetricKind::kExponentialHistogram;
  const bool histogram = kind == MetricKind::kHistogram;
  if (number && name == "asDouble") {
    point.value_double = in.number(member);
    point.value_int = 0;
    point.present = Present::kDoubleValue;
  }
  if (number && name == "asInt") {
    point.value_int = in.int64(member);
    point.value_double = 0;
    point.present = Present::kIntValue;
  }
  if (!number && name == "count") point.count = in.uint64(member);
  if (!number && name == "sum") point.sum = present(point, Present::kSum, in.number(member));
  if ((histogram || exponential) && name == "min") point.min = present(point, Present::kMin, in.number(member));
  if ((histogram || exponential) && name == "max") point.max = present(point, Present::kMax, in.number(member));
  if (histogram && name == "bucketCounts") in.numbers(member, point.bucket_counts);
  if (histogram && name == "explicitBounds") in.numbers(member, point.explicit_bounds);
  if (exponential && name == "scale") point.scale = in.int32(member);
  if (exponential && name == "zeroCount") point.zero_count = in.uint64(member);
  if (exponential && name == "zeroThreshold") point.zero_threshold = in.number(member);
  if (exponential && name == "positive") read_buckets(in, member, point.positive);
  if (exponential && name == "negative") read_buckets(in, member, point.negative);
  if (kind == MetricKind::kSummary && name == "quantileValues") {
    in.items(member, [&](const JsonValue& item) { read_quantile(in, item, point); });
  } else if (kind != MetricKind::kSummary && name == "exemplars") {
    in.items(member, [&](const JsonValue& item) { read_exemplar(in, item, point); });
  }
}

void read_point(JsonReader& in, MetricKind kind, const JsonValue& value, PointRecord& point) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "startTimeUnixNano") point.start_time = in.uint64(member);
    if (name == "timeUnixNano") point.time = in.uint64(member);
    if (name == "attributes") in.attributes(member, point.attributes, point.values);
    if (name == "flags") point.flags = in.uint32(member);
    read_kind_member(in, kind, name, member, point);
  });
}

MetricKind kind_named(std::string_view name) {
  if (name == "gauge") return MetricKind::kGauge;
  if (name == "sum") return MetricKind::kSum;
  if (name == "histogram") return MetricKind::kHistogram;
  if (name == "exponentialHistogram") return MetricKind::kExponentialHistogram;
  if (name == "summary") return MetricKind::kSummary;
  return MetricKind::kNone;
}

void read_metric(JsonReader& in, const JsonValue& value, MetricRecord& metric) {
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name == "name") metric.name = in.text(member);
    if (name == "description") metric.description = in.text(member);
    if (name == "unit") metric.unit = in.text(member);
    if (name == "metadata") in.attributes(member, metric.metadata, metric.values);
    const MetricKind kind = kind_named(name);
    if (kind == MetricKind::kNone) return;
    metric.kind = kind;
    if (kind == MetricKind::kGauge || kind == MetricKind::kSummary) return;
    in.members(member, [&](std::string_view inner, const JsonValue& said) {
      if (inner == "aggregationTemporality") {
        metric.temporality = in.enumeration(said, "AGGREGATION_TEMPORALITY_", kTemporalities);
      }
      if (inner == "isMonotonic" && kind == MetricKind::kSum) metric.monotonic = in.flag(said);
    });
  });
}

}  // namespace

Result<DecodeReport> decode_metrics_json(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kMetrics, context, out, budget);
  JsonReader in(budget);
  MetricRecord metric;
  PointRecord point;
  bool any = false;
  const auto read_points = [&](const JsonValue& data) {
    in.members(data, [&](std::string_view name, const JsonValue& member) {
      if (name != "dataPoints") return;
      in.items(member, [&](const JsonValue& item) {
        any = true;
        point.clear();
        read_point(in, metric.kind, item, point);
        if (in.failed()) return;
        if (auto added = rows.point(point); !added) in.keep(std::move(added).error());
      });
    });
  };
  const auto read = [&](const JsonValue& value) -> Result<void> {
    metric.clear();
    read_metric(in, value, metric);
    RETURN_IF_ERROR(in.result());
    rows.metric(metric);
    any = false;
    in.members(value, [&](std::string_view name, const JsonValue& member) {
      if (kind_named(name) != MetricKind::kNone && kind_named(name) == metric.kind) read_points(member);
    });
    RETURN_IF_ERROR(in.result());
    return any ? Result<void>() : rows.metric_without_points();
  };
  RETURN_IF_ERROR(read_json_request(body, kMetricsFrame, in, rows, read));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
