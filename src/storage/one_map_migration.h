#pragma once
// Schema 2: attributes without a column of their own share one map (schema 1 had one a type, and Nullable columns), a
// span's id and its parent's share a column, whole seconds have one (docs/adr/0009-span-layout.md).

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// The statements that are left to do, for whatever part of them has been done. Rows are rewritten by the engine, table
/// by table: some ten seconds a million.
Result<std::vector<std::string>> one_map_statements(Storage& storage);

}  // namespace tetrascope
