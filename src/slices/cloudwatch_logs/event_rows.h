#pragma once
// Log events as rows of the table `logs`: which columns say what group and stream they are of.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "ingest/batch.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {

// A row is seen by other vendors as a record of the service that has the group's name, in the environment without a
// key and in no dataset (so that a Honeycomb dataset of the same name holds what was sent to Honeycomb alone).
//
//   scope     the group: {"name":"aws.cloudwatch.logs","attributes":{"aws.log.group.id":"7"}}
//   resource  the stream: region, account, names, and its id; as OpenTelemetry names them
//
// Both texts are the same for all events of a group and of a stream, so that equality of a text finds them.

inline constexpr std::string_view kStreamNames = "aws.log.stream.names";
inline constexpr std::string_view kStreamId = "aws.log.stream.id";

std::string scope_text(const LogGroup& group);
std::string resource_text(const aws::Identity& identity, const LogGroup& group, const LogStream& stream);

struct EventPlace {
  std::string scope;
  std::string resource;
  std::string service;
  UnixNanos received;
};
/// `order`: see event_clock.h; kept as observed_time, and unique.
void append_event(Batch& batch, const EventPlace& place, std::int64_t timestamp_ms, std::string_view message,
                  std::int64_t order);
/// Notes in the catalogue what fields the rows have. Once a request.
void note_fields(Batch& batch);

struct MessageTrace {
  NamedId<16> trace_id;
  NamedId<8> span_id;
};
/// The trace that a message names: an X-Ray id (`1-5759e988-bd862e3fe1be46a994272793`), a traceparent, or 32 hex digits
/// beside a word such as trace_id, traceId or trace.id; the span where one stands beside it in the same manner.
MessageTrace trace_of_message(std::string_view message);

}  // namespace tetrascope::cloudwatch_logs
