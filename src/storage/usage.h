#pragma once
// What a store holds, asked of its system tables.

#include "storage/storage.h"

namespace tetrascope {

/// Storage::usage() of every ClickHouse. Errors: those of execute().
Result<Storage::Usage> query_usage(Storage& storage);

}  // namespace tetrascope
