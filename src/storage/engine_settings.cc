#include "storage/engine_settings.h"

#include <fmt/core.h>

#include <algorithm>

namespace tetrascope {
namespace {

bool is_word(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           also.find(c) != std::string_view::npos;
  });
}

}  // namespace

EngineSettings query_settings(std::size_t threads) {
  return {
      {"readonly", "2"},  // reads and settings, nothing else
      {"max_threads", std::to_string(threads)},
      // The engine would take a thread less for each GiB of memory that is not free; the memory a query may use is
      // bounded.
      {"max_threads_min_free_memory_per_thread", "0"},
      // Indexes are asked first, then rows are read: both at once costs a question by id a quarter more.
      {"use_skip_indexes_on_data_read", "0"},
      {"session_timezone", "UTC"},
      {"result_overflow_mode", "throw"},
      {"timeout_overflow_mode", "throw"},
      {"timeout_before_checking_execution_speed", "0"},  // the time is measured, not extrapolated from the speed so far
      {"max_ast_elements", "200000"},
      {"max_expanded_ast_elements", "1000000"},
      {"max_query_size", "16777216"},
      {"max_parser_depth", "2000"},
  };
}

std::size_t result_bytes(const QueryBounds& bounds) { return bounds.memory_bytes / 4; }

EngineSettings bound_settings(const QueryBounds& bounds) {
  return {
      {"max_execution_time", fmt::format("{}.{:03}", bounds.time.count() / 1000, bounds.time.count() % 1000)},
      {"max_memory_usage", std::to_string(bounds.memory_bytes)},
      {"max_result_rows", std::to_string(bounds.result_rows)},
      {"max_result_bytes", std::to_string(result_bytes(bounds))},
      {"max_rows_to_group_by", std::to_string(bounds.groups)},
  };
}

EngineSettings insert_settings() {
  return {
      {"async_insert", "0"},  // the engine's own batching would answer from memory
      {"insert_deduplicate", "1"},
      {"max_insert_threads", "1"},
      // However many rows: an insert is one part in each partition, which the journal relies on after a crash.
      {"min_insert_block_size_rows", "1000000000000"},
      {"min_insert_block_size_bytes", "0"},
      {"input_format_skip_unknown_fields", "0"},
      {"input_format_native_allow_types_conversion", "0"},
      // It costs a microsecond a row, and merges make it anew; what no merge has touched is little.
      {"exclude_materialize_skip_indexes_on_insert", "body_grams"},
  };
}

EngineSettings ddl_settings() { return {{"allow_suspicious_low_cardinality_types", "1"}, {"session_timezone", "UTC"}}; }

Result<std::string> insert_sql(std::string_view database, std::string_view table, std::string_view token) {
  if (!is_sql_name(database) || !is_sql_name(table) || !is_word(token, "-")) {
    return fail(ErrorCode::kInternal, "insert: bad table or token");
  }
  std::string sql = fmt::format("INSERT INTO {}.{}", database, table);
  if (!token.empty()) sql += fmt::format(" SETTINGS insert_deduplication_token='{}'", token);
  return sql;
}

bool is_sql_name(std::string_view text) { return !text.empty() && is_word(text, ""); }

}  // namespace tetrascope
