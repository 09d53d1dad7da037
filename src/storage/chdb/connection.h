#pragma once
// One connection of the engine inside this process: a session, used by one thread at a time.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/chdb/library.h"
#include "storage/storage.h"

namespace tetrascope {

class ChdbConnection {
 public:
  /// `arguments`: as on clickhouse-local's command line, e.g. `--path=/var/lib/x`, `--max_threads=2`. Settings are the
  /// connection's own; options of the server count for the first connection of the process alone.
  /// Errors: kUnavailable (the engine does not start; it has said why on standard error).
  static Result<ChdbConnection> open(const ChdbLibrary& library, const std::vector<std::string>& arguments);
  ~ChdbConnection();
  ChdbConnection(ChdbConnection&& other) noexcept;
  ChdbConnection& operator=(ChdbConnection&&) = delete;

  /// What the engine answered, or its own error text: not to be shown to anyone.
  struct Answer {
    std::optional<std::string> error;
    Rows rows;
  };
  /// An answer that cannot be decoded is kInternal.
  Result<Answer> query(const Statement& statement, const QueryBounds* bounds);
  /// Calls `take` with the answer's rows as they come. Gives the engine's error text, as in Answer.
  /// Errors: those of `take`, which ends the query; an answer that cannot be decoded is kInternal.
  Result<std::optional<std::string>> stream_query(const std::string& sql,
                                                  const std::function<Result<void>(Rows&&)>& take);

  /// Rows on their way into a table. The connection must outlive it, and does nothing else meanwhile.
  class InsertStream {
   public:
    /// Whether more can follow; if not, finish() says why.
    bool append(std::string_view bytes);
    /// The engine's error text; nullopt when the rows are there.
    std::optional<std::string> finish();

   private:
    friend class ChdbConnection;
    InsertStream(const ChdbLibrary& library, ChdbLibrary::InsertStream* stream);
    const ChdbLibrary* library_;
    std::unique_ptr<ChdbLibrary::InsertStream, void (*)(ChdbLibrary::InsertStream*)> stream_;
  };
  InsertStream stream_insert(const std::string& sql, std::string_view format);

  /// The engine's error text; nullopt when the rows are on disk.
  std::optional<std::string> insert(const std::string& sql, std::string_view native);

 private:
  ChdbConnection(const ChdbLibrary& library, ChdbLibrary::Connection** handle) : library_(&library), handle_(handle) {}
  std::optional<std::string> bound_by(const QueryBounds& bounds);
  void drop_unsent();

  const ChdbLibrary* library_;
  ChdbLibrary::Connection** handle_;
  std::string bounds_in_force_;
};

}  // namespace tetrascope
