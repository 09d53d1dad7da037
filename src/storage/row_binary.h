#pragma once
// Rows as bytes: the other way of decode_row_binary().

#include <string>

#include "base/result.h"
#include "storage/rows.h"

namespace tetrascope {

/// What stands before the rows of a RowBinaryWithNamesAndTypes: how many columns, their names, their types.
std::string row_binary_head(const std::vector<Rows::Column>& columns);

/// Appends `rows` to `out`, without a head. An integer may stand for a double and for a truth value; nothing else is
/// converted.
/// Errors: kInternal (a type that decode_row_binary() does not know, a cell that is not of its column's type, a row of
/// another length); `out` may then have a part of them.
Result<void> append_row_binary(const Rows& rows, std::string& out);

}  // namespace tetrascope
