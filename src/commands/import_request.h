#pragma once
// One request of an import, sent until it is taken.

#include <cstddef>
#include <string>
#include <vector>

#include "commands/server_link.h"

namespace tetrascope::commands {

struct ImportWish {
  std::vector<std::string> files;
  std::string dataset;
};

inline constexpr std::size_t kMostRequest = std::size_t{20} << 20;  ///< bytes that the server takes at once

/// Sends a line of OTLP JSON and repeats while the server is busy. `place`: for messages, e.g. `traces.jsonl, line 7`.
/// Errors: kInvalid (no such line, too long, refused), kUnavailable (the server did not take it within a minute).
Result<void> send_request(ServerLink& server, const std::string& line, const std::string& place,
                          const ImportWish& wanted);

}  // namespace tetrascope::commands
