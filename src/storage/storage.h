#pragma once
// The seam between what tetrascope asks and the ClickHouse that answers: inside this process or over HTTP.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/rows.h"
#include "storage/statement.h"

namespace tetrascope {

/// Rows for one table, in ClickHouse's Native format.
struct Insert {
  std::string_view table;   ///< a name from model/schema.h
  std::string_view native;  ///< one block or several; read only during the call
  /// The same token a second time, for the same table, stores nothing: a commit whose answer got lost can be repeated.
  std::string token;
  /// Of the table: all rows are of this one. The journal sends those of different ones apart, so that what it sends is
  /// one part, which is there or not after a crash.
  std::int64_t partition = 0;
};

/// What a query may cost. Over it, the query ends with an error and the server goes on.
struct QueryBounds {
  std::chrono::milliseconds time{10'000};
  std::size_t memory_bytes = std::size_t{512} << 20;
  std::size_t result_rows = 100'000;
  std::size_t groups = 0;     ///< rows that one GROUP BY may come to; 0: as many as there is memory for
  bool of_the_store = false;  ///< the store asks itself: end_queries() lets it
};

/// Thread-safe. One object a process.
class Storage {
 public:
  virtual ~Storage() = default;

  /// When it returns without an error the rows are on disk, survive `kill -9`, and the next execute() sees them.
  /// Errors: kUnavailable (disk full, too many parts, server away: the same rows may go in later), kTooLarge (too much
  /// for the memory there is just now: parts of them may go in),
  /// kInvalid (the engine does not take these rows, and never will), kInternal.
  virtual Result<void> insert(const Insert& rows) = 0;

  /// Rows of several tables that belong together. With a journal: all of them or, when it fails, none. Without one they
  /// go in one after the other, and after a failure some may be there: the same call with the same tokens adds the
  /// rest. Errors: those of insert().
  virtual Result<void> commit(std::span<const Insert> inserts) {
    for (const Insert& rows : inserts) RETURN_IF_ERROR(insert(rows));
    return {};
  }

  /// Errors: kDeadlineExceeded, kTooLarge (memory or rows over the bounds), kUnavailable (too many queries at once),
  /// kInvalid (the statement itself refuses a row, by throwIf()), kInternal.
  virtual Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) = 0;
  Result<Rows> execute(const Statement& statement) { return execute(statement, QueryBounds{}); }

  /// Runs one statement that changes tables: CREATE, ALTER, DROP. For migrations; execute() can only read.
  /// Errors: kUnavailable, kInternal.
  virtual Result<void> change_schema(std::string_view /*ddl*/) {
    return fail(ErrorCode::kUnimplemented, "this storage's tables cannot be changed");
  }

  /// Runs one statement that changes rows or parts, with values: ALTER TABLE … DELETE, for whoever keeps the store in
  /// order (upkeep/). Errors: kUnavailable, kInternal.
  virtual Result<void> change_rows(const Statement& /*statement*/) {
    return fail(ErrorCode::kUnimplemented, "this storage's rows cannot be changed");
  }

  /// Runs `change` on the engine's own storage while no insert is on its way there, and after all that was
  /// acknowledged before the call is in the tables: for what adds parts, drops them, or has to see all tables at one
  /// moment. Writers are not held up as long as it is short: seconds.
  /// Errors: those of `change`; kUnavailable when the engine takes nothing.
  virtual Result<void> between_inserts(const std::function<Result<void>(Storage& engine)>& change) {
    return change(*this);
  }

  /// What was acknowledged and is not in the tables yet.
  struct Backlog {
    std::uint64_t bytes = 0;       ///< that wait, or are on their way
    std::uint64_t most_bytes = 0;  ///< past which writers wait
    std::uint64_t stored = 0;      ///< how often what waited was handed over since the start
    bool failing = false;          ///< the engine takes nothing just now
  };
  [[nodiscard]] virtual Backlog backlog() const { return {}; }

  /// Ends every execute() that runs or comes from now on with kUnavailable; inserts go on. For a server that stops.
  virtual void end_queries() {}

  /// Bytes on disk of all tables, and whether merges are running: for the page and the benchmarks.
  struct Usage {
    std::uint64_t disk_bytes = 0;
    std::uint64_t rows = 0;
    bool merging = false;
  };
  virtual Result<Usage> usage() = 0;
};

/// Creates what is missing and brings an older schema forward (storage/migrations.h). Called once, before anything
/// else. Errors: kInvalid when the store was written by a newer version than this one.
Result<void> migrate(Storage& storage);

}  // namespace tetrascope
