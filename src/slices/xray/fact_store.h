#pragma once
// Chunks of facts (fact_chunks.h) as rows of the store: documents of a kind of their own, at the time of their saving.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/batcher.h"
#include "query/runner.h"

namespace tetrascope::xray {

/// DocumentColumns::kind of chunks.
inline constexpr std::string_view kFactsKind = "xray.facts";

struct StoredChunk {
  std::string key;
  UnixNanos time;
  std::string bytes;
};

/// Thread-safe.
class FactStore {
 public:
  FactStore(const plan::Runner& runner, Batcher& batcher) : runner_(runner), batcher_(batcher) {}

  /// Calls use(chunk) for what was saved in `range`, the newest first, until it says false.
  Result<void> read(plan::TimeRange range, const std::function<bool(StoredChunk&&)>& use) const;
  /// Returns when all are on disk, or will not be.
  Result<void> write(std::vector<StoredChunk> chunks) const;
  /// A key that no chunk has.
  [[nodiscard]] static std::string new_key();

 private:
  const plan::Runner& runner_;
  Batcher& batcher_;
};

}  // namespace tetrascope::xray
