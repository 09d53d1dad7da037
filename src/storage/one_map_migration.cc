#include "storage/one_map_migration.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "storage/stored_columns.h"

namespace tetrascope {
namespace {

// All names here are schema 2's, also when the tables have become something else since.

/// A map of schema 1 and what becomes of its elements.
struct OldMap {
  std::string_view name;
  std::string_view column_word;  ///< names of its attributes' own columns begin with it; "" where none had one
  char letter;
  std::string_view value;  ///< SQL of the new element from a value that is not NULL
};
constexpr std::array<OldMap, 5> kOldMaps = {{
    {"attributes_string", "string ", 's', "toString({})"},
    {"attributes_int", "int ", 'i', "reinterpretAsString({})"},
    {"attributes_double", "double ", 'd', "reinterpretAsString({})"},
    {"attributes_bool", "bool ", 'b', "if({}, '1', '0')"},
    {"attributes_json", "", 'j', "{}"},
}};

constexpr std::string_view kMapType = "Map(LowCardinality(String), Nullable(String))";

/// Names of the attributes' own columns, which all go: new rows will show again which are worth one.
std::vector<std::string> own_columns(const StoredColumns& columns, const OldMap& map) {
  std::vector<std::string> names;
  if (map.column_word.empty()) return names;
  for (const auto& [name, column] : columns) {
    if (name.starts_with(map.column_word)) names.push_back(name);
  }
  return names;
}

std::string key_of(const OldMap& map, std::string_view column) {
  std::string key(column.substr(map.column_word.size()));
  std::ranges::replace(key, ':', '.');
  return key;
}

/// SQL of the new map from the old ones and the columns.
std::string all_in_one(const StoredColumns& columns) {
  std::vector<std::string> keys;
  std::vector<std::string> values;
  for (const OldMap& map : kOldMaps) {
    const auto element = [&](std::string_view value) {
      return fmt::format(fmt::runtime(map.value), fmt::format("assumeNotNull({})", value));
    };
    std::vector<std::string> known;
    for (const std::string& column : own_columns(columns, map)) {
      const std::string key = key_of(map, column);
      known.push_back(fmt::format("'{}'", key));
      keys.push_back(fmt::format("if(isNull(`{}`), [], ['{}{}'])", column, map.letter, key));
      values.push_back(fmt::format("if(isNull(`{0}`), [], [{1}])", column, element(fmt::format("`{}`", column))));
    }
    // Rows from before a column have the value in both.
    const std::string rest =
        known.empty() ? std::string(map.name)
                      : fmt::format("mapFilter((k, v) -> k NOT IN ({}), {})", fmt::join(known, ", "), map.name);
    keys.push_back(fmt::format("arrayMap(k -> concat('{}', k), mapKeys({}))", map.letter, rest));
    values.push_back(fmt::format("arrayMap(v -> {}, mapValues({}))", element("v"), rest));
  }
  return fmt::format("CAST((arrayConcat({}), arrayConcat({})), '{}')", fmt::join(keys, ", "), fmt::join(values, ", "),
                     kMapType);
}

void join_attributes(std::string_view table, const StoredColumns& columns, std::vector<std::string>& out) {
  if (!columns.contains(kOldMaps[0].name)) return;
  replace_columns(table, columns, "attributes", kMapType, "", all_in_one(columns), out);
  for (const OldMap& map : kOldMaps) {
    for (const std::string& column : own_columns(columns, map)) {
      out.push_back(fmt::format("ALTER TABLE {} DROP INDEX IF EXISTS `by {}`", table, key_of(map, column)));
      out.push_back(fmt::format("ALTER TABLE {} DROP COLUMN IF EXISTS `{}`", table, column));
    }
  }
  // The first map is looked for above: it goes last.
  for (auto map = kOldMaps.rbegin(); map != kOldMaps.rend(); ++map)
    out.push_back(fmt::format("ALTER TABLE {} DROP COLUMN IF EXISTS {}", table, map->name));
}

void join_ids(const StoredColumns& columns, std::vector<std::string>& out) {
  const auto stored = [&](std::string_view name) { return is_plain(columns, name); };
  if (stored("span_id") && stored("parent_span_id")) {
    replace_columns("spans", columns, "ids", "FixedString(16)", "",
                    "toFixedString(concat(span_id, parent_span_id), 16)", out);
  }
  constexpr std::array<std::pair<std::string_view, int>, 2> kParts = {{{"span_id", 1}, {"parent_span_id", 9}}};
  for (const auto& [name, first] : kParts) {
    if (stored(name)) out.push_back(fmt::format("ALTER TABLE spans DROP COLUMN {}", name));
    out.push_back(fmt::format(
        "ALTER TABLE spans ADD COLUMN IF NOT EXISTS {} FixedString(8) ALIAS toFixedString(substring(ids, {}, 8), 8)",
        name, first));
  }
}

void add_seconds(std::string_view table, const StoredColumns& columns, std::vector<std::string>& out) {
  const std::string_view time = table == "spans" ? "start" : "time";
  replace_columns(table, columns, "second", "Int64", "CODEC(Delta(8), Default)",
                  fmt::format("toInt64(intDiv({0}, 1000000000) - ({0} < 0 AND {0} % 1000000000 != 0))", time), out);
  out.push_back(fmt::format("ALTER TABLE {} ADD INDEX IF NOT EXISTS by_time second TYPE minmax GRANULARITY 1", table));
  out.push_back(fmt::format("ALTER TABLE {} MATERIALIZE INDEX by_time SETTINGS mutations_sync = 2", table));
}

}  // namespace

Result<std::vector<std::string>> one_map_statements(Storage& storage) {
  std::vector<std::string> statements;
  for (const std::string_view table : {"spans", "logs", "occurrences", "metrics", "documents"}) {
    ASSIGN_OR_RETURN(const StoredColumns columns, stored_columns(storage, table));
    join_attributes(table, columns, statements);
    if (table == "spans") join_ids(columns, statements);
    add_seconds(table, columns, statements);
  }
  return statements;
}

}  // namespace tetrascope
