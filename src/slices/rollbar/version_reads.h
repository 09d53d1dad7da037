#pragma once
// What happened in one code version in one environment (dossier 4.4): out of the occurrences, the items and the
// deploys.

#include <string>
#include <string_view>
#include <vector>

#include "slices/rollbar/deploys.h"
#include "slices/rollbar/item_reads.h"

namespace tetrascope::rollbar {

/// An item's part in a version.
struct VersionItem {
  Item item;
  ItemCounts counts;
  std::string_view event;  ///< new, repeated or reactivated; "" when it was only resolved in it
  bool resolved = false;   ///< in this version
  std::int64_t first_id = 0, last_id = 0, occurrences = 0, people = 0;
  UnixNanos first_time, last_time;
};

struct Version {
  std::string name, environment;
  std::vector<VersionItem> items;
  std::optional<Deploy> deploy;  ///< the last one of this revision
};

/// Errors: kNotFound: nothing was ever seen of it.
Result<Version> read_version(State& state, const Project& project, std::string_view name, std::string_view environment);

Value version_json(const Version& version);
/// `levels`: none means all.
std::vector<Value> version_items_json(const Version& version, std::string_view event,
                                      const std::vector<std::string>& levels);

}  // namespace tetrascope::rollbar
