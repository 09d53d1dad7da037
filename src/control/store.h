#pragma once
// The small state that must be transactional: keys, saved queries, columns' descriptions, items' status, counters.
// Telemetry is not in here. SQLite keeps it inside the process (control/sqlite); the interface asks for nothing that
// PostgreSQL could not do for several servers.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tetrascope {

/// A document: JSON text under a key of a space (`honeycomb.query`, `honeycomb.column`, …).
struct ControlDocument {
  std::string key;
  std::string json;
  /// Grows with every commit of the store, so that a document which was removed and made again has another one too.
  std::int64_t version = 0;
};

/// One write of a commit.
struct ControlWrite {
  enum class Kind {
    kPut,     ///< makes or replaces
    kRemove,  ///< removes; no error when there is nothing
    kExpect,  ///< writes nothing: the commit depends on what was read
  };
  static constexpr std::int64_t kAbsent = 0;

  Kind kind = Kind::kPut;
  std::string space;
  std::string key;
  std::string json;  ///< of kPut
  std::optional<std::int64_t>
      expected;  ///< the version that must stand there, kAbsent for none; nullopt: whatever stands there
};

inline constexpr std::size_t kMaxControlKey = 1024;
inline constexpr std::size_t kMaxControlDocument = std::size_t{4} << 20;

/// Thread-safe. What a call that returned has written survives `kill -9`, and every later call sees it.
class ControlStore {
 public:
  virtual ~ControlStore() = default;

  /// Errors of every call: kUnavailable (disk full, file busy), kInternal.

  virtual Result<std::optional<ControlDocument>> get(std::string_view space, std::string_view key) = 0;

  /// Documents whose key begins with `prefix` and comes after `after`, by key (bytes compared); at most `limit`.
  /// A page that is full may have a next one: ask with its last key as `after`.
  virtual Result<std::vector<ControlDocument>> list(std::string_view space, std::string_view prefix,
                                                    std::string_view after, std::size_t limit) = 0;

  /// All writes or none. The version that they got.
  /// Errors: kConflict (another version stands there than expected), kInvalid (no JSON, an empty or too long key).
  virtual Result<std::int64_t> commit(std::span<const ControlWrite> writes) = 0;

  /// The first of `count` numbers that nobody else gets, from 1 upwards, also not after a crash.
  virtual Result<std::int64_t> allocate(std::string_view counter, std::int64_t count) = 0;

  /// Writes all documents and counters, as they stand at one moment, to a file of the store's own kind, which is made
  /// or replaced. For backups. Errors: kUnimplemented where there is no file.
  virtual Result<void> copy_to(const std::filesystem::path& /*file*/) {
    return fail(ErrorCode::kUnimplemented, "this control state is not kept in a file");
  }
  /// Puts what copy_to() wrote in the place of what there is; counters never go back. All or nothing.
  /// Errors: kInvalid (no such file, or not one of these).
  virtual Result<void> replace_by(const std::filesystem::path& /*file*/) {
    return fail(ErrorCode::kUnimplemented, "this control state is not kept in a file");
  }
  /// What is broken, a line each, at most `limit`; empty when nothing is.
  virtual Result<std::vector<std::string>> check(std::size_t /*limit*/) { return std::vector<std::string>(); }

  /// One write. Errors: those of commit().
  Result<std::int64_t> put(std::string space, std::string key, std::string json,
                           std::optional<std::int64_t> expected = {}) {
    const ControlWrite write{ControlWrite::Kind::kPut, std::move(space), std::move(key), std::move(json), expected};
    return commit(std::span(&write, 1));
  }
  Result<std::int64_t> remove(std::string space, std::string key, std::optional<std::int64_t> expected = {}) {
    const ControlWrite write{ControlWrite::Kind::kRemove, std::move(space), std::move(key), "", expected};
    return commit(std::span(&write, 1));
  }
};

}  // namespace tetrascope
