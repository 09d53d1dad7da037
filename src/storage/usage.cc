#include "storage/usage.h"

namespace tetrascope {

Result<Storage::Usage> query_usage(Storage& storage) {
  const Statement statement{
      "SELECT toInt64(sum(bytes_on_disk)), toInt64(sum(rows)),"
      " (SELECT count() FROM system.merges WHERE database = currentDatabase()) > 0"
      " FROM system.parts WHERE active AND database = currentDatabase()",
      {}};
  ASSIGN_OR_RETURN(const Rows rows, storage.execute(statement));
  if (rows.rows.size() != 1 || rows.rows[0].size() != 3) return fail(ErrorCode::kInternal, "usage: no answer");
  const auto number = [&](std::size_t column) {
    const auto* value = rows.rows[0][column].as<std::int64_t>();
    return value == nullptr ? 0 : *value;
  };
  Storage::Usage usage;
  usage.disk_bytes = static_cast<std::uint64_t>(number(0));
  usage.rows = static_cast<std::uint64_t>(number(1));
  usage.merging = number(2) != 0;
  return usage;
}

}  // namespace tetrascope
