#pragma once
// SQLite's C interface as values: a connection that closes itself, statements prepared once, errors as Result.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tetrascope {

class SqliteConnection;

/// A prepared statement with its values bound, until it goes. Used by one thread at a time.
class SqliteStatement {
 public:
  SqliteStatement(SqliteConnection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&&) = delete;

  /// Positions count from 1. `value` is copied.
  SqliteStatement& bind(int position, std::string_view value);
  SqliteStatement& bind(int position, std::int64_t value);

  /// True when there is a row to read, false at the end.
  Result<bool> step();
  /// Steps to the end.
  Result<void> run();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  SqliteConnection* connection_;
  sqlite3_stmt* statement_;
};

class SqliteConnection {
 public:
  /// With WAL, every commit on disk, and five seconds of patience with other processes.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::filesystem::path& file, bool writable);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// `sql` is this program's own text and lives for ever: prepared statements are kept by it.
  Result<SqliteStatement> prepare(std::string_view sql);
  /// One statement or several, without values.
  Result<void> run(const std::string& sql);
  /// The last failure: kUnavailable where trying later may help, kInvalid for a broken constraint, else kInternal.
  [[nodiscard]] Error error() const;

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::map<std::string_view, sqlite3_stmt*> prepared_;
};

}  // namespace tetrascope
