#include "storage/store_answers.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "model/schema.h"
#include "model/value.h"

namespace tetrascope {
namespace {

/// Columns of earlier schemas that the present one holds in another form, and SQL of what they held.
struct OldColumn {
  std::string_view name;
  std::string_view sql;
};
constexpr OldColumn kOldColumns[] = {
    {"attributes_string",
     "CAST(mapApply((k, v) -> (substring(k, 2), v), mapFilter((k, v) -> startsWith(k, 's'), attributes)), "
     "'Map(LowCardinality(String), Nullable(String))')"},
    {"attributes_int",
     "CAST(mapApply((k, v) -> (substring(k, 2), reinterpretAsInt64(v)), mapFilter((k, v) -> startsWith(k, 'i'), "
     "attributes)), 'Map(LowCardinality(String), Nullable(Int64))')"},
    {"attributes_double",
     "CAST(mapApply((k, v) -> (substring(k, 2), reinterpretAsFloat64(v)), mapFilter((k, v) -> startsWith(k, 'd'), "
     "attributes)), 'Map(LowCardinality(String), Nullable(Float64))')"},
    {"attributes_bool",
     "CAST(mapApply((k, v) -> (substring(k, 2), CAST(v = '1', 'Nullable(Bool)')), mapFilter((k, v) -> "
     "startsWith(k, 'b'), attributes)), 'Map(LowCardinality(String), Nullable(Bool))')"},
    {"attributes_json",
     "CAST(mapApply((k, v) -> (substring(k, 2), v), mapFilter((k, v) -> startsWith(k, 'j'), attributes)), "
     "'Map(LowCardinality(String), Nullable(String))')"},
};

std::string column_sql(std::string_view column) {
  const auto old = std::ranges::find(kOldColumns, column, &OldColumn::name);
  return old != std::end(kOldColumns) ? std::string(old->sql) : "`" + std::string(column) + "`";
}

/// Cells are JSON of the store's own kind, which keeps types and gets every byte sequence through.
Result<Value> table_answer(Storage& storage, const std::string& table, const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + column_sql(column);
  ASSIGN_OR_RETURN(
      Rows rows,
      storage.execute({"SELECT " + list + " FROM `" + table + "` ORDER BY toString(tuple(" + list + "))", {}}));
  Array names(columns.begin(), columns.end());
  Array all;
  for (auto& row : rows.rows)
    all.emplace_back(Array(std::make_move_iterator(row.begin()), std::make_move_iterator(row.end())));
  return Object{{"columns", std::move(names)}, {"rows", std::move(all)}};
}

}  // namespace

Result<std::string> store_answers(Storage& storage) {
  Object answers;
  for (const TableSchema& table : all_tables()) {
    std::vector<std::string> columns;
    for (const TableSchema::Column& column : table.columns) columns.push_back(column.name);
    ASSIGN_OR_RETURN(Value answer, table_answer(storage, table.name, columns));
    answers.emplace_back(table.name, std::move(answer));
  }
  return to_json(answers);
}

Result<std::string> same_answers(Storage& storage, const std::string& answers) {
  ASSIGN_OR_RETURN(const Value wanted, value_from_json(answers));
  Object found;
  for (const auto& [table, content] : *wanted.as<Object>()) {
    std::vector<std::string> columns;
    for (const Value& name : *content.as<Object>()->at(0).second.as<Array>())
      columns.push_back(*name.as<std::string>());
    ASSIGN_OR_RETURN(Value answer, table_answer(storage, table, columns));
    found.emplace_back(table, std::move(answer));
  }
  return to_json(found);
}

}  // namespace tetrascope
