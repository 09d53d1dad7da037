// The part of the index that outlives a start: what changed is saved as a chain of chunks, each naming the one before
// it, so that whatever was lost, or written by another server, is noticed, and the index begins anew.

#include <algorithm>
#include <utility>

#include "slices/xray/graph_index.h"

namespace tetrascope::xray {
namespace {

/// Chunks that are looked for: traces of the last six hours changed since then, with an hour to spare.
constexpr std::int64_t kReadBack = std::int64_t{7} * 3'600 * kNanosPerSecond;
constexpr std::size_t kFactsOfChunk = 100'000, kUnsavedTraces = 20'000;
constexpr auto kSaveEvery = std::chrono::seconds(20);

}  // namespace

std::size_t GraphIndex::restore() {
  const std::lock_guard lock(mutex_);
  if (!started_) (void)restore_at(UnixNanos::now());  // an error: as if nothing had been saved
  return places_of_traces_.size();
}

/// False, and nothing is kept, when there is nothing to go on from.
Result<bool> GraphIndex::restore_at(UnixNanos now) {
  clear();
  std::optional<IndexState> state;
  StoredChunk
      next;  // the one that has to come now; of the first only what it has to be is known: the newest whole save
  bool broken = false;
  const plan::TimeRange range{{now.value - kReadBack}, {now.value + 1}};
  const auto use = [&](StoredChunk&& stored) {
    if (state && stored.key != next.key) return true;  // another server's
    auto chunk = read_fact_chunk(stored.bytes);
    broken = state && !chunk;
    if (broken || !chunk || (!state && !chunk->state)) return !broken;
    if (!state) {
      state = *chunk->state;
      last_key_ = stored.key;
      last_saved_ = stored.time;
    }
    next.key = chunk->previous;
    next.time = chunk->previous_time;
    put_saved(*std::move(chunk));
    return !next.key.empty() && !full();
  };
  const auto read = saved_.read(range, use);
  // A chunk that is missing although it is not too old: what it had would be missing in sums.
  broken = broken || (!next.key.empty() && next.time >= range.from && !full());
  if (!read || !state || broken || state->updated > now) {
    clear();
    if (!read) return std::unexpected(read.error());
    return false;
  }
  updated_ = state->updated;
  horizon_ = state->horizon;
  // Traces of chunks that found no room began before those were saved.
  if (!next.key.empty() && next.time >= range.from) horizon_ = std::max(horizon_, next.time);
  seen_ = std::move(state->seen);
  started_ = true;
  bound(now);
  return true;
}

/// Newer chunks come first: of what is known already, older facts are left.
void GraphIndex::put_saved(FactChunk&& chunk) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < chunk.places.size(); ++i) numbers.push_back(places_.number(chunk.places.at(i)));
  for (TraceFacts& trace : chunk.traces) {
    if (places_of_traces_.contains(trace.id)) continue;
    Entry entry;
    entry.id = trace.id;
    entry.start = trace.start;
    entry.base = trace.base;
    entry.count = static_cast<std::uint32_t>(trace.facts.size());
    entry.facts = std::make_unique<Fact[]>(trace.facts.size());
    std::ranges::transform(trace.facts, entry.facts.get(), [&](Fact fact) {
      fact.place = numbers[fact.place];
      return fact;
    });
    keep(std::move(entry));
  }
}

bool GraphIndex::is_save_due() const {
  if (!started_ || unsaved_.empty()) return false;
  return unsaved_.size() >= kUnsavedTraces || Clock::now() - last_try_ >= kSaveEvery;
}

/// The last of them has the state: without it the others say nothing.
std::vector<StoredChunk> GraphIndex::chunks_to_save() {
  std::vector<StoredChunk> chunks;
  std::string previous = last_key_;
  UnixNanos time = last_saved_;
  FactChunkWriter writer(places_);
  const auto finish = [&](const IndexState* state) {
    StoredChunk& chunk = chunks.emplace_back();
    chunk.key = FactStore::new_key();
    chunk.bytes = writer.take(previous, time, state);
    chunk.time = time = std::max(UnixNanos::now(), UnixNanos{time.value + 1});
    previous = chunk.key;
  };
  std::size_t facts = 0;
  for (const TraceId& id : unsaved_) {
    const Entry* entry = find(id);
    if (entry == nullptr) continue;  // forgotten since
    if (facts >= kFactsOfChunk) {
      finish(nullptr);
      facts = 0;
    }
    writer.add(id, entry->start, entry->base, {entry->facts.get(), entry->count});
    facts += entry->count + 1;
  }
  const IndexState state{updated_, horizon_, seen_};
  finish(&state);
  return chunks;
}

/// The store is written to without the lock: questions do not wait for a commit.
void GraphIndex::save() {
  std::vector<StoredChunk> chunks;
  Ids saving;
  std::uint64_t cleared = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!is_save_due()) return;
    chunks = chunks_to_save();
    saving = std::exchange(unsaved_, {});
    cleared = cleared_;
    last_try_ = Clock::now();
  }
  const std::string key = chunks.back().key;
  const UnixNanos time = chunks.back().time;
  const auto written = saved_.write(std::move(chunks));
  const std::lock_guard lock(mutex_);
  if (cleared != cleared_) return;  // what was saved is whole, but no longer what is here
  if (written) {
    last_key_ = key;
    last_saved_ = time;
  } else {
    unsaved_.merge(saving);
  }
}

}  // namespace tetrascope::xray
