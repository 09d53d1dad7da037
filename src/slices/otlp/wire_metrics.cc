// ExportMetricsServiceRequest as protobuf.

#include "slices/otlp/row_guard.h"
#include "slices/otlp/wire_request.h"

namespace tetrascope::otlp {
namespace {

using Present = MetricColumns::Present;

void set_optional(double number, double& member, Present bit, PointRecord& point) {
  member = number;
  point.present = static_cast<std::uint8_t>(point.present | bit);
}

void set_value(std::int64_t number, PointRecord& point) {
  point.value_int = number;
  point.value_double = 0;
  point.present = static_cast<std::uint8_t>((point.present & ~Present::kDoubleValue) | Present::kIntValue);
}

void set_value(double number, PointRecord& point) {
  point.value_int = 0;
  point.value_double = number;
  point.present = static_cast<std::uint8_t>((point.present & ~Present::kIntValue) | Present::kDoubleValue);
}

void read_exemplar(std::string_view message, PointRecord& point, Budget& budget) {
  spend(budget, kPartCost);
  ExemplarRecord exemplar;
  exemplar.attributes.begin = point.part_attributes.size();
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 2:
        exemplar.time = fields.fixed64();
        break;
      case 3:
        exemplar.value = fields.number64();
        break;
      case 4:
        exemplar.span_id = wire_span_id(fields.bytes());
        break;
      case 5:
        exemplar.trace_id = wire_trace_id(fields.bytes());
        break;
      case 6:
        exemplar.value = fields.sfixed64();
        break;
      case 7:
        read_attribute(fields.bytes(), point.part_attributes, point.values, budget);
        break;
      default:
        fields.skip();
    }
  }
  exemplar.attributes.end = point.part_attributes.size();
  point.exemplars.push_back(std::move(exemplar));
}

void read_number_point(std::string_view message, PointRecord& point, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 2:
        point.start_time = fields.fixed64();
        break;
      case 3:
        point.time = fields.fixed64();
        break;
      case 4:
        set_value(fields.number64(), point);
        break;
      case 5:
        read_exemplar(fields.bytes(), point, budget);
        break;
      case 6:
        set_value(fields.sfixed64(), point);
        break;
      case 7:
        read_attribute(fields.bytes(), point.attributes, point.values, budget);
        break;
      case 8:
        point.flags = fields.uint32();
        break;
      default:
        fields.skip();
    }
  }
}

void read_histogram_point(std::string_view message, PointRecord& point, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 2:
        point.start_time = fields.fixed64();
        break;
      case 3:
        point.time = fields.fixed64();
        break;
      case 4:
        point.count = fields.fixed64();
        break;
      case 5:
        set_optional(fields.number64(), point.sum, Present::kSum, point);
        break;
      case 6:
        fields.fixed_numbers(point.bucket_counts);
        break;
      case 7:
        fields.fixed_numbers(point.explicit_bounds);
        break;
      case 8:
        read_exemplar(fields.bytes(), point, budget);
        break;
      case 9:
        read_attribute(fields.bytes(), point.attributes, point.values, budget);
        break;
      case 10:
        point.flags = fields.uint32();
        break;
      case 11:
        set_optional(fields.number64(), point.min, Present::kMin, point);
        break;
      case 12:
        set_optional(fields.number64(), point.max, Present::kMax, point);
        break;
      default:
        fields.skip();
    }
  }
}

void read_buckets(std::string_view message, Buckets& buckets, Budget& budget) {
  spend(budget, sizeof(std::uint64_t) * message.size());  // a count takes one byte here, eight as a number
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        buckets.offset = fields.sint32();
        break;
      case 2:
        fields.varints(buckets.counts);
        break;
      default:
        fields.skip();
    }
  }
}

void read_exponential_point(std::string_view message, PointRecord& point, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        read_attribute(fields.bytes(), point.attributes, point.values, budget);
        break;
      case 2:
        point.start_time = fields.fixed64();
        break;
      case 3:
        point.time = fields.fixed64();
        break;
      case 4:
        point.count = fields.fixed64();
        break;
      case 5:
        set_optional(fields.number64(), point.sum, Present::kSum, point);
        break;
      case 6:
        point.scale = fields.sint32();
        break;
      case 7:
        point.zero_count = fields.fixed64();
        break;
      case 8:
        read_buckets(fields.bytes(), point.positive, budget);
        break;
      case 9:
        read_buckets(fields.bytes(), point.negative, budget);
        break;
      case 10:
        point.flags = fields.uint32();
        break;
      case 11:
        read_exemplar(fields.bytes(), point, budget);
        break;
      case 12:
        set_optional(fields.number64(), point.min, Present::kMin, point);
        break;
      case 13:
        set_optional(fields.number64(), point.max, Present::kMax, point);
        break;
      case 14:
        point.zero_threshold = fields.number64();
        break;
      default:
        fields.skip();
    }
  }
}

