#pragma once
// Gives the attributes that many rows have columns of their own, from what goes by
// (docs/adr/0007-attribute-columns.md).

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ingest/batch.h"
#include "model/attribute_layout.h"
#include "storage/storage.h"

namespace tetrascope {

struct PromotionLimits {
  std::size_t window_rows = 20'000;  ///< rows of a table that are looked at before its keys are judged
  std::size_t share = 100;           ///< a key gets a column when one row in so many has it
  std::size_t columns = 128;         ///< most columns of a table
  /// After a window that brought no column so many rows are not looked at, then twice as many, up to `longest_rest`.
  std::size_t rest = 80'000, longest_rest = 1'280'000;
};

/// Used by one thread. Keys get no columns where these would make the rows much larger (column_trial.h). A column's
/// values in rows that came before it are computed from the map, by the engine.
class AttributePromoter {
 public:
  AttributePromoter(Storage& storage, AttributeLayouts& layouts, PromotionLimits limits = {})
      : storage_(storage), layouts_(layouts), limits_(limits) {}

  /// Notes what the rows hold in the map. Once a window is full, adds the columns: some milliseconds, then.
  void observe(const Batch& batch);

 private:
  /// What was seen of one key and type in the present window.
  struct Seen {
    std::size_t rows = 0;
    std::unordered_set<std::uint64_t> values;    ///< hashes, at most kMaxValues
    std::size_t late_rows = 0, late_values = 0;  ///< in the window's second half: with the key, with a new value
  };
  struct Window {
    std::size_t rows = 0;
    std::array<std::map<std::string, Seen, std::less<>>, kFieldTypes> keys;  ///< by type
    std::size_t rest = 0;       ///< rows that go by unseen before the next ones count
    std::size_t last_rest = 0;  ///< how long the present rest was at first
    MapColumn sample;           ///< of the rows that were looked at the first kSampleRows
  };
  static constexpr std::size_t kMaxValues = 4'096;
  static constexpr std::size_t kMaxKeys = 4'096;  ///< of each type
  static constexpr std::size_t kSampleRows = 8'192;

  void count(Window& window, const MapColumn& map) const;
  static void keep(MapColumn& sample, const MapColumn& map);
  [[nodiscard]] std::vector<AttributeColumn> chosen(const Window& window, const AttributeLayout& present) const;
  Result<void> promote(Signal signal, const std::vector<AttributeColumn>& columns);

  Storage& storage_;
  AttributeLayouts& layouts_;
  const PromotionLimits limits_;
  std::array<Window, kSignals> windows_;
};

/// Finds the columns that the store's tables have. Called once, before the first batch.
Result<void> load_layouts(Storage& storage, AttributeLayouts& layouts);

}  // namespace tetrascope
