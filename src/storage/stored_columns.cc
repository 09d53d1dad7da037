#include "storage/stored_columns.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "storage/statement.h"

namespace tetrascope {

Result<StoredColumns> stored_columns(Storage& storage, std::string_view table) {
  StatementBuilder sql;
  sql.sql("SELECT name, type, default_kind FROM system.columns WHERE database = currentDatabase() AND table = ")
      .value("String", std::string(table));
  ASSIGN_OR_RETURN(const Rows rows, storage.execute(std::move(sql).take()));
  StoredColumns columns;
  for (const auto& row : rows.rows)
    columns[*row[0].as<std::string>()] = {*row[1].as<std::string>(), *row[2].as<std::string>()};
  return columns;
}

bool is_plain(const StoredColumns& columns, std::string_view name) {
  const auto found = columns.find(name);
  return found != columns.end() && found->second.default_kind.empty();
}

void replace_columns(std::string_view table, const StoredColumns& columns, std::string_view name, std::string_view type,
                     std::string_view codec, const std::string& value, std::vector<std::string>& out) {
  if (is_plain(columns, name)) return;
  out.push_back(
      fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {} DEFAULT {} {}", table, name, type, value, codec));
  out.push_back(fmt::format("ALTER TABLE {} MATERIALIZE COLUMN {} SETTINGS mutations_sync = 2", table, name));
  out.push_back(fmt::format("ALTER TABLE {} MODIFY COLUMN {} REMOVE DEFAULT", table, name));
}

}  // namespace tetrascope
