#pragma once
// ClickHouse's errors, told apart by their number, as errors that may be shown to a client.

#include <string_view>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// `text`: what the engine answered, beginning `Code: 241. DB::Exception: …`; it goes to the log and never further.
/// Source: ClickHouse src/Common/ErrorCodes.cpp for the numbers.
Error insert_error(std::string_view table, std::string_view text);
Error query_error(const QueryBounds& bounds, std::string_view text);
/// The same for DDL, where the program itself wrote the statement: kUnavailable or kInternal.
Error ddl_error(std::string_view text);

/// The number in `text`; 0 when there is none.
int engine_error_number(std::string_view text);

}  // namespace tetrascope
