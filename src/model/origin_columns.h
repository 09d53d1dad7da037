#pragma once
// The columns that every table of telemetry has: when it was, when it came, from whom, and what its producer is.

#include <string_view>

#include "base/time.h"
#include "model/columns.h"
#include "model/table.h"

namespace tetrascope {

/// Rows are sorted by time in steps of this many nanoseconds first. Within a step those of one service lie together.
inline constexpr std::int64_t kBucketNanos = 300 * kNanosPerSecond;
/// Spans: within a step those of one trace lie together. It is as short as what an insert gathers, so that merges take
/// long runs of rows from each part: with five minutes, rows of all parts alternate trace by trace, which costs a merge
/// 1.7 times as much (docs/adr/0009-span-layout.md).
inline constexpr std::int64_t kSpanBucketNanos = kNanosPerSecond;

/// The number of a time's step: a sort key and nothing else, so times beyond the range of 32 bits may wrap.
constexpr std::int32_t time_bucket(UnixNanos time, std::int64_t step) {
  const std::int64_t quotient = time.value / step;
  return static_cast<std::int32_t>(time.value % step < 0 ? quotient - 1 : quotient);
}

/// Which partition of its table a row is in (model/schema.cc): weeks, that begin on Monday, UTC. 1970 began on a
/// Thursday.
constexpr std::int64_t week_of_arrival(UnixNanos received) {
  constexpr std::int64_t kDay = 86'400 * kNanosPerSecond, kDaysFromMonday = 3, kWeek = 7;
  const std::int64_t days = received.value / kDay + kDaysFromMonday;
  return days / kWeek;
}

/// Who sent a row: the same for all rows of one resource in one request.
struct Origin {
  std::string_view protocol;  ///< `otlp`, `honeycomb`, …
  std::string_view environment;
  std::string_view dataset;
  std::string_view service;
  std::string_view
      resource;            ///< JSON {"attributes":{…},"schema_url":"…","dropped_attributes":n}; absent members left out
  std::string_view scope;  ///< JSON {"name":…,"version":…,"attributes":{…},"schema_url":…,"dropped_attributes":n}
  UnixNanos received;
};

/// Whole seconds since 1970, rounded down.
constexpr std::int64_t whole_seconds(UnixNanos time) {
  const std::int64_t quotient = time.value / kNanosPerSecond;
  return time.value % kNanosPerSecond < 0 ? quotient - 1 : quotient;
}

struct OriginColumns {
  explicit OriginColumns(std::int64_t bucket_step = kBucketNanos) : step(bucket_step) {}

  std::int64_t step;  ///< nanoseconds of a bucket
  NumberColumn<std::int32_t> bucket;
  NumberColumn<std::int64_t> second, received;
  LowCardinalityColumn protocol, environment, dataset, service, resource, scope;

  void add(UnixNanos time, const Origin& origin) {
    bucket.add(time_bucket(time, step));
    second.add(whole_seconds(time));
    received.add(origin.received.value);
    protocol.add(origin.protocol);
    environment.add(origin.environment);
    dataset.add(origin.dataset);
    service.add(origin.service);
    resource.add(origin.resource);
    scope.add(origin.scope);
  }

  /// A row with the newest row's origin: without comparing its texts.
  void add_again(UnixNanos time) {
    bucket.add(time_bucket(time, step));
    second.add(whole_seconds(time));
    received.add(received[received.size() - 1]);
    for (auto* column : {&protocol, &environment, &dataset, &service, &resource, &scope}) column->add_again();
  }

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"bucket", "event time in steps of a second (spans) or five minutes: the sort key"}, self.bucket);
    visit(ColumnInfo{"second",
                     "event time in whole seconds since 1970: what questions about whole seconds read instead of the "
                     "nanoseconds, which is ten times the work",
                     "CODEC(Delta(8), Default)"},
          self.second);
    visit(ColumnInfo{"received", "when it arrived here, Unix nanoseconds", "CODEC(Delta(8), Default)"}, self.received);
    visit(ColumnInfo{"protocol", "how it arrived: otlp, honeycomb, …"}, self.protocol);
    visit(ColumnInfo{"environment", "Honeycomb environment"}, self.environment);
    visit(ColumnInfo{"dataset", "Honeycomb dataset"}, self.dataset);
    visit(ColumnInfo{"service", "service.name of the resource"}, self.service);
    visit(ColumnInfo{"resource", "the resource: attributes and schema, as JSON"}, self.resource);
    visit(ColumnInfo{"scope", "the instrumentation scope: name, version, attributes and schema, as JSON"}, self.scope);
  }
};

/// Trace and span of a row; the clients' own text where an id is not W3C's.
struct TraceColumns {
  IdColumn<16> trace_id;
  IdColumn<8> span_id;
  StringColumn trace_id_text, span_id_text;

  void add(const NamedId<16>& trace, const NamedId<8>& span) {
    trace_id.add(trace.id);
    span_id.add(span.id);
    trace_id_text.add(trace.text);
    span_id_text.add(span.text);
  }

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"trace_id", "W3C trace id, 16 bytes; zero for none"}, self.trace_id);
    visit(ColumnInfo{"span_id", "W3C span id, 8 bytes; zero for none"}, self.span_id);
    visit(ColumnInfo{"trace_id_text", "the trace id as sent, where it is not 32 hex digits"}, self.trace_id_text);
    visit(ColumnInfo{"span_id_text", "the span id as sent, where it is not 16 hex digits"}, self.span_id_text);
  }
};

}  // namespace tetrascope
