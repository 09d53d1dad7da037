#include "ingest/batcher.h"

#include <fmt/core.h>
#include <malloc.h>
#include <pthread.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "ingest/attribute_promoter.h"
#include "ingest/field_store.h"

namespace tetrascope {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t total(const TableRows& rows) {
  std::size_t sum = 0;
  for (const std::size_t count : rows) sum += count;
  return sum;
}

std::size_t memory(const Batch& batch) {
  std::size_t bytes = 0;
  Batch::each(batch, [&](std::string_view, const auto& columns) { bytes += columns.memory(); });
  return bytes;
}

void take_back(Batch& batch, const TableRows& rows) {
  std::size_t table = 0;
  Batch::each(batch, [&](std::string_view, auto& columns) { columns.truncate(rows[table++]); });
}

/// A decoder that forgot a column must not shift the values of every row behind it.
Result<void> check_aligned(const Batch& batch) {
  std::string message;
  Batch::each(batch, [&](std::string_view table, const auto& columns) {
    if (const auto column = columns.misaligned(); !column.empty())
      message = fmt::format("{}.{} is misaligned", table, column);
  });
  if (message.empty()) return {};
  return fail(ErrorCode::kInternal, std::move(message));
}

/// A batch that held more is not kept: its columns would keep the memory of the largest for ever.
constexpr std::size_t kMostSpareBytes = std::size_t{32} << 20;

bool for_now(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded ||
         error.code == ErrorCode::kTooLarge;
}

/// What a caller may know of a failed commit: whether it can come again.
Error not_stored(ErrorCode code) {
  if (code == ErrorCode::kInvalid) return {code, "these records cannot be stored"};
  return {ErrorCode::kUnavailable, "the store cannot take data just now; send it again"};
}

}  // namespace

Batcher::Batcher(Storage& storage, FieldCatalogue& fields, AttributeLayouts& layouts, BatcherLimits limits)
    : storage_(storage),
      fields_(fields),
      layouts_(layouts),
      limits_(limits),
      promoter_(std::make_unique<AttributePromoter>(storage, layouts)) {
  for (Shard& shard : shards_) shard.batch = fresh_batch();
  std::random_device random;
  token_prefix_ = fmt::format("{:08x}{:08x}", random(), random());
  thread_ = std::thread([this] { run(); });
}

Batcher::~Batcher() { stop(); }

Result<void> Batcher::write(const Decode& decode, Done done) {
  std::size_t first = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return fail(ErrorCode::kUnavailable, "the server is stopping; send it again");
    if (pending_rows_ >= limits_.pending_rows || pending_bytes_ >= limits_.pending_bytes) {
      return fail(ErrorCode::kUnavailable, "the server is behind with storing; send it again");
    }
    first = next_shard_++;
  }
  Shard* shard = &shards_[first % kShards];
  std::unique_lock shard_lock(shard->mutex, std::try_to_lock);
  for (std::size_t i = 1; i < kShards && !shard_lock; ++i) {
    shard = &shards_[(first + i) % kShards];
    shard_lock = std::unique_lock(shard->mutex, std::try_to_lock);
  }
  if (!shard_lock) {
    shard = &shards_[first % kShards];
    shard_lock = std::unique_lock(shard->mutex);
  }

  Caller caller;
  caller.begin = rows_of(shard->batch);
  Result<void> decoded = decode(shard->batch);
  if (decoded) decoded = check_aligned(shard->batch);
  if (!decoded) {
    take_back(shard->batch, caller.begin);
    // Without rows it would never be committed, and what refused requests left in its dictionaries would stay and grow.
    if (total(caller.begin) == 0) shard->batch = fresh_batch();
    return decoded;
  }
  caller.end = rows_of(shard->batch);
  const std::size_t rows = total(caller.end) - total(caller.begin);
  if (rows == 0) {
    shard_lock.unlock();
    done({});
    return {};
  }
  const std::size_t bytes_before = std::exchange(shard->bytes, memory(shard->batch));
  const std::size_t bytes = shard->bytes - std::min(bytes_before, shard->bytes);
  caller.done = std::move(done);
  caller.rows = rows;
  caller.bytes = bytes;
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_) {
      shard->callers.push_back(std::move(caller));
      pending_rows_ += rows;
      pending_bytes_ += bytes;
      ++waiting_callers_;
      changed_.notify_all();
      return {};
    }
  }
  take_back(shard->batch, caller.begin);
  return fail(ErrorCode::kUnavailable, "the server is stopping; send it again");
}

