#include "storage/migrations.h"

#include <fmt/core.h>

#include <map>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/time.h"
#include "model/columns.h"
#include "model/schema.h"
#include "model/table.h"
#include "storage/ddl.h"
#include "storage/log_times_migration.h"
#include "storage/one_map_migration.h"

namespace tetrascope {
namespace {

/// One row a version that the store has reached.
struct SchemaVersionColumns : TableColumns<SchemaVersionColumns> {
  NumberColumn<std::uint32_t> version;
  NumberColumn<std::int64_t> reached;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"version", "number of a schema"}, self.version);
    visit(ColumnInfo{"reached", "when the store got it, Unix nanoseconds"}, self.reached);
  }
};

/// Schema 4: log bodies have an index of their trigrams (docs/adr/0014-words-in-logs.md). Parts that are there get it
/// when they are merged; until then they are read whole.
std::vector<std::string> body_index_statements() {
  return {
      "ALTER TABLE logs ADD INDEX IF NOT EXISTS body_grams toValidUTF8(lower(body)) TYPE ngrambf_v1(3, 8192, 1, 0) "
      "GRANULARITY 1"};
}

constexpr std::string_view kVersionTable = "schema_version";

TableSchema version_table() {
  TableSchema table;
  table.name = kVersionTable;
  table.columns = SchemaVersionColumns::schema_columns();
  table.order_by = "version";
  return table;
}

Result<void> note_version(Storage& storage, std::uint32_t version) {
  SchemaVersionColumns row;
  row.version.add(version);
  row.reached.add(UnixNanos::now().value);
  NativeWriter block;
  row.encode(block, 0, 1);
  return storage.insert({kVersionTable, block.view(), fmt::format("schema-{}", version)});
}

Result<void> create_tables(Storage& storage) {
  for (const TableSchema& table : all_tables()) RETURN_IF_ERROR(storage.change_schema(create_table(table)));
  return {};
}

/// Every column that the program writes must be there, with its type. Columns that it does not know do no harm.
Result<void> check_tables(Storage& storage) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      storage.execute({"SELECT table, name, type FROM system.columns WHERE database = currentDatabase()", {}}));
  std::map<std::pair<std::string, std::string>, std::string> types;
  for (const auto& row : rows.rows)
    types[{*row[0].as<std::string>(), *row[1].as<std::string>()}] = *row[2].as<std::string>();
  for (const TableSchema& table : all_tables()) {
    for (const TableSchema::Column& column : table.columns) {
      const std::string& found = types[{table.name, column.name}];
      if (found != column.type) {
        return fail(
            ErrorCode::kInvalid,
            fmt::format(
                "the stored data has another form than this version of tetrascope expects ({}.{} is {}, want {}): "
                "choose another data directory, or run the version that wrote this one",
                table.name, column.name, found.empty() ? "absent" : found, column.type));
      }
    }
  }
  return {};
}

}  // namespace

std::span<const Migration> all_migrations() {
  static const std::vector<Migration> kMigrations = {
      {2, {}, one_map_statements}, {3, {}, log_times_statements}, {4, body_index_statements()}};
  return kMigrations;
}

std::uint32_t schema_version(std::span<const Migration> migrations) {
  return migrations.empty() ? 1 : migrations.back().version;
}

Result<std::uint32_t> stored_schema_version(Storage& storage) {
  RETURN_IF_ERROR(storage.change_schema(create_table(version_table())));
  ASSIGN_OR_RETURN(const Rows rows, storage.execute({fmt::format("SELECT max(version) FROM {}", kVersionTable), {}}));
  return static_cast<std::uint32_t>(*rows.rows.at(0).at(0).as<std::int64_t>());
}

Result<void> set_schema_version(Storage& storage, std::uint32_t version) {
  RETURN_IF_ERROR(storage.change_schema(create_table(version_table())));
  return note_version(storage, version);
}

Result<void> migrate(Storage& storage, std::span<const Migration> migrations) {
  const std::uint32_t newest = schema_version(migrations);
  ASSIGN_OR_RETURN(const std::uint32_t stored, stored_schema_version(storage));
  if (stored > newest) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("the stored data was written by a newer version of tetrascope (schema {}, this one knows {}): "
                    "run that version, or choose another data directory",
                    stored, newest));
  }
  if (stored == 0) {
    RETURN_IF_ERROR(create_tables(storage));
    RETURN_IF_ERROR(note_version(storage, newest));
  }
  for (const Migration& migration : migrations) {
    if (stored == 0 || migration.version <= stored) continue;
    log_info("bringing the stored data forward to schema {}", migration.version);
    std::vector<std::string> statements = migration.statements;
    if (migration.planned != nullptr) {
      ASSIGN_OR_RETURN(const std::vector<std::string> planned, migration.planned(storage));
      statements.insert(statements.end(), planned.begin(), planned.end());
    }
    for (const std::string& statement : statements) RETURN_IF_ERROR(storage.change_schema(statement));
    RETURN_IF_ERROR(note_version(storage, migration.version));
  }
  return check_tables(storage);
}

Result<void> migrate(Storage& storage) { return migrate(storage, all_migrations()); }

}  // namespace tetrascope
