#include "storage/store_answers.h"

#include <utility>
#include <vector>

#include "model/schema.h"
#include "model/value.h"

namespace tetrascope {
namespace {

/// Cells are JSON of the store's own kind, which keeps types and gets every byte sequence through.
Result<Value> table_answer(Storage& storage, const std::string& table, const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "`" : ", `") + column + "`";
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