/// An empty batch: one that was committed before when there is one, since growing the columns of a new one costs a
/// tenth of what decoding into them does.
Batch Batcher::fresh_batch() {
  {
    const std::lock_guard lock(mutex_);
    while (!spare_.empty()) {
      Batch batch = std::move(spare_.back());
      spare_.pop_back();
      if (batch.has(layouts_)) return batch;
    }
  }
  Batch batch;
  batch.use(layouts_);
  return batch;
}

void Batcher::recycle(std::span<Taken> taken) {
  bool was_large = false;
  for (Taken& one : taken) {
    if (memory(one.batch) > kMostSpareBytes) {
      was_large = true;
      one.batch = Batch();
      continue;
    }
    one.batch.clear();
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kShards) spare_.push_back(std::move(one.batch));
  }
  // What large requests needed is free in the arenas of many threads, and would stay there beside what others need.
  if (was_large) malloc_trim(0);
}

void Batcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Batcher::Counters Batcher::counters() const {
  const std::lock_guard lock(mutex_);
  Counters counters = counters_;
  counters.pending_rows = pending_rows_;
  counters.pending_bytes = pending_bytes_;
  return counters;
}

/// False when there is nothing left to do.
bool Batcher::wait_for_work() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || waiting_callers_ > 0; });
  if (waiting_callers_ == 0) {
    stopped_ = true;
    return false;
  }
  // An insert has a fixed price, so it pays to wait for those who are likely to come: as many as came last time. A lone
  // client that waits for its answer before it sends again is never made to wait for company.
  changed_.wait_until(lock, Clock::now() + limits_.gather, [this] {
    return stopping_ || waiting_callers_ >= last_callers_ || pending_rows_ >= limits_.commit_rows;
  });
  return true;
}

void Batcher::run() {
  pthread_setname_np(pthread_self(), "batcher");
  while (wait_for_work()) {
    std::vector<Taken> taken;
    std::size_t callers = 0;
    for (auto& shard : shards_) {
      const std::lock_guard shard_lock(shard.mutex);
      if (shard.callers.empty()) continue;
      callers += shard.callers.size();
      taken.push_back({std::exchange(shard.batch, fresh_batch()), std::exchange(shard.callers, {})});
      shard.bytes = 0;
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_callers_ -= callers;
      last_callers_ = callers;
    }
    // What is large goes one by one: together it would stand several times in memory, as columns, blocks and journal.
    const bool is_large =
        std::ranges::any_of(taken, [](const Taken& one) { return memory(one.batch) > kMostSpareBytes / 2; });
    const std::size_t together = is_large ? 1 : taken.size();
    for (std::span<Taken> rest = taken; !rest.empty(); rest = rest.subspan(together)) commit(rest.first(together));
  }
}

void Batcher::commit(std::span<Taken> taken) {
  if (const auto stored = store_fields(taken); !stored)
    log_warning("field catalogue not stored: {}", stored.error().message);

  commit_.clear();
  for (const Taken& one : taken) commit_.add(one.batch, {}, rows_of(one.batch));
  const std::vector<Insert> inserts = inserts_of(commit_);
  if (const auto stored = repeat([&] { return storage_.commit(inserts); }); !stored) {
    log_error("commit failed: {}", stored.error().message);
    for (const Insert& insert : inserts) store_alone(taken, insert, stored.error());
  }
  answer(taken);
  for (const Taken& one : taken) promoter_->observe(one.batch);
  recycle(taken);
}

std::vector<Insert> Batcher::inserts_of(const Commit& commit) {
  std::vector<Insert> inserts;
  for (const Commit::Piece* piece : commit.pieces())
    inserts.push_back({table_name(piece->table), piece->native.view(), next_token(), piece->week});
  return inserts;
}

