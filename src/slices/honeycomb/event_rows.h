#pragma once
// From events to rows of the middle, without loss: what a row's own columns do not give back exactly stays an
// attribute.

#include <string_view>

#include "ingest/batch.h"
#include "slices/honeycomb/event.h"

namespace tetrascope::honeycomb {

/// `protocol` of every row written here; the fields that other protocols' rows generate do not exist for it.
inline constexpr std::string_view kProtocol = "honeycomb";

struct EventPlace {
  std::string_view environment;
  std::string_view dataset;
  UnixNanos received;
};

/// Appends one row: a span when the event has a trace id, a span id and a duration and is no annotation of another
/// span, else a log record. docs/protocols/honeycomb.md has the table of fields and columns.
void append_event(const Event& event, const EventPlace& place, Batch& batch);

}  // namespace tetrascope::honeycomb
