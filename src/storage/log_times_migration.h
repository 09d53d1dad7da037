#pragma once
// Schema 3: of a log record's three times one is kept, and by how much the others differ from it, which is nearly
// always nothing; span ids of records, most of which have none, are compressed (docs/adr/0012-log-times.md).

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// The statements that are left to do, for whatever part of them has been done. Two columns of `logs` are written anew:
/// some two seconds for ten million records.
Result<std::vector<std::string>> log_times_statements(Storage& storage);

}  // namespace tetrascope
