#include "slices/cloudwatch_logs/queries.h"

#include <algorithm>

#include "base/log.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Status = StartedQuery::Status;

constexpr std::size_t kMostQueries = 1'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

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
  const auto entry = std::make_shared<Entry>();
  entry->query = std::move(query);
  WorkerPool::Task task = [this, entry, work = std::move(work)] {
    {
      const std::scoped_lock lock(mutex_);
      if (entry->query.status != Status::kRunning) return;
    }
    const auto begin = std::chrono::steady_clock::now();
    auto outcome = work();
    const auto took = std::chrono::steady_clock::now() - begin;
    finish(entry, std::move(outcome), std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  };
  {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(entry);
    forget_old();
  }
  if (middle_.queries.post(task)) return true;
  const std::scoped_lock lock(mutex_);
  std::erase(entries_, entry);
  return false;
}

void Queries::finish(const EntryPtr& entry, Result<QueryOutcome> outcome, std::int64_t duration_ms) {
  const std::scoped_lock lock(mutex_);
  StartedQuery& query = entry->query;
  query.duration_ms = duration_ms;
  if (query.status == Status::kRunning) {
    if (outcome) {
      entry->bytes = bytes_of(outcome->rows);
      query.outcome = *std::move(outcome);
      query.status = Status::kComplete;
    } else {
      log_warning("a Logs Insights query failed: {}", outcome.error().message);
      query.status = outcome.error().code == ErrorCode::kDeadlineExceeded ? Status::kTimeout : Status::kFailed;
    }
  }
  forget_old();
  changed_.notify_all();
}

/// The newest one stays, however large.
void Queries::forget_old() {
  std::size_t bytes = 0;
  for (const auto& entry : entries_) bytes += entry->bytes;
  while (entries_.size() > 1 && (entries_.size() > kMostQueries || bytes > kMostBytes)) {
    bytes -= entries_.front()->bytes;
    entries_.pop_front();
  }
}

Queries::EntryPtr Queries::find(const std::string& region, const std::string& id) {
  const auto found = std::ranges::find_if(
      entries_, [&](const EntryPtr& entry) { return entry->query.id == id && entry->query.region == region; });
  return found == entries_.end() ? nullptr : *found;
}

std::optional<StartedQuery> Queries::wait(const std::string& region, const std::string& id,
                                          std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const EntryPtr entry = find(region, id);
  if (!entry) return std::nullopt;
  changed_.wait_for(lock, patience, [&] { return entry->query.status != Status::kRunning; });
  return entry->query;
}

std::optional<bool> Queries::stop(const std::string& region, const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const EntryPtr entry = find(region, id);
  if (!entry) return std::nullopt;
  if (entry->query.status != Status::kRunning) return false;
  entry->query.status = Status::kCancelled;
  changed_.notify_all();
  return true;
}

std::vector<StartedQuery> Queries::list(const std::string& region) {
  const std::scoped_lock lock(mutex_);
  std::vector<StartedQuery> queries;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const StartedQuery& query = (*entry)->query;
    if (query.region != region) continue;
    StartedQuery shown = {query.id,         query.region,      query.shown_query, query.group,
                          query.created_ms, query.duration_ms, query.status,      {}};
    shown.outcome.bytes = query.outcome.bytes;
    queries.push_back(std::move(shown));
  }
  return queries;
}

}  // namespace tetrascope::cloudwatch_logs
