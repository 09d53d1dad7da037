#pragma once
// Sends the bodies of a file, round after round, over several connections.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/body_file.h"
#include "data/rounds.h"
#include "replay/connection.h"

namespace tetrascope::bench {

struct ReplayOptions {
  std::string to;
  std::string path;                  ///< empty: the file's
  std::vector<std::string> headers;  ///< `Name: value`, beside the file's
  std::size_t connections = 8;
  std::uint64_t rounds = 1, first_round = 0;
  std::int64_t begin = 0;  ///< Unix second at which the first round begins
  double per_second = 0;   ///< records; 0: as fast as they are taken
  bool gzip = false;
  int patience_seconds = 120;  ///< for how long a refused request is sent again
};

struct Tally {
  std::uint64_t acknowledged = 0;  ///< records; for datagrams: sent
  std::uint64_t rejected = 0;      ///< records that a partial success names
  std::uint64_t requests = 0, bytes = 0;
  std::uint64_t refused = 0;  ///< answers that asked to try again, and connections lost; all were sent again
  std::uint64_t failed = 0;   ///< records given up
  std::string first_failure;
  std::vector<float> milliseconds;   ///< of each request, with its repetitions; unsorted
  std::vector<std::string> samples;  ///< trace ids in hexadecimal, spread evenly over what was sent
  double seconds = 0;
};

/// Errors: kInvalid (the address). What goes wrong with a request is in the tally.
Result<Tally> replay(const BodyFile& file, const ReplayOptions& options);

}  // namespace tetrascope::bench
