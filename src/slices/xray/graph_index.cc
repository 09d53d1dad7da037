#include "slices/xray/graph_index.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/floor.h"

namespace tetrascope::xray {
namespace {

constexpr std::int64_t kSecond = kNanosPerSecond, kMinute = 60 * kSecond, kHour = 60 * kMinute;
/// Rows are stored at most so long after they arrived: a commit gives up much earlier.
constexpr std::int64_t kLateCommit = 10 * kMinute;
/// Times of events in which new rows are looked for: the longest range of a graph, and the longest trace.
constexpr std::int64_t kWatched = 7 * kHour, kKept = 6 * kHour;
/// Of as many rows as a question of the engine is worth: each costs 0.3 s of CPU where an hour has a million spans, and
/// a row 3 KB of memory.
constexpr std::int64_t kSliceRows = 30'000;
/// What was saved longer ago is left: so much may have come since that it is quicker to begin with the newest.
constexpr std::int64_t kLongestGap = kHour;

UnixNanos minus(UnixNanos time, std::int64_t nanos) { return {time.value - nanos}; }

bool is_over(GraphIndex::Clock::time_point end) { return GraphIndex::Clock::now() > end; }

Error too_slow() { return {ErrorCode::kDeadlineExceeded, "the time range holds too much"}; }

}  // namespace

std::size_t GraphIndex::IdHash::operator()(const TraceId& id) const {
  std::uint64_t halves[2];
  static_assert(sizeof halves == sizeof id.bytes);
  std::memcpy(halves, id.bytes.data(), sizeof halves);
  return halves[0] * 0x9E3779B97F4A7C15U ^ halves[1];
}

plan::TimeRange GraphIndex::watched(UnixNanos now) {
  return {{floor_to(now.value, kHour) - kWatched}, plan::kAllTime.to};
}

void GraphIndex::clear() {
  started_ = false;
  slots_.clear();
  places_of_traces_.clear();
  places_ = {};
  facts_ = 0;
  ++cleared_;
  unsaved_.clear();
  last_key_.clear();
  last_saved_ = {};
}

Result<void> GraphIndex::reset(UnixNanos now) {
  clear();
  // In this order: a row that comes between the two questions is later found to be new.
  ASSIGN_OR_RETURN(seen_, rows_received(runner_, watched(now), {floor_to(now.value, kSecond) - kLateCommit}));
  ASSIGN_OR_RETURN(horizon_, last_row_time(runner_, now));
  ++horizon_.value;
  updated_ = now;
  started_ = true;
  return {};
}

/// Compares the rows of the last minutes with those that were taken in, and takes in the traces of those that differ.
Result<void> GraphIndex::update(Clock::time_point end) {
  const UnixNanos now = UnixNanos::now();
  if (!started_) {
    ASSIGN_OR_RETURN(const bool restored, restore_at(now));
    if (!restored) return reset(now);
  }
  if (now < updated_ || now.value - updated_.value > kLongestGap || places_.size() > kMostPlaces) return reset(now);
  const UnixNanos since{floor_to(updated_.value, kSecond) - kLateCommit};
  ASSIGN_OR_RETURN(const auto counts, rows_received(runner_, watched(now), since));
  seen_.erase(seen_.begin(), seen_.lower_bound(since));
  const auto is_new = [&](const auto& one) {
    const auto known = seen_.find(one.first);
    return known == seen_.end() || known->second != one.second;
  };
  for (auto first = std::ranges::find_if(counts, is_new); first != counts.end();) {
    std::int64_t rows = 0;
    auto last = first;
    for (; last != counts.end() && is_new(*last) && (rows == 0 || rows + last->second <= kSliceRows); ++last)
      rows += last->second;
    const UnixNanos until{std::prev(last)->first.value + kSecond};
    RETURN_IF_ERROR(
        each_trace_received(runner_, watched(now), first->first, until, [this](const Trace& trace) { put(trace); }));
    for (; first != last; ++first) seen_[first->first] = first->second;
    first = std::find_if(last, counts.end(), is_new);
    bound(now);
    if (first != counts.end() && is_over(end)) return std::unexpected(too_slow());
  }
  updated_ = now;
  bound(now);
  return {};
}

/// Reads back in time, slice by slice, until traces that began at `from` are there or memory is full.
Result<void> GraphIndex::extend(UnixNanos from, Clock::time_point end) {
  from = std::max(from, minus(updated_, kKept));
  if (from >= horizon_ || full()) return {};
  TraceScan scan(runner_, {from, horizon_}, RangeType::kTraceId, kSliceRows, {}, Detail::kGraph);
  while (!scan.done() && !full()) {
    // A slice is all in or not at all: nothing below horizon_ is counted before.
    ASSIGN_OR_RETURN(const bool more, scan.each([this](const Trace& trace) { put(trace); }));
    if (more) horizon_ = std::min(horizon_, scan.rest());
    if (!scan.done() && is_over(end)) return std::unexpected(too_slow());
  }
  return {};
}

void GraphIndex::remove(const TraceId& id) {
  const auto place = places_of_traces_.find(id);
  if (place == places_of_traces_.end()) return;
  const auto slot = slots_.find(place->second);
  places_of_traces_.erase(place);
  if (slot == slots_.end()) return;
  const auto found = std::ranges::find(slot->second, id, &Entry::id);
  if (found == slot->second.end()) return;
  facts_ -= found->count;
  *found = std::move(slot->second.back());
  slot->second.pop_back();
  if (slot->second.empty()) slots_.erase(slot);
}

void GraphIndex::keep(Entry entry) {
  facts_ += entry.count;
  const std::int64_t second = floor_to(entry.start.value, kSecond);
  places_of_traces_[entry.id] = second;
  slots_[second].push_back(std::move(entry));
}

const GraphIndex::Entry* GraphIndex::find(const TraceId& id) const {
  const auto place = places_of_traces_.find(id);
  const auto slot = place == places_of_traces_.end() ? slots_.end() : slots_.find(place->second);
  if (slot == slots_.end()) return nullptr;
  const auto found = std::ranges::find(slot->second, id, &Entry::id);
  return found == slot->second.end() ? nullptr : &*found;
}

void GraphIndex::put(const Trace& trace) {
  remove(trace.id());
  Entry entry;
  const auto facts = facts_of(trace, places_, entry.base);
  entry.id = trace.id();
  entry.start = first_time(trace);
  entry.count = static_cast<std::uint32_t>(facts.size());
  entry.facts = std::make_unique<Fact[]>(facts.size());
  std::ranges::copy(facts, entry.facts.get());
  unsaved_.insert(entry.id);
  keep(std::move(entry));
}

/// Forgets what is too old, or too much: from the oldest on.
void GraphIndex::bound(UnixNanos now) {
  const std::int64_t oldest = now.value - kKept;
  while (!slots_.empty()) {
    const auto& [second, slot] = *slots_.begin();
    // What began before the horizon came with an update: others of its time are not known.
    const bool incomplete = second + kSecond <= horizon_.value;
    if (!incomplete && facts_ <= most_facts_ && second >= oldest) break;
    for (const Entry& entry : slot) {
      facts_ -= entry.count;
      places_of_traces_.erase(entry.id);
    }
    horizon_ = std::max(horizon_, UnixNanos{incomplete ? horizon_.value : second + kSecond});
    slots_.erase(slots_.begin());
  }
}

Result<void> GraphIndex::sum(plan::TimeRange range, FactSink& sink, Clock::time_point end) {
  UnixNanos rest = range.to;
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(update(end));
    RETURN_IF_ERROR(extend(range.from, end));
    rest = std::clamp(horizon_, range.from, range.to);
    for (auto slot = slots_.lower_bound(floor_to(rest.value, kSecond)); slot != slots_.end(); ++slot) {
      if (slot->first >= range.to.value) break;
      for (const Entry& entry : slot->second) {
        if (entry.start >= rest && entry.start < range.to)
          sink.add(places_, entry.base, {entry.facts.get(), entry.count});
      }
    }
  }
  TraceScan scan(runner_, {range.from, rest}, RangeType::kTraceId, kSliceRows, {}, Detail::kGraph);
  Places places;
  while (!scan.done()) {
    ASSIGN_OR_RETURN(const bool more, scan.each([&](const Trace& trace) { add_trace(sink, places, trace); }));
    if (more && !scan.done() && is_over(end)) return std::unexpected(too_slow());
  }
  return {};
}

bool GraphIndex::is_behind() const { return started_ && !full() && horizon_ > minus(updated_, kHour); }

bool GraphIndex::has_work() const {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return lock.owns_lock() && (!started_ || is_behind() || !unsaved_.empty());
}

bool GraphIndex::catch_up() {
  bool behind = false;
  {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    const auto end = Clock::now() + std::chrono::milliseconds(400);
    // An error is one of the store, or of the time: the next call, or the next question, goes on from here.
    const auto updated = update(end);
    if (updated && !is_over(end)) (void)extend(minus(updated_, kHour), end);
    behind = is_behind() || (!updated && updated.error().code == ErrorCode::kDeadlineExceeded);
  }
  save();
  return behind;
}

}  // namespace tetrascope::xray
