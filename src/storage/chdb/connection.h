#pragma once
// One connection of the engine inside this process: a session, used by one thread at a time.

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
