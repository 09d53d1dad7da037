#pragma once
// Group commit: everything that arrived since the last commit is stored together, one insert a table, then all its
// callers are answered.

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ingest/batch.h"
#include "ingest/commit.h"
#include "model/field_catalogue.h"
#include "storage/storage.h"

namespace tetrascope {

class AttributePromoter;

struct BatcherLimits {
  std::size_t pending_rows = 400'000;                  ///< waiting rows past which writers are refused
  std::size_t pending_bytes = std::size_t{192} << 20;  ///< waiting bytes past which writers are refused
  std::size_t commit_rows = 40'000;                    ///< a commit does not wait for more rows than this
  std::chrono::milliseconds gather{25};                ///< longest that a commit waits for company
  std::chrono::milliseconds retry_for{3'000};  ///< how long a commit that the engine refused for now is repeated
};

/// Thread-safe. Start order: Storage (migrated), catalogue loaded, Batcher; stop() before the Storage is closed.
class Batcher {
 public:
  /// Called once, on the commit thread, when the rows are on disk (or will not be). Must be quick.
  using Done = std::move_only_function<void(const Result<void>&)>;
  /// Appends rows to the open batch. On an error whatever it appended is taken back.
  using Decode = std::function<Result<void>(Batch&)>;

  Batcher(Storage& storage, FieldCatalogue& fields, AttributeLayouts& layouts, BatcherLimits limits = {});
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  /// Runs `decode` now, on the calling thread; other writers of the same shard wait meanwhile.
  /// Success: `done` will be called after the commit, or at once when no row was appended. What it is told when rows
  /// could not be stored: kUnavailable (the same rows may go in later) or kInvalid (the engine never takes them).
  /// Error: `decode`'s own, or kUnavailable when the batch is full or the batcher has stopped; `done` is not called.
  Result<void> write(const Decode& decode, Done done);

  /// Commits what was accepted, answers everybody, ends. Later writes are refused. Safe to call twice.
  void stop();

  struct Counters {
    std::uint64_t commits = 0, rows = 0, failed_commits = 0, pending_rows = 0, pending_bytes = 0;
  };
  [[nodiscard]] Counters counters() const;

 private:
  static constexpr std::size_t kShards = 2;  // as many writers decode at once

  /// One caller's rows: [begin, end) of each table of its shard's batch.
  struct Caller {
    TableRows begin{}, end{};
    std::optional<ErrorCode> failed;
    std::size_t rows = 0, bytes = 0;
    Done done;
  };
  struct Shard {
    std::mutex mutex;
    Batch batch;
    std::vector<Caller> callers;
    std::size_t bytes = 0;
  };
  struct Taken {
    Batch batch;
    std::vector<Caller> callers;
  };

  void run();
  [[nodiscard]] Batch fresh_batch();
  void recycle(std::span<Taken> taken);
  bool wait_for_work();
  void commit(std::span<Taken> taken);
  Result<void> store_fields(std::span<const Taken> taken);
  std::vector<Insert> inserts_of(const Commit& commit);
  void store_alone(std::span<Taken> taken, const Insert& insert, const Error& why);
  std::optional<ErrorCode> store_rows_of(const Batch& batch, const Caller& caller, std::size_t table,
                                         std::int64_t week);
  std::string next_token();
  Result<void> repeat(const std::function<Result<void>()>& store);
  void answer(std::span<Taken> taken);

  Storage& storage_;
  FieldCatalogue& fields_;
  AttributeLayouts& layouts_;
  const BatcherLimits limits_;
  std::array<Shard, kShards> shards_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::size_t pending_rows_ = 0, pending_bytes_ = 0, waiting_callers_ = 0, next_shard_ = 0;
  std::size_t last_callers_ = 0;
  bool stopping_ = false;     ///< stop() was called: no new writers
  std::vector<Batch> spare_;  ///< empty ones, whose columns have room already
  bool stopped_ = false;      ///< the last commit is done: nobody would answer a writer that is still decoding
  Counters counters_;
  std::string token_prefix_;

  std::vector<FieldCatalogue::Field> unstored_fields_;  // the commit thread's own, as is what follows
  Commit commit_;                                       ///< the latest one
  std::uint64_t token_number_ = 0;
  std::unique_ptr<AttributePromoter> promoter_;
  std::thread thread_;
};

}  // namespace tetrascope
