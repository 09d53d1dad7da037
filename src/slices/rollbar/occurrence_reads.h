#pragma once
// Occurrences, read back: the vendor's `instance` (dossier 4.3).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "query/runner.h"
#include "slices/rollbar/items.h"
#include "slices/rollbar/projects.h"

namespace tetrascope::rollbar {

struct Instance {
  std::int64_t id = 0, project = 0, item = 0;
  UnixNanos time;
  std::string uuid, user_ip, title;
  std::string document;  ///< JSON of `data` as it was sent
};

/// Which occurrences, newest first. What is not set does not limit.
struct InstanceQuery {
  std::optional<std::int64_t> id, item;
  std::string uuid;
  std::int64_t before = 0;  ///< ids below this one
  std::uint64_t offset = 0, limit = 20;
};

/// Of a project that clients sent to.
Result<std::vector<Instance>> read_instances(const plan::Runner& runner, const Project& project,
                                             const InstanceQuery& query);

/// `{"id":…,"project_id":…,"timestamp":…,"version":2,"data":{…,"metadata":{…}},"billable":1}`. `data` is what the
/// client sent, with the caller's address in the place of `$remote_ip`.
std::string instance_json(const Instance& instance);

/// Keys of the documents that were stored in the ten minutes before `until`.
Result<std::vector<std::string>> recent_document_keys(const plan::Runner& runner, UnixNanos until);

/// The code versions in which an item was seen, at most kMaxVersions.
Result<std::vector<std::string>> versions_of_item(const plan::Runner& runner, std::int64_t item);
inline constexpr std::size_t kMaxVersions = 200;

}  // namespace tetrascope::rollbar
