#pragma once
// Which items a list shows: the parameters of GET /items, its search language included (dossier 4.2, 7.2).

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "slices/rollbar/items.h"

namespace tetrascope::rollbar {

struct ItemFilter {
  std::set<std::string> environments, levels, statuses, frameworks;
  std::set<std::int64_t> ids;
  std::optional<std::int64_t> counter;
  std::optional<bool> snoozed;
  std::optional<bool> assigned;
  std::vector<std::string> words;  ///< lower case, each somewhere in the title

  [[nodiscard]] bool takes(const Item& item, UnixNanos now) const;
};

/// Errors: kMalformed (a value that is none), kUnimplemented (a term of the search language that is not built).
Result<ItemFilter> parse_item_filter(const Request& request);

}  // namespace tetrascope::rollbar
