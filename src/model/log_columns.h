#pragma once
// Log records, and every other event that is not a span (Honeycomb events without one, later CloudWatch's log events).

#include "model/attribute_columns.h"
#include "model/origin_columns.h"
#include "model/table.h"

namespace tetrascope {

/// One row a record. Beside these columns the table has `sent_time` and `observed_time`, which are computed
/// (model/schema.cc). Source: opentelemetry-proto logs/v1 (dossier honeycomb_otlp 1.10 and 2.9).
struct LogColumns : TableColumns<LogColumns> {
  OriginColumns origin;
  TraceColumns trace;
  NumberColumn<std::int64_t> time, sent_after, observed_after;
  NumberColumn<std::uint8_t> severity_number;
  LowCardinalityColumn severity_text, event_name;
  StringColumn body;
  LowCardinalityColumn body_type;
  NumberColumn<std::uint32_t> flags, sample_rate, dropped_attributes;
  AttributeColumns attributes;

  /// All Unix nanoseconds. `time`: of the event, else when it was observed, else when it arrived. `sent`,
  /// `observed`: zero for none. They are nearly always `time` again: what is kept of them is the difference, modulo
  /// 2^64.
  void add_times(UnixNanos event_time, UnixNanos sent, UnixNanos observed) {
    const auto after = [&](UnixNanos other) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(other.value) -
                                       static_cast<std::uint64_t>(event_time.value));
    };
    time.add(event_time.value);
    sent_after.add(after(sent));
    observed_after.add(after(observed));
  }

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    OriginColumns::each(self.origin, visit);
    TraceColumns::each(self.trace, visit);
    visit(ColumnInfo{"time", "time of the event, else when it was observed, else when it arrived; Unix nanoseconds",
                     "CODEC(Delta(8), Default)"},
          self.time);
    visit(ColumnInfo{"sent_after", "sent_time less time"}, self.sent_after);
    visit(ColumnInfo{"observed_after", "observed_time less time"}, self.observed_after);
    visit(ColumnInfo{"severity_number",
                     "1 to 24 in groups of four: trace, debug, info, warn, error, fatal; 0 unspecified"},
          self.severity_number);
    visit(ColumnInfo{"severity_text", "severity in the producer's words"}, self.severity_text);
    visit(ColumnInfo{"event_name", "kind of event"}, self.event_name);
    visit(ColumnInfo{"body", "the message: text as it is, any other value as JSON"}, self.body);
    visit(ColumnInfo{"body_type", "type of the body: empty for none, string, int, double, bool or json"},
          self.body_type);
    visit(ColumnInfo{"flags", "W3C trace flags"}, self.flags);
    visit(ColumnInfo{"sample_rate", "how many records this one stands for"}, self.sample_rate);
    visit(ColumnInfo{"dropped_attributes", "attributes that the client left out"}, self.dropped_attributes);
    AttributeColumns::each(self.attributes, visit);
  }
};

}  // namespace tetrascope
