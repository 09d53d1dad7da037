#pragma once
// What migrations share: the columns that a store's table has, whichever version wrote it, and how one takes the place
// of others.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

struct StoredColumn {
  std::string type;
  std::string default_kind;  ///< DEFAULT, ALIAS or ""
};
/// Columns of a table by name.
using StoredColumns = std::map<std::string, StoredColumn, std::less<>>;

Result<StoredColumns> stored_columns(Storage& storage, std::string_view table);

/// Whether rows have it, and nothing computes it.
bool is_plain(const StoredColumns& columns, std::string_view name);

/// Adds a column that is computed from others, writes it into all rows, and cuts it loose from the others, which can
/// go then. Whichever of that was done already is left out.
void replace_columns(std::string_view table, const StoredColumns& columns, std::string_view name, std::string_view type,
                     std::string_view codec, const std::string& value, std::vector<std::string>& out);

}  // namespace tetrascope
