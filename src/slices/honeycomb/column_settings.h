#pragma once
// What was set of columns through the API, kept beside what data shows of them.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "slices/honeycomb/query_reads.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

struct ColumnSettings {
  std::string key_name;
  std::string description;
  bool hidden = false;
  std::optional<ColumnKind> kind;  ///< set; nullopt: as seen
  UnixNanos created, updated;
  UnixNanos deleted;  ///< not shown until it is sent again; zero: never deleted
};
using ColumnSettingsByName = std::map<std::string, ColumnSettings, std::less<>>;

std::optional<ColumnKind> find_kind(std::string_view name);

/// `dataset`: a slug or __all__, which has settings of its own.
Result<ColumnSettingsByName> column_settings(const Middle& middle, std::string_view environment,
                                             std::string_view dataset);
Result<void> put_column_settings(const Middle& middle, std::string_view environment, std::string_view dataset,
                                 const ColumnSettings& settings);

/// Types that were set for columns of the dataset.
Result<KindOverrides> kind_overrides(const Middle& middle, std::string_view environment, std::string_view dataset);

}  // namespace tetrascope::honeycomb
