#include "control/sqlite/sqlite_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "control/sqlite/connection.h"

namespace tetrascope {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

constexpr std::string_view kCreate = R"(
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS documents (
    space   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    json    TEXT    NOT NULL CHECK (json_valid(json)),
    version INTEGER NOT NULL,
    PRIMARY KEY (space, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (
    name TEXT    NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;
  COMMIT;
)";

/// The counter that versions come from. No slice's counter can have this name: theirs are not empty.
constexpr std::string_view kVersions = "";

/// Rolls back unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(SqliteConnection& connection) {
    RETURN_IF_ERROR(connection.run("BEGIN IMMEDIATE"));
    return Transaction(connection);
  }
  ~Transaction() {
    if (connection_ != nullptr) (void)connection_->run("ROLLBACK");
  }
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  Result<void> commit() {
    RETURN_IF_ERROR(connection_->run("COMMIT"));
    connection_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(SqliteConnection& connection) : connection_(&connection) {}
  SqliteConnection* connection_;
};

Result<void> check_write(const ControlWrite& write) {
  if (write.space.empty() || write.key.empty() || write.key.size() > kMaxControlKey ||
      write.space.size() > kMaxControlKey) {
    return fail(ErrorCode::kInvalid, fmt::format("key: {} bytes, want 1 to {}", write.key.size(), kMaxControlKey));
  }
  if (write.json.size() > kMaxControlDocument) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("document: {} bytes, want at most {}", write.json.size(), kMaxControlDocument));
  }
  return {};
}

/// The first string after all that begin with `prefix`; "" when there is none.
std::string after_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

/// Gives the other file back, whatever happened in between.
class Attached {
 public:
  static Result<Attached> attach(SqliteConnection& connection, const std::filesystem::path& file) {
    ASSIGN_OR_RETURN(SqliteStatement attach, connection.prepare("ATTACH DATABASE ?1 AS other"));
    RETURN_IF_ERROR(attach.bind(1, file.string()).run());
    return Attached(connection);
  }
  ~Attached() {
    if (connection_ != nullptr) (void)connection_->run("DETACH DATABASE other");
  }
  Attached(Attached&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Attached& operator=(Attached&&) = delete;

 private:
  explicit Attached(SqliteConnection& connection) : connection_(&connection) {}
  SqliteConnection* connection_;
};

class SqliteStore final : public ControlStore {
 public:
  SqliteStore(std::unique_ptr<SqliteConnection> writer, std::unique_ptr<SqliteConnection> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}

  Result<void> copy_to(const std::filesystem::path& file) override {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    const std::lock_guard lock(writing_);
    ASSIGN_OR_RETURN(SqliteStatement copy, writer_->prepare("VACUUM INTO ?1"));
    return copy.bind(1, file.string()).run();
  }

