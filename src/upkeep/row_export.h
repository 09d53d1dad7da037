#pragma once
// `tetrascope export`, on the server's side: which stretches of time there are, and the rows of one of them.

#include <string>
#include <string_view>

#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// `body`: {"signal","from","to" (Unix nanoseconds; absent: no bound),"dataset"}. Gives {"windows":[[from,to,rows],…]}:
/// half open, in order, each with some 5,000 rows, so that a command that was cut short goes on at one of them.
/// Errors: kInvalid, those of a question.
Result<std::string> export_windows(const Surroundings& around, std::string_view body);

/// `body`: the same, of one window. Gives OTLP JSON lines; with "form":"parquet" rows with the columns of
/// parquet_types(), as RowBinaryWithNamesAndTypes. Errors: the same.
Result<std::string> export_rows(const Surroundings& around, std::string_view body);

}  // namespace tetrascope::upkeep
