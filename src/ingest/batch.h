#pragma once
// What one commit writes: a builder for every table of telemetry.

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "model/attribute_layout.h"
#include "model/schema.h"

namespace tetrascope {

struct Batch {
  SpanColumns spans;
  LogColumns logs;
  OccurrenceColumns occurrences;
  MetricColumns metrics;
  DocumentColumns documents;

  /// Which attributes get columns. Only while the batch is empty.
  void use(const AttributeLayouts& layouts) {
    each_attributes(*this,
                    [&](Signal signal, AttributeColumns& attributes) { attributes.use_layout(layouts.of(signal)); });
  }

  /// All rows go, and what was seen in them; memory and layout stay.
  void clear() {
    each(*this, [](std::string_view, auto& columns) { columns.clear(); });
    each_attributes(*this, [](Signal, AttributeColumns& attributes) { attributes.clear(); });
    fields = {};
  }
  /// Whether it was made for the layouts that there are now.
  [[nodiscard]] bool has(const AttributeLayouts& layouts) const {
    bool same = true;
    each_attributes(*this, [&](Signal signal, const AttributeColumns& attributes) {
      same = same && attributes.layout() == layouts.of(signal);
    });
    return same;
  }

  /// Calls visit(signal, attributes) for each table of a signal.
  template <class Self, class Visit>
  static void each_attributes(Self& self, Visit&& visit) {
    visit(Signal::kSpans, self.spans.attributes);
    visit(Signal::kLogs, self.logs.attributes);
    visit(Signal::kOccurrences, self.occurrences.attributes);
    visit(Signal::kMetrics, self.metrics.attributes);
  }

  /// Calls visit(Signal or table name, builder) for each table.
  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit("spans", self.spans);
    visit("logs", self.logs);
    visit("occurrences", self.occurrences);
    visit("metrics", self.metrics);
    visit("documents", self.documents);
  }

  /// Fields at other levels than the item's (which AttributeColumns notes by itself): scopes, resources, span events.
  struct Fields {
    FieldSightings spans, logs, occurrences, metrics;

    /// True when no sighting with this hash (of table, dataset, level, key and type) was there before: requests show
    /// the same few fields over and over. False for all once there are more than the catalogue can hold.
    bool first_time(std::uint64_t hash) { return noted.size() <= kMaxFields && noted.insert(hash).second; }
    std::unordered_set<std::uint64_t> noted;
  } fields;
};

}  // namespace tetrascope
