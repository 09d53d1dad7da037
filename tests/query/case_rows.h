#pragma once
// Rows of a case file: one JSON object a line, put into the store as the decoders would.
//
//   {"table": "spans", "time": ns, "service", "name", "trace": hex, "span": hex, "parent": hex, "duration": ns, "kind",
//    "status", "rate", "attributes": {…}, "resource": {…attributes…}, "scope": {…attributes…},
//    "events": [{"time", "name", "attributes"}], "links": [{"trace", "span", "attributes"}]}
// Logs have "body" and "severity", occurrences "type" and "message", metrics "value" and "bounds".

#include <string_view>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// Errors: kMalformed (no JSON), kInvalid (an unknown table), and those of Storage::insert().
Result<void> insert_rows(Storage& storage, std::string_view lines);

}  // namespace tetrascope
