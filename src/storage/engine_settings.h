#pragma once
// Settings that every query and insert runs with, whichever way they reach the engine.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/storage.h"

namespace tetrascope {

using EngineSettings = std::vector<std::pair<std::string_view, std::string>>;

inline constexpr std::string_view kDatabase = "tetrascope";

/// Of every query, whatever its bounds.
EngineSettings query_settings(std::size_t threads);
/// An answer's size before it is decoded. It stands in memory more than once: the engine's, ours as bytes and as
/// values.
std::size_t result_bytes(const QueryBounds& bounds);
/// Of one query. Time in whole milliseconds.
EngineSettings bound_settings(const QueryBounds& bounds);
/// Of every insert.
EngineSettings insert_settings();
/// Of DDL.
EngineSettings ddl_settings();

/// `INSERT INTO database.table SETTINGS insert_deduplication_token='…'`.
/// Errors: kInternal when a name or `token` has characters other than letters, digits, '_', and '-' in the token.
Result<std::string> insert_sql(std::string_view database, std::string_view table, std::string_view token);

/// Whether `text` can stand in SQL as a name: letters, digits and '_', at least one.
bool is_sql_name(std::string_view text);

}  // namespace tetrascope
