#pragma once
// Datasets: what was sent, seen together with what was created and set through the API (dossier
// honeycomb_otlp 2.2, 3.5).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/slice.h"

namespace tetrascope::honeycomb {

inline constexpr std::string_view kAllDatasets = "__all__";
inline constexpr std::size_t kMaxDatasetName = 255;
inline constexpr std::string_view kDatasetNotFound = "Dataset not found";  ///< which clients compare

/// Lower case; each run of characters other than letters, digits, '_' and '-' becomes one '-'.
std::string slug_of(std::string_view name);

/// Of a dataset that events are sent to. Errors: kInvalid.
Result<void> check_dataset_name(std::string_view name);

/// What may be set of a dataset.
struct DatasetSettings {
  std::string name;  ///< as created; "" for one that only data made
  std::string description;
  std::int64_t expand_json_depth = 0;
  bool delete_protected = true;
  UnixNanos created;
  UnixNanos deleted;  ///< rows that arrived up to then are not shown any more; zero: never deleted
};

/// All stored names with one slug are one dataset: names are case-insensitive, and the first that was seen is shown.
struct Dataset {
  std::string slug;
  std::string name;
  std::vector<std::string> stored_names;  ///< empty while nothing has arrived
  std::optional<DatasetSettings> settings;
  UnixNanos created;
  std::optional<UnixNanos> last_written;
};

/// Writes what was set; `slug` need not have data. Errors: those of ControlStore::commit().
Result<void> put_settings(const Middle& middle, std::string_view environment, std::string_view slug,
                          const DatasetSettings& settings);

/// By slug; without those that were deleted and got nothing since.
Result<std::vector<Dataset>> datasets_of(const Middle& middle, std::string_view environment);
/// Stored names of what was deleted, with the times.
struct DeletedDataset {
  std::vector<std::string> stored_names;
  UnixNanos until;
};
Result<std::vector<DeletedDataset>> deleted_datasets(const Middle& middle, std::string_view environment);

/// `text`: a slug, or a name in any letter case (2.2). nullopt when there is none.
Result<std::optional<Dataset>> find_dataset(const Middle& middle, std::string_view environment, std::string_view text);

}  // namespace tetrascope::honeycomb