void read_quantile(std::string_view message, PointRecord& point, Budget& budget) {
  spend(budget, kValueCost);
  double quantile = 0, value = 0;
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        quantile = fields.number64();
        break;
      case 2:
        value = fields.number64();
        break;
      default:
        fields.skip();
    }
  }
  point.quantiles.push_back(quantile);
  point.quantile_values.push_back(value);
}

void read_summary_point(std::string_view message, PointRecord& point, Budget& budget) {
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 2:
        point.start_time = fields.fixed64();
        break;
      case 3:
        point.time = fields.fixed64();
        break;
      case 4:
        point.count = fields.fixed64();
        break;
      case 5:
        set_optional(fields.number64(), point.sum, Present::kSum, point);
        break;
      case 6:
        read_quantile(fields.bytes(), point, budget);
        break;
      case 7:
        read_attribute(fields.bytes(), point.attributes, point.values, budget);
        break;
      case 8:
        point.flags = fields.uint32();
        break;
      default:
        fields.skip();
    }
  }
}

void read_point(MetricKind kind, std::string_view message, PointRecord& point, Budget& budget) {
  switch (kind) {
    case MetricKind::kNone:
      break;
    case MetricKind::kGauge:
    case MetricKind::kSum:
      return read_number_point(message, point, budget);
    case MetricKind::kHistogram:
      return read_histogram_point(message, point, budget);
    case MetricKind::kExponentialHistogram:
      return read_exponential_point(message, point, budget);
    case MetricKind::kSummary:
      return read_summary_point(message, point, budget);
  }
}

/// Fills `metric`; gives back its data message, of which the kind says what it is.
std::string_view read_metric(std::string_view message, MetricRecord& metric, Budget& budget) {
  std::string_view data;
  const auto take = [&](Fields& fields, MetricKind kind) {
    metric.kind = kind;
    data = fields.bytes();
  };
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        metric.name = fields.text();
        break;
      case 2:
        metric.description = fields.text();
        break;
      case 3:
        metric.unit = fields.text();
        break;
      case 5:
        take(fields, MetricKind::kGauge);
        break;
      case 7:
        take(fields, MetricKind::kSum);
        break;
      case 9:
        take(fields, MetricKind::kHistogram);
        break;
      case 10:
        take(fields, MetricKind::kExponentialHistogram);
        break;
      case 11:
        take(fields, MetricKind::kSummary);
        break;
      case 12:
        read_attribute(fields.bytes(), metric.metadata, metric.values, budget);
        break;
      default:
        fields.skip();
    }
  }
  return data;
}

/// What stands beside the points, mostly behind them.
void read_temporality(std::string_view data, MetricRecord& metric) {
  if (metric.kind == MetricKind::kGauge || metric.kind == MetricKind::kSummary) return;
  for (Fields fields(data); fields.next();) {
    if (fields.number() == 2) {
      metric.temporality = small_enum(fields.int32());
    } else if (fields.number() == 3 && metric.kind == MetricKind::kSum) {
      metric.monotonic = fields.flag();
    } else {
      fields.skip();
    }
  }
}

}  // namespace

Result<DecodeReport> decode_metrics(std::string_view body, const OtlpContext& context, Batch& out) {
  RowGuard guard(out);
  Budget budget;
  Appender rows(OtlpSignal::kMetrics, context, out, budget);
  MetricRecord metric;
  PointRecord point;
  const auto read = [&](std::string_view message) -> Result<void> {
    metric.clear();
    const std::string_view data = read_metric(message, metric, budget);
    read_temporality(data, metric);
    rows.metric(metric);
    bool any = false;
    for (Fields fields(data); fields.next();) {
      if (fields.number() != 1) {
        fields.skip();
        continue;
      }
      any = true;
      point.clear();
      read_point(metric.kind, fields.bytes(), point, budget);
      RETURN_IF_ERROR(rows.point(point));
    }
    return any ? Result<void>() : rows.metric_without_points();
  };
  RETURN_IF_ERROR(WireRequest(rows, budget, "metric").read(body, read));
  guard.keep();
  return rows.take_report();
}

}  // namespace tetrascope::otlp
