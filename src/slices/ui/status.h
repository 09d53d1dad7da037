#pragma once
// What the server is doing: what was stored, which clients have been seen, what was refused and why.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "slices/slice.h"

namespace tetrascope::ui {

/// Thread-safe.
class Status {
 public:
  explicit Status(Middle& middle) : middle_(middle) {}

  /// JSON of /api/v1/status.
  Result<std::string> read();

 private:
  /// When each protocol was last received before this start. Asked once: it does not change any more.
  Result<std::map<std::string, UnixNanos>> stored();

  Middle& middle_;
  std::mutex mutex_;
  std::optional<std::map<std::string, UnixNanos>> stored_;
};

/// JSON of /api/v1/rejected.
std::string rejected_json(const std::vector<IngestStats::Rejected>& rejected, UnixNanos since);

/// Printable ASCII as it is, a backslash doubled, every other byte as \xNN.
std::string escape_bytes(std::string_view bytes);

}  // namespace tetrascope::ui
