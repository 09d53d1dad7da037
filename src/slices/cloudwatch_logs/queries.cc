#include "slices/cloudwatch_logs/queries.h"

#include <algorithm>

#include "base/log.h"
#include "slices/cloudwatch_logs/query_store.h"
#include "storage/question.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Status = StartedQuery::Status;

constexpr std::size_t kMostQueries = 1'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::size_t kMostStoredBytes = std::size_t{16} << 20;

std::size_t bytes_of(const Array& rows) {
  std::size_t bytes = 0;
  for (const Value& row : rows) {
    const auto* cells = row.as<Array>();
    if (cells == nullptr) continue;
    for (const Value& cell : *cells) {
      const auto* object = cell.as<Object>();
      if (object == nullptr) continue;
      for (const auto& [key, value] : *object) {
        const auto* text = value.as<std::string>();
        bytes += key.size() + (text == nullptr ? 0 : text->size()) + sizeof(Value);
      }
    }
  }
  return bytes;
}

}  // namespace

std::string_view status_name(Status status) {
  switch (status) {
    case Status::kRunning:
      return "Running";
    case Status::kComplete:
      return "Complete";
    case Status::kFailed:
      return "Failed";
    case Status::kCancelled:
      return "Cancelled";
    case Status::kTimeout:
      return "Timeout";
  }
  return "Unknown";
}

bool Queries::start(StartedQuery query, std::function<Result<QueryOutcome>()> work) {
  load();
  const auto entry = std::make_shared<Entry>();
  entry->query = std::move(query);
  WorkerPool::Task task = [this, entry, work = std::move(work)] {
    {
      const std::scoped_lock lock(mutex_);
      if (entry->query.status != Status::kRunning) return;
    }
    const Question question;
    const auto begin = std::chrono::steady_clock::now();
    auto outcome = work();
    const auto took = std::chrono::steady_clock::now() - begin;
    finish(entry, std::move(outcome), std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  };
  {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(entry);
  }
  if (middle_.queries.post(task)) return true;
  const std::scoped_lock lock(mutex_);
  std::erase(entries_, entry);
  return false;
}

void Queries::finish(const EntryPtr& entry, Result<QueryOutcome> outcome, std::int64_t duration_ms) {
  StartedQuery ended;
  {
    const std::scoped_lock lock(mutex_);
    ended = entry->query;
  }
  ended.duration_ms = duration_ms;
  if (outcome) {
    ended.outcome = *std::move(outcome);
    ended.status = Status::kComplete;
  } else {
    log_warning("a Logs Insights query failed: {}", outcome.error().message);
    ended.status = outcome.error().code == ErrorCode::kDeadlineExceeded ? Status::kTimeout : Status::kFailed;
  }
  // Before anybody sees that it has ended: what a client has seen is there after a restart.
  const std::size_t stored = store_query(middle_.control, ended);
  std::vector<EntryPtr> gone;
  {
    const std::scoped_lock lock(mutex_);
    entry->stored = stored;
    if (entry->query.status == Status::kRunning) {
      entry->bytes = bytes_of(ended.outcome.rows);
      entry->query = std::move(ended);
    } else if (stored > 0) {  // stopped meanwhile
      entry->stored = 0;
      gone.push_back(entry);
    }
    for (EntryPtr& old : forget_old()) gone.push_back(std::move(old));
    changed_.notify_all();
  }
  for (const EntryPtr& old : gone) forget_query(middle_.control, old->query);
}

void Queries::load() {
  std::call_once(loaded_, [this] {
    auto stored = load_queries(middle_.control);
    const std::scoped_lock lock(mutex_);
    for (auto one = stored.rbegin(); one != stored.rend(); ++one) {
      const auto entry = std::make_shared<Entry>();
      entry->query = std::move(one->query);
      entry->bytes = bytes_of(entry->query.outcome.rows);
      entry->stored = one->bytes;
      entries_.push_front(entry);
    }
  });
}

/// The newest one stays, however large.
std::vector<Queries::EntryPtr> Queries::forget_old() {
  std::vector<EntryPtr> gone;
  std::size_t bytes = 0;
  std::size_t stored = 0;
  for (const auto& entry : entries_) {
    bytes += entry->bytes;
    stored += entry->stored;
  }
  const auto forget_document = [&](const EntryPtr& entry) {
    if (entry->stored == 0) return;
    stored -= entry->stored;
    entry->stored = 0;
    gone.push_back(entry);
  };
  while (entries_.size() > 1 && (entries_.size() > kMostQueries || bytes > kMostBytes)) {
    bytes -= entries_.front()->bytes;
    forget_document(entries_.front());
    entries_.pop_front();
  }
  for (const auto& entry : entries_) {
    if (stored <= kMostStoredBytes) break;
    forget_document(entry);
  }
  return gone;
}

Queries::EntryPtr Queries::find(const std::string& region, const std::string& id) {
  const auto found = std::ranges::find_if(
      entries_, [&](const EntryPtr& entry) { return entry->query.id == id && entry->query.region == region; });
  return found == entries_.end() ? nullptr : *found;
}

std::optional<StartedQuery> Queries::wait(const std::string& region, const std::string& id,
                                          std::chrono::milliseconds patience) {
  load();
  std::unique_lock lock(mutex_);
  const EntryPtr entry = find(region, id);
  if (!entry) return std::nullopt;
  changed_.wait_for(lock, patience, [&] { return entry->query.status != Status::kRunning; });
  return entry->query;
}

std::optional<bool> Queries::stop(const std::string& region, const std::string& id) {
  load();
  const std::scoped_lock lock(mutex_);
  const EntryPtr entry = find(region, id);
  if (!entry) return std::nullopt;
  if (entry->query.status != Status::kRunning) return false;
  entry->query.status = Status::kCancelled;
  changed_.notify_all();
  return true;
}

std::vector<StartedQuery> Queries::list(const std::string& region) {
  load();
  const std::scoped_lock lock(mutex_);
  std::vector<StartedQuery> queries;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const StartedQuery& query = (*entry)->query;
    if (query.region != region) continue;
    StartedQuery shown = {query.id,         query.region,      query.shown_query, query.groups,
                          query.created_ms, query.duration_ms, query.status,      {}};
    shown.outcome.bytes = query.outcome.bytes;
    queries.push_back(std::move(shown));
  }
  return queries;
}

}  // namespace tetrascope::cloudwatch_logs