/// The rows of a table and week, of a commit that failed. When somebody's rows are not acceptable, each caller's go in
/// for themselves, so that only the culprit's fail.
void Batcher::store_alone(std::span<Taken> taken, const Insert& insert, const Error& why) {
  const bool later = for_now(why);
  if (!later && repeat([&] { return storage_.insert(insert); })) return;  // once: its token is the commit's
  for (Taken& one : taken) {
    for (Caller& caller : one.callers) {
      for (std::size_t table = 0; table < kBatchTables; ++table) {
        if (table_name(table) != insert.table || caller.begin[table] == caller.end[table]) continue;
        const auto failed = later ? why.code : store_rows_of(one.batch, caller, table, insert.partition);
        if (failed) caller.failed = failed;
      }
    }
  }
}

std::optional<ErrorCode> Batcher::store_rows_of(const Batch& batch, const Caller& caller, std::size_t table,
                                                std::int64_t week) {
  Commit mine;
  mine.add(batch, table, caller.begin[table], caller.end[table]);
  for (const Insert& insert : inserts_of(mine)) {
    if (insert.partition != week) continue;
    if (const auto stored = repeat([&] { return storage_.insert(insert); }); !stored) return stored.error().code;
  }
  return std::nullopt;
}

std::string Batcher::next_token() { return fmt::format("{}-{}", token_prefix_, ++token_number_); }

Result<void> Batcher::repeat(const std::function<Result<void>()>& store) {
  const auto give_up = Clock::now() + limits_.retry_for;
  for (std::chrono::milliseconds pause{20};; pause = std::min(pause * 2, std::chrono::milliseconds{500})) {
    Result<void> stored = store();
    if (stored || !for_now(stored.error()) || Clock::now() + pause > give_up) return stored;
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, pause, [this] { return stopping_; })) return stored;
  }
}

Result<void> Batcher::store_fields(std::span<const Taken> taken) {
  const UnixNanos now = UnixNanos::now();
  const auto note = [&](Signal signal, FieldSightings& sightings) {
    for (auto& field : fields_.merge(signal, sightings, now)) unstored_fields_.push_back(std::move(field));
  };
  for (const Taken& one : taken) {
    auto seen = one.batch.fields;
    one.batch.spans.attributes.collect(seen.spans);
    one.batch.logs.attributes.collect(seen.logs);
    one.batch.occurrences.attributes.collect(seen.occurrences);
    one.batch.metrics.attributes.collect(seen.metrics);
    note(Signal::kSpans, seen.spans);
    note(Signal::kLogs, seen.logs);
    note(Signal::kOccurrences, seen.occurrences);
    note(Signal::kMetrics, seen.metrics);
  }
  if (unstored_fields_.empty()) return {};
  const std::string native = encode_fields(unstored_fields_);
  const Insert insert{"fields", native, next_token(), 0};
  RETURN_IF_ERROR(repeat([&] { return storage_.insert(insert); }));
  unstored_fields_.clear();
  return {};
}

void Batcher::answer(std::span<Taken> taken) {
  std::size_t rows = 0;
  std::size_t bytes = 0;
  std::size_t failed = 0;
  for (const Taken& one : taken) {
    for (const Caller& caller : one.callers) {
      rows += caller.rows;
      bytes += caller.bytes;
      failed += caller.failed ? 1 : 0;
    }
  }
  {
    // Before anybody is answered: who has an answer and looks at the counters finds its rows in them.
    const std::lock_guard lock(mutex_);
    pending_rows_ -= rows;
    pending_bytes_ -= bytes;
    ++counters_.commits;
    counters_.rows += rows;
    if (failed > 0) ++counters_.failed_commits;
  }
  for (Taken& one : taken) {
    for (Caller& caller : one.callers) {
      if (caller.failed)
        caller.done(std::unexpected(not_stored(*caller.failed)));
      else
        caller.done({});
    }
  }
}

}  // namespace tetrascope