  Result<void> replace_by(const std::filesystem::path& file) override {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
      return fail(ErrorCode::kInvalid, fmt::format("{}: no such file", file.string()));
    const std::lock_guard lock(writing_);
    ASSIGN_OR_RETURN(const Attached attached, Attached::attach(*writer_, file));
    {
      ASSIGN_OR_RETURN(SqliteStatement version, writer_->prepare("PRAGMA other.user_version"));
      ASSIGN_OR_RETURN(const bool row, version.step());
      if (!row || version.number(0) != kSchemaVersion)
        return fail(ErrorCode::kInvalid, fmt::format("{}: not this version's control state", file.string()));
    }
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*writer_));
    RETURN_IF_ERROR(
        writer_->run("DELETE FROM main.documents;"
                     " INSERT INTO main.documents SELECT * FROM other.documents;"
                     " INSERT INTO main.counters SELECT * FROM other.counters WHERE true"
                     " ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)"));
    return transaction.commit();
  }

  Result<std::vector<std::string>> check(std::size_t limit) override {
    const std::lock_guard lock(reading_);
    ASSIGN_OR_RETURN(SqliteStatement check, reader_->prepare("PRAGMA integrity_check"));
    std::vector<std::string> broken;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, check.step());
      if (!more) return broken;
      if (std::string line = check.text(0); line != "ok" && broken.size() < limit) broken.push_back(std::move(line));
    }
  }

  Result<std::optional<ControlDocument>> get(std::string_view space, std::string_view key) override {
    const std::lock_guard lock(reading_);
    ASSIGN_OR_RETURN(SqliteStatement select,
                     reader_->prepare("SELECT json, version FROM documents WHERE space = ?1 AND key = ?2"));
    ASSIGN_OR_RETURN(const bool found, select.bind(1, space).bind(2, key).step());
    if (!found) return std::nullopt;
    return ControlDocument{std::string(key), select.text(0), select.number(1)};
  }

  Result<std::vector<ControlDocument>> list(std::string_view space, std::string_view prefix, std::string_view after,
                                            std::size_t limit) override {
    const std::lock_guard lock(reading_);
    const std::string end = after_prefix(prefix);
    ASSIGN_OR_RETURN(
        SqliteStatement select,
        reader_->prepare("SELECT key, json, version FROM documents WHERE space = ?1 AND key >= ?2 AND key > ?3"
                         " AND (?4 = '' OR key < ?4) ORDER BY key LIMIT ?5"));
    constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    select.bind(1, space).bind(2, prefix).bind(3, after).bind(4, end).bind(
        5, static_cast<std::int64_t>(std::min(limit, kMost)));
    std::vector<ControlDocument> documents;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, select.step());
      if (!more) return documents;
      documents.push_back({select.text(0), select.text(1), select.number(2)});
    }
  }

  Result<std::int64_t> commit(std::span<const ControlWrite> writes) override {
    for (const ControlWrite& write : writes) RETURN_IF_ERROR(check_write(write));
    const std::lock_guard lock(writing_);
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*writer_));
    // What is expected is what stood there before the commit, also where it writes one key twice.
    for (const ControlWrite& write : writes) RETURN_IF_ERROR(check_expected(write));
    ASSIGN_OR_RETURN(const std::int64_t version, advance(kVersions, 1));
    for (const ControlWrite& write : writes) RETURN_IF_ERROR(apply(write, version));
    RETURN_IF_ERROR(transaction.commit());
    return version;
  }

  Result<std::int64_t> allocate(std::string_view counter, std::int64_t count) override {
    if (counter.empty() || count < 1)
      return fail(ErrorCode::kInvalid, "counter: needs a name and a count of at least 1");
    const std::lock_guard lock(writing_);
    ASSIGN_OR_RETURN(const std::int64_t last, advance(counter, count));
    return last - count + 1;
  }

 private:
  Result<void> check_expected(const ControlWrite& write) {
    if (!write.expected) return {};
    ASSIGN_OR_RETURN(SqliteStatement select,
                     writer_->prepare("SELECT version FROM documents WHERE space = ?1 AND key = ?2"));
    ASSIGN_OR_RETURN(const bool found, select.bind(1, write.space).bind(2, write.key).step());
    const std::int64_t version = found ? select.number(0) : ControlWrite::kAbsent;
    if (version == *write.expected) return {};
    return fail(ErrorCode::kConflict, *write.expected == ControlWrite::kAbsent
                                          ? write.key + " exists already"
                                          : write.key + " was changed by someone else");
  }

  Result<void> apply(const ControlWrite& write, std::int64_t version) {
    if (write.kind == ControlWrite::Kind::kPut) {
      ASSIGN_OR_RETURN(SqliteStatement put,
                       writer_->prepare("INSERT INTO documents (space, key, json, version) VALUES (?1, ?2, ?3, ?4)"
                                        " ON CONFLICT (space, key) DO UPDATE SET json = ?3, version = ?4"));
      return put.bind(1, write.space).bind(2, write.key).bind(3, write.json).bind(4, version).run();
    }
    if (write.kind == ControlWrite::Kind::kRemove) {
      ASSIGN_OR_RETURN(SqliteStatement remove, writer_->prepare("DELETE FROM documents WHERE space = ?1 AND key = ?2"));
      return remove.bind(1, write.space).bind(2, write.key).run();
    }
    return {};
  }

  /// Adds to a counter and gives its new value.
  Result<std::int64_t> advance(std::string_view counter, std::int64_t count) {
    ASSIGN_OR_RETURN(SqliteStatement add,
                     writer_->prepare("INSERT INTO counters (name, last) VALUES (?1, ?2)"
                                      " ON CONFLICT (name) DO UPDATE SET last = last + ?2 RETURNING last"));
    ASSIGN_OR_RETURN(const bool row, add.bind(1, counter).bind(2, count).step());
    if (!row) return fail(ErrorCode::kInternal, "control state: no counter");
    const std::int64_t last = add.number(0);
    RETURN_IF_ERROR(add.run());
    return last;
  }

  std::mutex writing_;
  std::mutex reading_;
  std::unique_ptr<SqliteConnection> writer_;  ///< under writing_
  std::unique_ptr<SqliteConnection> reader_;  ///< under reading_: reads do not wait for a commit's disk
};

Result<std::int64_t> stored_version(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(SqliteStatement select, connection.prepare("PRAGMA user_version"));
  ASSIGN_OR_RETURN(const bool row, select.step());
  return row ? select.number(0) : 0;
}

Result<std::unique_ptr<ControlStore>> open(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(auto writer, SqliteConnection::open(file, true));
  ASSIGN_OR_RETURN(const std::int64_t version, stored_version(*writer));
  if (version > kSchemaVersion) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} was written by a newer version of tetrascope (schema {}, this one knows {}): "
                            "run that version, or choose another data directory",
                            file.string(), version, kSchemaVersion));
  }
  if (version < kSchemaVersion) RETURN_IF_ERROR(writer->run(std::string(kCreate)));
  ASSIGN_OR_RETURN(auto reader, SqliteConnection::open(file, false));
  return std::make_unique<SqliteStore>(std::move(writer), std::move(reader));
}

}  // namespace

Result<std::unique_ptr<ControlStore>> open_sqlite_store(const std::filesystem::path& file) {
  auto opened = open(file);
  if (opened || opened.error().code == ErrorCode::kInvalid) return opened;
  return fail(ErrorCode::kUnavailable,
              fmt::format("cannot open {}: see the line above; is the directory writable and the file SQLite's?",
                          file.string()));
}

}  // namespace tetrascope
