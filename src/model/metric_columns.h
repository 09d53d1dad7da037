#pragma once
// Metric data points of every kind.

#include "model/attribute_columns.h"
#include "model/origin_columns.h"
#include "model/table.h"

namespace tetrascope {

enum class MetricKind : std::uint8_t { kNone, kGauge, kSum, kHistogram, kExponentialHistogram, kSummary };

/// One row a data point. Source: opentelemetry-proto metrics/v1 (dossier honeycomb_otlp 1.10). A member that the kind
/// does not have is zero or empty; `present` says which of the optional ones were sent.
struct MetricColumns : TableColumns<MetricColumns> {
  enum Present : std::uint8_t { kIntValue = 1, kDoubleValue = 2, kSum = 4, kMin = 8, kMax = 16 };

  OriginColumns origin;
  LowCardinalityColumn name, description, unit;
  NumberColumn<std::uint8_t> kind, temporality;
  BoolColumn monotonic;
  NumberColumn<std::int64_t> time, start_time;
  NumberColumn<std::uint32_t> flags;
  NumberColumn<std::uint8_t> present;
  NumberColumn<std::int64_t> value_int;
  NumberColumn<double> value_double;
  NumberColumn<std::uint64_t> count;
  NumberColumn<double> sum, min, max;
  ArrayColumn<NumberColumn<std::uint64_t>> bucket_counts;
  ArrayColumn<NumberColumn<double>> explicit_bounds;
  NumberColumn<std::int32_t> scale;
  NumberColumn<std::uint64_t> zero_count;
  NumberColumn<double> zero_threshold;
  NumberColumn<std::int32_t> positive_offset, negative_offset;
  ArrayColumn<NumberColumn<std::uint64_t>> positive_counts, negative_counts;
  ArrayColumn<NumberColumn<double>> quantiles, quantile_values;
  StringColumn exemplars;
  LowCardinalityColumn metadata;
  AttributeColumns attributes;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    OriginColumns::each(self.origin, visit);
    visit(ColumnInfo{"name", "name of the metric"}, self.name);
    visit(ColumnInfo{"description", "what the metric counts"}, self.description);
    visit(ColumnInfo{"unit", "unit in UCUM"}, self.unit);
    visit(ColumnInfo{"kind",
                     "1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary; 0 a metric without points"},
          self.kind);
    visit(ColumnInfo{"temporality", "0 unspecified, 1 delta, 2 cumulative"}, self.temporality);
    visit(ColumnInfo{"monotonic", "true for a sum that never falls"}, self.monotonic);
    visit(ColumnInfo{"time", "time of the point, Unix nanoseconds", "CODEC(Delta(8), Default)"}, self.time);
    visit(ColumnInfo{"start_time", "start of the interval, Unix nanoseconds; zero for unknown",
                     "CODEC(Delta(8), Default)"},
          self.start_time);
    visit(ColumnInfo{"flags", "1: no value was recorded"}, self.flags);
    visit(ColumnInfo{"present", "sent members, a sum of: 1 value_int, 2 value_double, 4 sum, 8 min, 16 max"},
          self.present);
    visit(ColumnInfo{"value_int", "value of a gauge or sum, integer"}, self.value_int);
    visit(ColumnInfo{"value_double", "value of a gauge or sum, floating point"}, self.value_double);
    visit(ColumnInfo{"count", "histograms and summaries: number of values"}, self.count);
    visit(ColumnInfo{"sum", "histograms and summaries: sum of values"}, self.sum);
    visit(ColumnInfo{"min", "histograms: least value"}, self.min);
    visit(ColumnInfo{"max", "histograms: greatest value"}, self.max);
    visit(ColumnInfo{"bucket_counts", "histogram: values in each bucket"}, self.bucket_counts);
    visit(ColumnInfo{"explicit_bounds", "histogram: upper bounds, one less than buckets"}, self.explicit_bounds);
    visit(ColumnInfo{"scale", "exponential histogram: base is 2^(2^-scale)"}, self.scale);
    visit(ColumnInfo{"zero_count", "exponential histogram: values that are zero"}, self.zero_count);
    visit(ColumnInfo{"zero_threshold", "exponential histogram: what counts as zero"}, self.zero_threshold);
    visit(ColumnInfo{"positive_offset", "exponential histogram: index of the first positive bucket"},
          self.positive_offset);
    visit(ColumnInfo{"negative_offset", "exponential histogram: index of the first negative bucket"},
          self.negative_offset);
    visit(ColumnInfo{"positive_counts", "exponential histogram: values in each positive bucket"}, self.positive_counts);
    visit(ColumnInfo{"negative_counts", "exponential histogram: values in each negative bucket"}, self.negative_counts);
    visit(ColumnInfo{"quantiles", "summary: quantiles, 0 to 1"}, self.quantiles);
    visit(ColumnInfo{"quantile_values", "summary: value at each quantile"}, self.quantile_values);
    visit(ColumnInfo{"exemplars",
                     "exemplars as a JSON array of {time, value, trace_id, span_id, attributes}; empty for none"},
          self.exemplars);
    visit(ColumnInfo{"metadata", "the metric's metadata attributes as a JSON object; empty for none"}, self.metadata);
    AttributeColumns::each(self.attributes, visit);
  }
};

}  // namespace tetrascope
