#include "storage/journal/journaled_storage.h"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/journal/engine_feed.h"
#include "storage/journal/segment.h"
#include "storage/question.h"

namespace tetrascope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kMostTokens = 1'000;  // of the latest inserts: a commit is repeated within seconds

class JournaledStorage final : public Storage {
 public:
  JournaledStorage(std::unique_ptr<Storage> engine, JournalOptions options, std::uint64_t first_segment)
      : engine_(std::move(engine)),
        options_(std::move(options)),
        feed_(*engine_, options_.directory / "refused"),
        next_segment_(first_segment),
        thread_([this] { run(); }) {}

  ~JournaledStorage() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      give_up_ = Clock::now() + options_.patience;
      changed_.notify_all();
    }
    thread_.join();
  }

  Result<void> insert(const Insert& rows) override { return commit({&rows, 1}); }

  /// All or nothing: one record, and one sync.
  Result<void> commit(std::span<const Insert> inserts) override {
    std::shared_ptr<JournalSegment> segment;
    std::size_t place = 0;
    {
      std::unique_lock lock(mutex_);
      const std::vector<Insert> fresh = without_known(inserts);
      if (fresh.empty()) return {};
      RETURN_IF_ERROR(wait_for_room(lock, bytes_of(fresh)));
      ASSIGN_OR_RETURN(segment, open_segment());
      const auto written = segment->append(rows_of(fresh));
      if (!written) {
        hurry();  // perhaps this file alone has no room, or is broken
        return std::unexpected(written.error());
      }
      place = *written;
      for (const Insert& rows : fresh) stage(rows, place);
    }
    auto synced = segment->sync(place);
    const std::lock_guard lock(mutex_);
    // What is not on disk was not acknowledged: run() takes it back before anything of this file goes to the engine.
    if (!synced)
      hurry();
    else
      for (const Insert& rows : inserts) remember(rows);
    return synced;
  }

  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    wait_until_stored(Question::began());
    return engine_->execute(statement, bounds);
  }

  Result<void> change_schema(std::string_view ddl) override {
    wait_until_stored();
    return engine_->change_schema(ddl);
  }

  Result<void> change_rows(const Statement& statement) override {
    wait_until_stored();
    return engine_->change_rows(statement);
  }

  Result<void> between_inserts(const std::function<Result<void>(Storage& engine)>& change) override {
    constexpr int kMostWaits = 6;  // of question_patience each: whoever changes the store has time
    bool stored = wait_until_stored();
    for (int wait = 1; !stored && wait < kMostWaits && !backlog().failing; ++wait) stored = wait_until_stored();
    if (!stored)
      return fail(ErrorCode::kUnavailable, "the engine does not take what was acknowledged; try again later");
    // What is staged from here on waits: block numbers must not change while a sending is in doubt (engine_feed.h).
    const std::lock_guard feeding(feeding_);
    return change(*engine_);
  }

  [[nodiscard]] Backlog backlog() const override {
    const std::lock_guard lock(mutex_);
    return {staged_bytes_ + sending_bytes_, options_.staged_bytes, stored_, failing_};
  }

  Result<Usage> usage() override {
    wait_until_stored(Question::began());
    return engine_->usage();
  }

  void end_queries() override { engine_->end_queries(); }

 private:
  // The lock is held in what follows.

  void hurry() {
    urgent_ = true;
    changed_.notify_all();
  }

  /// What is larger than the room altogether goes in alone.
  Result<void> wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
    const auto has_room = [this, bytes] {
      const std::size_t taken = staged_bytes_ + sending_bytes_;
      return taken == 0 || taken + bytes <= options_.staged_bytes;
    };
    if (has_room()) return {};
    hurry();
    if (changed_.wait_for(lock, options_.patience, has_room)) return {};
    return fail(ErrorCode::kUnavailable, "the server is behind with storing; send it again");
  }

  /// The file that is written to.
  Result<std::shared_ptr<JournalSegment>> open_segment() {
    if (!segment_) {
      const auto path = options_.directory / fmt::format("{:016x}{}", next_segment_++, kSuffix);
      ASSIGN_OR_RETURN(segment_, JournalSegment::create(path));
    }
    return segment_;
  }

  static std::string token_key(const Insert& rows) { return fmt::format("{}/{}", rows.table, rows.token); }

  /// Those that were not acknowledged before.
  std::vector<Insert> without_known(std::span<const Insert> inserts) const {
    std::vector<Insert> fresh;
    for (const Insert& rows : inserts)
      if (rows.token.empty() || !tokens_.contains(token_key(rows))) fresh.push_back(rows);
    return fresh;
  }

  void remember(const Insert& rows) {
    if (rows.token.empty() || !tokens_.insert(token_key(rows)).second) return;
    token_order_.push_back(token_key(rows));
    if (token_order_.size() <= kMostTokens) return;
    tokens_.erase(token_order_.front());
    token_order_.pop_front();
  }

  static std::size_t bytes_of(std::span<const Insert> inserts) {
    std::size_t bytes = 0;
    for (const Insert& one : inserts) bytes += one.native.size();
    return bytes;
  }

  static std::vector<SegmentRows> rows_of(std::span<const Insert> inserts) {
    std::vector<SegmentRows> rows;
    for (const Insert& one : inserts) rows.push_back({one.table, one.native, one.partition});
    return rows;
  }

  void stage(const Insert& rows, std::size_t place) {
    staged_.try_emplace(std::string(rows.table)).first->second.add({rows.table, rows.native, rows.partition}, place);
    if (staged_bytes_ == 0) staged_since_ = Clock::now();
    const bool was_enough = staged_bytes_ >= options_.gather_bytes;
    staged_bytes_ += rows.native.size();
    if (staged_bytes_ == rows.native.size() || (!was_enough && staged_bytes_ >= options_.gather_bytes))
      changed_.notify_all();
  }

  // It is not held from here on.

  /// What was acknowledged before `asked` is in the tables after it; false: the engine takes nothing, or is slow.
  bool wait_until_stored(Clock::time_point asked = Clock::now()) {
    std::unique_lock lock(mutex_);
    last_question_ = Clock::now();
    const bool staged = staged_bytes_ > 0 && staged_since_ <= asked;
    if (!staged && (sending_bytes_ == 0 || sending_since_ > asked)) return true;
    const std::uint64_t wanted = staged ? taken_ + 1 : taken_;
    if (staged) {
      urgent_ = true;
      changed_.notify_all();
    }
    changed_.wait_for(lock, options_.question_patience, [&] { return stored_ >= wanted || failing_; });
    return stored_ >= wanted;
  }

  /// False when there is nothing left to do.
  bool wait_for_work(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [this] { return stopping_ || staged_bytes_ > 0; });
    if (staged_bytes_ == 0) return false;
    // Who asks now and then should not stand behind a large insert.
    const bool asked = Clock::now() - last_question_ < options_.questions;
    const auto gather = asked ? std::min(options_.gather, options_.asked_gather) : options_.gather;
    changed_.wait_until(lock, staged_since_ + gather,
                        [this] { return stopping_ || urgent_ || staged_bytes_ >= options_.gather_bytes; });
    return true;
  }

  void run() {
    pthread_setname_np(pthread_self(), "journal");
    std::unique_lock lock(mutex_);
    while (wait_for_work(lock)) {
      SegmentContent content = std::exchange(staged_, std::exchange(spare_, {}));
      const auto segment = std::exchange(segment_, nullptr);
      sending_bytes_ = std::exchange(staged_bytes_, 0);
      sending_since_ = staged_since_;
      urgent_ = false;
      ++taken_;
      const bool stored = feed(lock, *segment, content);
      spare_ = emptied(std::move(content));
      sending_bytes_ = 0;
      ++stored_;
      changed_.notify_all();
      if (!stored) return;  // stopping: the next process finds it in the journal
    }
  }

  /// The same tables without rows: the next ones that are staged need not grow again. Of all together no more is kept
  /// than is gathered at once.
  SegmentContent emptied(SegmentContent content) const {
    std::size_t kept = 0;
    for (auto& [table, rows] : content) {
      kept += rows.native.capacity();
      if (kept > options_.gather_bytes) kept -= std::exchange(rows.native, {}).capacity();
      rows.native.clear();
      rows.ends.clear();
      rows.sendings.clear();
    }
    return content;
  }

  /// Repeats until the engine has everything; false when the server stops before.
  bool feed(std::unique_lock<std::mutex>& lock, JournalSegment& segment, SegmentContent& content) {
    lock.unlock();
    const std::size_t durable = segment.close_rows();
    for (auto& [table, rows] : content) rows.cut(durable);
    lock.lock();
    for (std::chrono::milliseconds pause{20};; pause = std::min(pause * 2, std::chrono::milliseconds{500})) {
      lock.unlock();
      std::unique_lock feeding(feeding_);
      const auto stored = feed_.store(segment, content, EngineFeed::Attempts::kMine);
      if (stored) segment.remove();
      feeding.unlock();
      lock.lock();
      if (failing_ != !stored.has_value()) {
        failing_ = !stored;
        if (failing_)
          log_error("the engine takes no rows: {}; they wait in the journal", stored.error().message);
        else
          log_info("the engine takes rows again");
        changed_.notify_all();
      }
      if (stored) return true;
      if (stopping_ && Clock::now() > give_up_) return false;
      changed_.wait_for(lock, pause);
    }
  }

  std::unique_ptr<Storage> engine_;
  const JournalOptions options_;
  EngineFeed feed_;  // the thread's own

  std::mutex feeding_;  // held while rows are on their way to the engine; never taken under mutex_

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::shared_ptr<JournalSegment> segment_;  ///< what is staged is in it; null when nothing is
  SegmentContent staged_, spare_;
  Clock::time_point staged_since_, sending_since_;  ///< when the first of them came
  std::size_t staged_bytes_ = 0;
  std::size_t sending_bytes_ = 0;
  Clock::time_point last_question_;
  std::uint64_t taken_ = 0, stored_ = 0;  ///< how often what was staged was taken, and was done with
  std::uint64_t next_segment_;
  std::unordered_set<std::string> tokens_;  ///< of what was acknowledged, the latest
  std::deque<std::string> token_order_;
  bool urgent_ = false;   ///< somebody waits
  bool failing_ = false;  ///< the engine refuses: nobody should wait for it
  bool stopping_ = false;
  Clock::time_point give_up_;  ///< when a server that stops leaves to the next one what the engine does not take
  std::thread thread_;
};

