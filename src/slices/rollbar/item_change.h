#pragma once
// PATCH /item/{id}: what may be changed, and what that does to the item (dossier 3.2 and 4.2).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "slices/rollbar/items.h"

namespace tetrascope::rollbar {

struct ItemChange {
  std::optional<std::string> status, title, level;
  std::string resolved_in_version;
  std::optional<std::int64_t> assigned_user, assigned_team;  ///< 0: nobody
  std::optional<bool> snooze;
  std::int64_t snooze_seconds = 3600;
  std::vector<std::string> versions_before;
  Object echo;  ///< the members that were sent, which the answer repeats
};

/// Errors: kInvalid, naming the member.
Result<ItemChange> read_item_change(const Value& fields);
/// Errors: none today; what it gives back goes to Items::update().
Result<void> apply(const ItemChange& change, UnixNanos now, Item& item);

}  // namespace tetrascope::rollbar
