#pragma once
// libchdb, ClickHouse as a C library, found at run time: it is half a gigabyte, has no header in its package, and its
// absence must be a clear message and not a loader's.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"

namespace tetrascope {

/// The C functions that are used, with the names they have there.
/// Source: chdb-io/chdb-core programs/local/chdb.h, release 26.7.
struct ChdbLibrary {
  struct Connection;    // chdb_connection points to this
  struct QueryResult;   // chdb_result
  struct InsertStream;  // chdb_insert_stream points to this

  Connection** (*connect)(int argc, char** argv) = nullptr;
  void (*close_conn)(Connection** connection) = nullptr;
  QueryResult* (*query_n)(Connection* connection, const char* sql, std::size_t sql_size, const char* format,
                          std::size_t format_size) = nullptr;
  QueryResult* (*query_with_params_n)(Connection* connection, const char* sql, std::size_t sql_size, const char* format,
                                      std::size_t format_size, const char* const* names, const std::size_t* name_sizes,
                                      const char* const* values, const std::size_t* value_sizes,
                                      std::size_t count) = nullptr;
  QueryResult* (*stream_query_n)(Connection* connection, const char* sql, std::size_t sql_size, const char* format,
                                 std::size_t format_size) = nullptr;
  QueryResult* (*stream_fetch_result)(Connection* connection, QueryResult* stream) = nullptr;
  void (*stream_cancel_query)(Connection* connection, QueryResult* stream) = nullptr;
  void (*destroy_query_result)(QueryResult* result) = nullptr;
  char* (*result_buffer)(QueryResult* result) = nullptr;
  std::size_t (*result_length)(QueryResult* result) = nullptr;
  std::uint64_t (*result_storage_rows_read)(QueryResult* result) = nullptr;
  std::uint64_t (*result_storage_bytes_read)(QueryResult* result) = nullptr;
  const char* (*result_error)(QueryResult* result) = nullptr;
  InsertStream* (*stream_insert_n)(Connection* connection, const char* sql, std::size_t sql_size, const char* format,
                                   std::size_t format_size) = nullptr;
  int (*stream_append)(InsertStream* stream, const void* data, std::size_t size) = nullptr;
  QueryResult* (*stream_done)(InsertStream* stream) = nullptr;
  const char* (*stream_insert_error)(InsertStream* stream) = nullptr;
  void (*destroy_insert_stream)(InsertStream* stream) = nullptr;
  void (*set_signal_handlers_enabled)(int enabled) = nullptr;
};

/// Where the library is looked for, in order: the file that TETRASCOPE_ENGINE names and nowhere else when it is set;
/// else `libchdb.so` beside the executable, then `../lib/tetrascope/libchdb.so` from there.
std::vector<std::filesystem::path> chdb_library_places();

/// Loads the library once a process; it stays until the process ends. Thread-safe.
/// Errors: kUnavailable, with the places that were looked at or what the loader said.
Result<const ChdbLibrary*> load_chdb();

}  // namespace tetrascope
