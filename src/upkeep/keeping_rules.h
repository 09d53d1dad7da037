#pragma once
// For how long the operator wants rows to be kept, and in how much space.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tetrascope::upkeep {

struct KeepingRules {
  /// From a row's arrival; nullopt: for ever.
  using Age = std::optional<std::chrono::seconds>;

  Age traces, logs, errors, metrics;
  struct Dataset {
    std::string name;
    std::chrono::seconds age{};
  };
  std::vector<Dataset> datasets;  ///< Honeycomb datasets, in every environment, that are kept for a shorter time
  std::uint64_t max_disk = 0;     ///< bytes of all tables; 0: as much as there is
  /// How often rows that are past their dataset's or log group's time are taken out of their parts.
  std::chrono::seconds tidy_every{6 * 3600};
};

/// Less than this would not hold a few minutes of one busy client.
inline constexpr std::uint64_t kLeastDisk = std::uint64_t{64} << 20;

}  // namespace tetrascope::upkeep
