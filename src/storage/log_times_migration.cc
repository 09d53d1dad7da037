#include "storage/log_times_migration.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "storage/stored_columns.h"

namespace tetrascope {

Result<std::vector<std::string>> log_times_statements(Storage& storage) {
  // All names here are schema 3's, also when the tables have become something else since.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kTimes = {
      {{"sent_time", "sent_after"}, {"observed_time", "observed_after"}}};
  ASSIGN_OR_RETURN(const StoredColumns columns, stored_columns(storage, "logs"));
  std::vector<std::string> statements;
  for (const auto& [time, after] : kTimes) {
    if (is_plain(columns, time)) {
      replace_columns("logs", columns, after, "Int64", "", fmt::format("{} - time", time), statements);
      statements.push_back(fmt::format("ALTER TABLE logs DROP COLUMN {}", time));
    }
    statements.push_back(
        fmt::format("ALTER TABLE logs ADD COLUMN IF NOT EXISTS {} Int64 ALIAS time + {}", time, after));
  }
  // Parts that are there keep how they are compressed until they are merged.
  for (const std::string_view table : {"logs", "occurrences"})
    statements.push_back(fmt::format("ALTER TABLE {} MODIFY COLUMN span_id FixedString(8) CODEC(Default)", table));
  return statements;
}

}  // namespace tetrascope
