#pragma once
// Rows for every table there is, made up from each column's type: nothing has to be added here for a new column.

#include <cstddef>
#include <string>

#include "model/table.h"

namespace tetrascope {

/// One Native block of `rows` rows for a table of model/schema.h; "" for a name that is none. The same rows every time.
std::string sample_block(std::string_view table, std::size_t rows);

}  // namespace tetrascope
