#pragma once
// Counts the inserts that go through a Storage: in front of the journal they are what clients wait for, behind it what
// the engine works on.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/histogram.h"
#include "storage/forwarding_storage.h"

namespace tetrascope {

/// Thread-safe.
class InsertStats {
 public:
  void note(std::string_view table, std::size_t bytes, Histogram::Clock::time_point begin, bool stored);

  [[nodiscard]] Histogram::Reading seconds() const { return seconds_.read(); }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  /// Of stored inserts, by table; as many as there are tables.
  [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> bytes() const;

 private:
  Histogram seconds_;  ///< of all, failed ones too
  std::atomic<std::uint64_t> failed_{0};
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> bytes_;
};

/// `stats` outlives it.
std::unique_ptr<Storage> metered(std::unique_ptr<Storage> inner, InsertStats& stats);

}  // namespace tetrascope
