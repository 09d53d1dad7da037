#pragma once
// Spans, with their events and links.

#include <algorithm>

#include "model/attribute_columns.h"
#include "model/origin_columns.h"
#include "model/table.h"

namespace tetrascope {

/// The ids of a span and of its parent, one after another in one column: a parent's id is mostly that of a span a few
/// rows before, which compresses to less than a byte when both stand in the same stream (16 B a span become 8.9).
struct SpanIdsColumn : IdColumn<16> {
  void add(const Id<8>& span, const Id<8>& parent) {
    Id<16> both;
    std::ranges::copy(span.bytes, both.bytes.begin());
    std::ranges::copy(parent.bytes, both.bytes.begin() + 8);
    IdColumn::add(both);
  }
};

/// What TraceColumns are of other tables, with the parent.
struct SpanIdColumns {
  IdColumn<16> trace_id;
  SpanIdsColumn ids;
  StringColumn trace_id_text, span_id_text, parent_span_id_text;

  void add(const NamedId<16>& trace, const NamedId<8>& span, const NamedId<8>& parent) {
    trace_id.add(trace.id);
    ids.add(span.id, parent.id);
    trace_id_text.add(trace.text);
    span_id_text.add(span.text);
    parent_span_id_text.add(parent.text);
  }

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"trace_id", "W3C trace id, 16 bytes; zero for none"}, self.trace_id);
    visit(ColumnInfo{"ids", "span id, then the parent's: span_id and parent_span_id are read from it"}, self.ids);
    visit(ColumnInfo{"trace_id_text", "the trace id as sent, where it is not 32 hex digits"}, self.trace_id_text);
    visit(ColumnInfo{"span_id_text", "the span id as sent, where it is not 16 hex digits"}, self.span_id_text);
    visit(ColumnInfo{"parent_span_id_text", "the parent's id as sent, where it is not 16 hex digits"},
          self.parent_span_id_text);
  }
};

/// One row a span. Source: opentelemetry-proto trace/v1 (dossier honeycomb_otlp 1.10).
struct SpanColumns : TableColumns<SpanColumns> {
  OriginColumns origin{kSpanBucketNanos};
  SpanIdColumns ids;
  LowCardinalityColumn trace_state;
  NumberColumn<std::int64_t> start, duration;
  LowCardinalityColumn name;
  NumberColumn<std::uint8_t> kind, status;
  LowCardinalityColumn status_message;
  NumberColumn<std::uint32_t> flags, sample_rate, dropped_attributes, dropped_events, dropped_links;
  AttributeColumns attributes;
  ArrayColumn<NumberColumn<std::int64_t>> event_time;
  ArrayColumn<LowCardinalityColumn> event_name;
  ArrayColumn<StringColumn> event_attributes;
  ArrayColumn<NumberColumn<std::uint32_t>> event_dropped_attributes;
  ArrayColumn<IdColumn<16>> link_trace_id;
  ArrayColumn<IdColumn<8>> link_span_id;
  ArrayColumn<LowCardinalityColumn> link_trace_state;
  ArrayColumn<StringColumn> link_attributes;
  ArrayColumn<NumberColumn<std::uint32_t>> link_flags, link_dropped_attributes;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    OriginColumns::each(self.origin, visit);
    SpanIdColumns::each(self.ids, visit);
    visit(ColumnInfo{"trace_state", "W3C tracestate"}, self.trace_state);
    visit(ColumnInfo{"start", "start, Unix nanoseconds as sent", "CODEC(Delta(8), Default)"}, self.start);
    visit(ColumnInfo{"duration", "end minus start in nanoseconds, negative where the clock went back",
                     "CODEC(T64, Default)"},
          self.duration);
    visit(ColumnInfo{"name", "name of the operation"}, self.name);
    visit(ColumnInfo{"kind", "0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer"}, self.kind);
    visit(ColumnInfo{"status", "0 unset, 1 ok, 2 error"}, self.status);
    visit(ColumnInfo{"status_message", "what went wrong"}, self.status_message);
    visit(ColumnInfo{"flags", "W3C trace flags and OTLP's remote-parent bits"}, self.flags);
    visit(ColumnInfo{"sample_rate", "how many spans this one stands for"}, self.sample_rate);
    visit(ColumnInfo{"dropped_attributes", "attributes that the client left out"}, self.dropped_attributes);
    visit(ColumnInfo{"dropped_events", "events that the client left out"}, self.dropped_events);
    visit(ColumnInfo{"dropped_links", "links that the client left out"}, self.dropped_links);
    AttributeColumns::each(self.attributes, visit);
    visit(ColumnInfo{"event_time", "span events: time, Unix nanoseconds"}, self.event_time);
    visit(ColumnInfo{"event_name", "span events: name"}, self.event_name);
    visit(ColumnInfo{"event_attributes", "span events: attributes as a JSON object"}, self.event_attributes);
    visit(ColumnInfo{"event_dropped_attributes", "span events: attributes that the client left out"},
          self.event_dropped_attributes);
    visit(ColumnInfo{"link_trace_id", "links: trace id"}, self.link_trace_id);
    visit(ColumnInfo{"link_span_id", "links: span id"}, self.link_span_id);
    visit(ColumnInfo{"link_trace_state", "links: tracestate"}, self.link_trace_state);
    visit(ColumnInfo{"link_attributes", "links: attributes as a JSON object"}, self.link_attributes);
    visit(ColumnInfo{"link_flags", "links: flags"}, self.link_flags);
    visit(ColumnInfo{"link_dropped_attributes", "links: attributes that the client left out"},
          self.link_dropped_attributes);
  }
};

}  // namespace tetrascope
