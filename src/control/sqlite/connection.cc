#include "control/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include "base/log.h"

namespace tetrascope {

SqliteStatement::~SqliteStatement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

SqliteStatement& SqliteStatement::bind(int position, std::string_view value) {
  // A view of nothing may be null, which SQLite would take for NULL.
  sqlite3_bind_text64(statement_, position, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int position, std::int64_t value) {
  sqlite3_bind_int64(statement_, position, value);
  return *this;
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(connection_->error());
}

Result<void> SqliteStatement::run() {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, step());
    if (!more) return {};
  }
}

std::string SqliteStatement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr ? std::string()
                          : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t SqliteStatement::number(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& file, bool writable) {
  sqlite3* handle = nullptr;
  const int flags =
      (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (code != SQLITE_OK) return std::unexpected(connection->error());
  sqlite3_busy_timeout(handle, 5'000);
  RETURN_IF_ERROR(
      connection->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                      "PRAGMA cache_size = -2000; PRAGMA journal_size_limit = 4194304"));
  if (!writable) RETURN_IF_ERROR(connection->run("PRAGMA query_only = ON"));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<SqliteStatement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt*& statement = prepared_[sql];
  if (statement == nullptr && sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                                 SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return std::unexpected(error());
  }
  return SqliteStatement(*this, statement);
}

Result<void> SqliteConnection::run(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return std::unexpected(error());
  return {};
}

Error SqliteConnection::error() const {
  const int code = handle_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(handle_);
  if (code == SQLITE_CONSTRAINT) return {ErrorCode::kInvalid, "not a document that can be kept: no JSON"};
  log_warning("control state: {} (SQLite {})", handle_ == nullptr ? "no memory" : sqlite3_errmsg(handle_), code);
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return {ErrorCode::kUnavailable, "cannot keep this now; try again later"};
    default:
      return {ErrorCode::kInternal, "control state failed"};
  }
}

}  // namespace tetrascope
