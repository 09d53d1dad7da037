#pragma once
// What came in and what was refused, by protocol and reason: the numbers behind the page's "rejected" view.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tetrascope {

/// Something that was refused, as the page shows it.
struct Rejection {
  std::string_view protocol;  ///< `otlp/http`, `otlp/grpc`, `honeycomb`, …
  std::string_view reason;    ///< a short constant phrase: `malformed protobuf`; one counter each
  std::string_view detail;    ///< the message that the client got
  std::string_view remedy;    ///< what its operator can do about it
  std::string_view client;    ///< User-Agent or address
  std::string_view example;   ///< the first bytes of what came; only kExampleBytes are kept
};

/// Thread-safe. In memory: counts since the server started.
class IngestStats {
 public:
  static constexpr std::size_t kExampleBytes = 256;
  static constexpr std::size_t kMaxReasons = 200;  ///< further ones are counted together as `other`

  /// `records`: spans, log records, points or events of one accepted request.
  void accepted(std::string_view protocol, std::string_view signal, std::uint64_t records, UnixNanos now);
  /// `records`: how many were refused; 0 for a whole request whose records are not known.
  void rejected(const Rejection& rejection, std::uint64_t records, UnixNanos now);

  struct Accepted {
    std::string protocol, signal;
    std::uint64_t requests = 0, records = 0;
    UnixNanos last;
  };
  struct Rejected {
    std::string protocol, reason, detail, remedy, client, example;
    std::uint64_t requests = 0, records = 0;
    UnixNanos first, last;
  };
  [[nodiscard]] std::vector<Accepted> all_accepted() const;
  /// Newest first.
  [[nodiscard]] std::vector<Rejected> all_rejected() const;

 private:
  using Key = std::pair<std::string, std::string>;
  mutable std::mutex mutex_;
  std::map<Key, Accepted, std::less<>> accepted_;
  std::map<Key, Rejected, std::less<>> rejected_;
};

}  // namespace tetrascope
