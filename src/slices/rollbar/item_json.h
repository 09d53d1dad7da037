#pragma once
// Items as the control state keeps them and as the API shows them (dossier 4.2).

#include <cstdint>
#include <string>
#include <string_view>

#include "slices/rollbar/items.h"
#include "slices/rollbar/occurrence_counts.h"

namespace tetrascope::rollbar {

std::string stored_json(const Item& item);
Item stored_item(const Value& json);

/// `GET /item/{id}` and each of `GET /items`. `counts`: of this item, from its occurrences.
Value item_json(const Item& item, const ItemCounts& counts, UnixNanos now);

/// The numbers that stand for words in reports and webhooks (4.11); 0 for what is unknown.
std::int64_t level_number(std::string_view level);
/// `Rails: 3.2.21` is rails, `fastapi 0.1` is fastapi; without a framework the language counts.
std::string framework_name(std::string_view framework, std::string_view language);
std::int64_t framework_number(std::string_view name);

}  // namespace tetrascope::rollbar
