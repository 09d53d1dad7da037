#pragma once
// One record as it came, flat: what both decoders (protobuf, JSON) fill and the Appender reads. Texts are views into
// the body. A record is filled again for the next one, so that its vectors stop allocating after the first few.

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "model/metric_columns.h"
#include "model/value.h"

namespace tetrascope::otlp {

/// An AnyValue: scalars as they are; an array, map or bytes by pointer into the record's `values`.
using AnyView = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, const Value*>;

struct Attribute {
  std::string_view key;
  AnyView value;
};
using Attributes = std::vector<Attribute>;

/// Attributes of parts of a record (events, links, exemplars) lie one after the other in one vector.
struct Range {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] std::span<const Attribute> of(const Attributes& all) const {
    return std::span(all).subspan(begin, end - begin);
  }
};

struct EntityRef {
  std::string_view schema_url, type;
  std::vector<std::string_view> id_keys, description_keys;
};

/// A Resource or an InstrumentationScope, each without what the other alone has.
struct ProducerRecord {
  std::string_view name, version;  ///< scope
  std::string_view schema_url;
  std::uint32_t dropped_attributes = 0;
  Attributes attributes;
  std::vector<EntityRef> entities;  ///< resource
  std::deque<Value> values;

  void clear() {
    name = version = schema_url = {};
    dropped_attributes = 0;
    attributes.clear();
    entities.clear();
    values.clear();
  }
};

struct EventRecord {
  std::uint64_t time = 0;
  std::string_view name;
  Range attributes;
  std::uint32_t dropped_attributes = 0;
};

struct LinkRecord {
  NamedId<16> trace_id;
  NamedId<8> span_id;
  std::string_view trace_state;
  Range attributes;
  std::uint32_t dropped_attributes = 0, flags = 0;
};

struct SpanRecord {
  NamedId<16> trace_id;
  NamedId<8> span_id, parent_span_id;
  std::string_view trace_state, name, status_message;
  std::uint64_t start = 0, end = 0;
  std::uint8_t kind = 0, status = 0;
  std::uint32_t flags = 0, dropped_attributes = 0, dropped_events = 0, dropped_links = 0;
  Attributes attributes, part_attributes;
  std::vector<EventRecord> events;
  std::vector<LinkRecord> links;
  std::deque<Value> values;

  void clear() {
    trace_id = {};
    span_id = parent_span_id = {};
    trace_state = name = status_message = {};
    start = end = 0;
    kind = status = 0;
    flags = dropped_attributes = dropped_events = dropped_links = 0;
    attributes.clear();
    part_attributes.clear();
    events.clear();
    links.clear();
    if (!values.empty()) values.clear();
  }
};

struct LogRecord {
  NamedId<16> trace_id;
  NamedId<8> span_id;
  std::uint64_t time = 0, observed_time = 0;
  std::uint8_t severity_number = 0;
  std::string_view severity_text, event_name;
  AnyView body;
  std::uint32_t flags = 0, dropped_attributes = 0;
  Attributes attributes;
  std::deque<Value> values;

  void clear() {
    trace_id = {};
    span_id = {};
    time = observed_time = 0;
    severity_number = 0;
    severity_text = event_name = {};
    body = {};
    flags = dropped_attributes = 0;
    attributes.clear();
    if (!values.empty()) values.clear();
  }
};

/// What the points of one metric share.
struct MetricRecord {
  std::string_view name, description, unit;
  Attributes metadata;
  MetricKind kind = MetricKind::kNone;
  std::uint8_t temporality = 0;
  bool monotonic = false;
  std::deque<Value> values;

  void clear() {
    name = description = unit = {};
    metadata.clear();
    kind = MetricKind::kNone;
    temporality = 0;
    monotonic = false;
    values.clear();
  }
};

struct ExemplarRecord {
  std::uint64_t time = 0;
  std::variant<std::monostate, std::int64_t, double> value;
  NamedId<16> trace_id;
  NamedId<8> span_id;
  Range attributes;
};

struct Buckets {
  std::int32_t offset = 0;
  std::vector<std::uint64_t> counts;
};

/// A data point of any kind; the metric's kind says which members mean something.
struct PointRecord {
  std::uint64_t time = 0, start_time = 0, count = 0, zero_count = 0;
  std::uint32_t flags = 0;
  std::uint8_t present = 0;  ///< MetricColumns::Present
  std::int64_t value_int = 0;
  double value_double = 0, sum = 0, min = 0, max = 0, zero_threshold = 0;
  std::int32_t scale = 0;
  std::vector<std::uint64_t> bucket_counts;
  std::vector<double> explicit_bounds, quantiles, quantile_values;
  Buckets positive, negative;
  Attributes attributes, part_attributes;
  std::vector<ExemplarRecord> exemplars;
  std::deque<Value> values;

  void clear() {
    time = start_time = count = zero_count = 0;
    flags = 0;
    present = 0;
    value_int = 0;
    value_double = sum = min = max = zero_threshold = 0;
    scale = positive.offset = negative.offset = 0;
    for (auto* numbers : {&bucket_counts, &positive.counts, &negative.counts}) numbers->clear();
    for (auto* numbers : {&explicit_bounds, &quantiles, &quantile_values}) numbers->clear();
    attributes.clear();
    part_attributes.clear();
    exemplars.clear();
    if (!values.empty()) values.clear();
  }
};

}  // namespace tetrascope::otlp