struct Left {
  std::filesystem::path path;
  std::uint64_t number;
};

/// Segments of an earlier process, oldest first.
Result<std::vector<Left>> find_left(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::vector<Left> left;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() == kSuffix) left.push_back({path, std::strtoull(path.stem().c_str(), nullptr, 16)});
  }
  if (error)
    return fail(ErrorCode::kUnavailable, fmt::format("cannot use the journal {}: {}; change its permissions",
                                                     directory.string(), error.message()));
  std::ranges::sort(left, {}, &Left::number);
  return left;
}

Result<void> store_left(Storage& engine, const JournalOptions& options, const Left& left) {
  EngineFeed feed(engine, options.directory / "refused");
  ASSIGN_OR_RETURN(const auto segment, JournalSegment::open(left.path));
  ASSIGN_OR_RETURN(JournalSegment::Reading reading, segment->read());
  if (reading.lost > 0)
    log_warning("journal: {} ends with {} bytes that were never acknowledged", left.path.string(), reading.lost);
  if (const auto stored = feed.store(*segment, reading.content, EngineFeed::Attempts::kAnothers); !stored) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("what was acknowledged before waits in {} and cannot be stored: {}", left.path.string(),
                            stored.error().message));
  }
  segment->remove();
  return {};
}

}  // namespace

Result<std::unique_ptr<Storage>> open_journaled(std::unique_ptr<Storage> engine, const JournalOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Left> left, find_left(options.directory));
  for (const Left& one : left) RETURN_IF_ERROR(store_left(*engine, options, one));
  if (!left.empty()) log_info("stored what an earlier process left in the journal: {} files", left.size());
  const std::uint64_t next = left.empty() ? 1 : left.back().number + 1;
  return std::make_unique<JournaledStorage>(std::move(engine), options, next);
}

}  // namespace tetrascope
