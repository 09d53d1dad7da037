#include <fmt/core.h>

#include "slices/otlp/any_value.h"
#include "slices/otlp/appender.h"

namespace tetrascope::otlp {
namespace {

template <class Column, class Numbers>
void add_row(Column& column, const Numbers& numbers) {
  for (const auto number : numbers) column.elements.add(number);
  column.end_row();
}

template <std::size_t N>
void append_id(std::string_view name, const NamedId<N>& id, std::string& out) {
  if (id.id.empty() && id.text.empty()) return;
  fmt::format_to(std::back_inserter(out), R"(,"{}":)", name);
  append_json_string(id.text.empty() ? to_hex(id.id) : id.text, out);
}

void append_exemplar(const ExemplarRecord& exemplar, std::span<const Attribute> attributes, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"({{"time":{})", UnixNanos::from_unsigned(exemplar.time).value);
  if (const auto* integer = std::get_if<std::int64_t>(&exemplar.value)) {
    out += R"(,"value":)";
    tetrascope::append_json(Value(*integer), out);
  }
  if (const auto* number = std::get_if<double>(&exemplar.value)) {
    out += R"(,"value":)";
    tetrascope::append_json(Value(*number), out);
  }
  append_id("trace_id", exemplar.trace_id, out);
  append_id("span_id", exemplar.span_id, out);
  if (!attributes.empty()) {
    out += R"(,"attributes":)";
    append_json(attributes, out);
  }
  out += '}';
}

}  // namespace

void Appender::metric(const MetricRecord& metric) {
  metric_ = &metric;
  metadata_.clear();
  if (!metric.metadata.empty()) append_json(metric.metadata, metadata_);
  ++report_.metrics;
}

Result<void> Appender::metric_without_points() {
  MetricRecord without = *metric_;
  without.kind = MetricKind::kNone;
  metric_ = &without;
  PointRecord nothing;
  nothing.time = static_cast<std::uint64_t>(context_.received.value);
  auto added = point(nothing);
  if (added) --report_.accepted;  // it is no data point
  return added;
}

Result<void> Appender::point(const PointRecord& point) {
  const MetricRecord& metric = *metric_;
  RETURN_IF_ERROR(spend(kRecordCost + metric.name.size() + metric.description.size(), point.attributes));
  begin_rows();
  const UnixNanos time = UnixNanos::from_unsigned(point.time);
  MetricColumns& rows = out_.metrics;
  add_origin(rows.origin, time, origin_added_);
  rows.name.add(metric.name);
  rows.description.add(metric.description);
  rows.unit.add(metric.unit);
  rows.kind.add(static_cast<std::uint8_t>(metric.kind));
  rows.temporality.add(metric.temporality);
  rows.monotonic.add(metric.monotonic);
  rows.time.add(time.value);
  rows.start_time.add(UnixNanos::from_unsigned(point.start_time).value);
  rows.flags.add(point.flags);
  rows.present.add(point.present);
  rows.value_int.add(point.value_int);
  rows.value_double.add(point.value_double);
  rows.count.add(point.count);
  rows.sum.add(point.sum);
  rows.min.add(point.min);
  rows.max.add(point.max);
  add_row(rows.bucket_counts, point.bucket_counts);
  add_row(rows.explicit_bounds, point.explicit_bounds);
  rows.scale.add(point.scale);
  rows.zero_count.add(point.zero_count);
  rows.zero_threshold.add(point.zero_threshold);
  rows.positive_offset.add(point.positive.offset);
  rows.negative_offset.add(point.negative.offset);
  add_row(rows.positive_counts, point.positive.counts);
  add_row(rows.negative_counts, point.negative.counts);
  add_row(rows.quantiles, point.quantiles);
  add_row(rows.quantile_values, point.quantile_values);
  add_exemplars(point);
  rows.metadata.add(metadata_);
  add_attributes(rows.attributes, point.attributes, {});
  ++report_.accepted;
  return {};
}

void Appender::add_exemplars(const PointRecord& point) {
  json_.clear();
  for (const auto& exemplar : point.exemplars) {
    json_ += json_.empty() ? '[' : ',';
    append_exemplar(exemplar, exemplar.attributes.of(point.part_attributes), json_);
  }
  if (!json_.empty()) json_ += ']';
  out_.metrics.exemplars.add(json_);
}

}  // namespace tetrascope::otlp
