#pragma once
// Everything that a store holds, as text that can be kept beside it and compared.

#include <string>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// All rows of all tables of model/schema.h, in an order that merges do not change: one JSON object, its members
/// table → {"columns": [names], "rows": [[cells]]}.
Result<std::string> store_answers(Storage& storage);

/// Asks a store for the tables and columns that `answers` names, and gives them in the same form.
Result<std::string> same_answers(Storage& storage, const std::string& answers);

}  // namespace tetrascope
