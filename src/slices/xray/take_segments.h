#pragma once
// Taking segment documents: from the API, from daemons, from SDKs by datagram.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/udp_listener.h"
#include "slices/slice.h"

namespace tetrascope::xray {

/// Names of the segments of traces that were seen last, so that most subsegments of their own know their service when
/// their rows are written. Only a help: readers join documents by their ids.
class SegmentNames {
 public:
  void note(const TraceId& trace, std::string_view name);
  [[nodiscard]] std::string find(const TraceId& trace) const;

 private:
  static constexpr std::size_t kMaxTraces = 50'000;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> names_, older_;
};

/// What calls and datagrams share.
struct Intake {
  SegmentNames names;
  std::function<void()> on_stored = [] {};  ///< after each commit, on its thread: must be quick
};

/// POST /TraceSegments.
void put_trace_segments(Middle& middle, const std::shared_ptr<Intake>& intake, Request&& request, Respond respond);
/// POST /TelemetryRecords: what a daemon counted; answered, counted, not kept.
Response put_telemetry_records(Middle& middle, const Request& request);

/// Datagrams of port 2000. Nobody is answered: what is not taken is counted.
DatagramSink take_datagrams(Middle& middle, const std::shared_ptr<Intake>& intake);

}  // namespace tetrascope::xray
