#pragma once
// A ClickHouse server, or a cluster behind one address, over HTTP.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "storage/storage.h"

namespace tetrascope {

struct ClusterOptions {
  std::string url;  ///< `http://[USER:PASSWORD@]HOST:PORT[/DATABASE]`; the database is `tetrascope` where it names none
  std::size_t threads = 2;       ///< of one query
  std::size_t insert_slots = 4;  ///< inserts at a time
  std::size_t query_slots = 8;   ///< queries at a time
  /// How long a query waits for a slot before it is refused (kUnavailable); inserts wait until there is one.
  std::chrono::milliseconds patience{5'000};
};

/// Creates the database when it is missing.
/// Errors: kInvalid (an option), kUnavailable (the server is away or refuses us), one line for the operator.
Result<std::unique_ptr<Storage>> open_cluster(const ClusterOptions& options);
inline Result<std::unique_ptr<Storage>> open_cluster(std::string url) {
  ClusterOptions options;
  options.url = std::move(url);
  return open_cluster(options);
}

}  // namespace tetrascope
