#pragma once
// Rows of one table, newest first, in pages: what the lists of logs and of metrics have in common.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/runner.h"
#include "slices/page/parameters.h"

namespace tetrascope::ui {

struct RowQuestion {
  plan::TimeRange range;
  plan::TableRead read;            ///< has a column `time`
  std::vector<std::string> order;  ///< columns by which rows of one nanosecond stand the same on every page
  /// Of the page before: the last row's time, and how many rows of that nanosecond have been shown.
  std::optional<Cursor> after;
  std::size_t limit = 100;
};

struct RowPage {
  plan::Answer answer;
  std::optional<Cursor> next;  ///< nullopt at the end
};

/// Looks into the newest quarter of an hour and widens until the page is full.
/// Errors: those of ask(); kInvalid for a cursor that is none.
Result<RowPage> read_newest(const plan::Runner& runner, const RowQuestion& question);

/// {"from","to",`member`:[…],"cursor"}.
std::string page_json(const plan::TimeRange& range, std::string_view member, Array rows,
                      const std::optional<std::string>& cursor);

}  // namespace tetrascope::ui
