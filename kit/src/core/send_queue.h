#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/deadline.h"
#include "core/ending.h"
#include "core/random.h"
#include "core/say.h"

namespace tetrascope::kit {

/// Each item that was offered is in `accepted` or `dropped`, and once it has left the queue in one of the others.
struct SendCounts {
  std::uint64_t accepted = 0;
  std::uint64_t dropped = 0;  // the queue was full
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;    // the server took the request and refused these
  std::uint64_t failed = 0;      // could not be sent
  std::uint64_t limited = 0;     // refused, as too many
  std::uint64_t sent_again = 0;  // of `sent`: the first answer was lost

  SendCounts& operator+=(const SendCounts& more) noexcept {
    accepted += more.accepted;
    dropped += more.dropped;
    sent += more.sent;
    rejected += more.rejected;
    failed += more.failed;
    limited += more.limited;
    sent_again += more.sent_again;
    return *this;
  }
};

struct SendLimits {
  std::size_t items;              // waiting or under way; more are dropped
  std::size_t bytes = SIZE_MAX;   // the same, by `queued_bytes`
  std::size_t items_at_once = 1;  // so many waiting ones, or so many bytes, are sent without delay
  std::size_t bytes_at_once = SIZE_MAX;
  long delay_ms = 0;  // otherwise the first waits so long for others
};

/// What an item counts against the bound of bytes; other kinds of items have one of their own beside them.
inline std::size_t queued_bytes(const std::string& item) noexcept { return item.size(); }

/// What empties a queue: made, used and destroyed on the queue's thread.
template <typename Item>
class QueueClient {
 public:
  virtual ~QueueClient() = default;
  /// What one request holds, at least one, from the front of `waiting`, which is not empty. Quick: callers wait.
  virtual std::vector<Item> take(std::deque<Item>& waiting) = 0;
  /// Sends, tries again, gives up; each of `batch` in one of the counts. Ends when the deadline has passed.
  virtual SendCounts send(std::vector<Item> batch, Deadline& deadline) = 0;
};

/// A bounded queue and the thread that empties it. `offer` never waits for the network; what is lost is counted and
/// said once. A forked child begins with an empty queue and a thread of its own: the parent sends what it had queued.
template <typename Item>
class SendQueue {
 public:
  using MakeClient = std::function<std::unique_ptr<QueueClient<Item>>()>;

  /// `what` is sent, in words, as `CloudWatch Logs events`.
  SendQueue(std::string what, SendLimits limits, MakeClient make_client)
      : what_(std::move(what)), limits_(limits), make_client_(std::move(make_client)) {
    random_bits();  // learns of forks from here on
    begin();
  }
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  /// Sends what waits, in the time that an Ending has.
  ~SendQueue() {
    if (is_parents()) return;
    state_->deadline.pull_in(ending_.begin());
    {
      std::lock_guard lock(state_->mutex);
      state_->stopping = true;
      state_->wake.notify_one();
    }
    state_->thread.join();
    ending_.over();
    say_lost(state_->counts);
    delete state_;
  }

  /// False: dropped. Not for two threads of a child at once before its first call has returned: callers hold a mutex.
  bool offer(Item item) {
    if (is_parents()) begin();
    State& state = *state_;
    const std::size_t bytes = queued_bytes(item);
    std::lock_guard lock(state.mutex);
    if (state.waiting.size() + state.under_way >= limits_.items || state.bytes + bytes > limits_.bytes) {
      ++state.counts.dropped;
      state.say_full = true;
      return false;
    }
    ++state.counts.accepted;
    state.bytes += bytes;
    state.bytes_waiting += bytes;
    state.waiting.push_back(std::move(item));
    if (state.waiting.size() == 1 || (!state.due && is_due(state))) {
      state.due = is_due(state);
      state.wake.notify_one();
    }
    return true;
  }

  /// Does not wait.
  void send_soon() {
    if (is_parents()) return;
    std::lock_guard lock(state_->mutex);
    state_->hurry = true;
    state_->wake.notify_one();
  }

  /// Waits until all that was offered before has been sent or given up. False when the time came first.
  bool flush(long timeout_ms) {
    if (is_parents()) return true;
    std::unique_lock lock(state_->mutex);
    state_->hurry = true;
    state_->wake.notify_one();
    return state_->idle.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                 [&] { return state_->waiting.empty() && state_->under_way == 0; });
  }

  SendCounts counts() const {
    if (is_parents()) return {};
    std::lock_guard lock(state_->mutex);
    return state_->counts;
  }

 private:
  // All that a fork breaks. The child makes its own and leaves the parent's, locked as it may be.
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::deque<Item> waiting;
    std::size_t under_way = 0;
    std::size_t bytes = 0;  // waiting and under way
    std::size_t bytes_waiting = 0;
    SendCounts counts;
    bool due = false;  // the thread has been told that there is enough for a request
    bool hurry = false;
    bool stopping = false;
    bool say_full = false;
    Deadline deadline;
    std::uint32_t generation = fork_generation();
    std::thread thread;
  };

  bool is_parents() const { return state_->generation != fork_generation(); }

  bool is_due(const State& state) const {
    return state.waiting.size() >= limits_.items_at_once || state.bytes_waiting >= limits_.bytes_at_once;
  }

  void begin() {
    state_ = new State;
    state_->thread = std::thread([this, state = state_] { run(*state); });
  }

  void run(State& state) {
    const std::unique_ptr<QueueClient<Item>> client = make_client_();
    std::unique_lock lock(state.mutex);
    for (;;) {
      state.wake.wait(lock, [&] { return state.stopping || state.hurry || !state.waiting.empty(); });
      state.wake.wait_for(lock, std::chrono::milliseconds(limits_.delay_ms),
                          [&] { return state.stopping || state.hurry || is_due(state); });
      while (!state.waiting.empty()) send_one(state, lock, *client);
      state.due = state.hurry = false;
      state.idle.notify_all();
      if (state.stopping) return;
    }
  }

  void send_one(State& state, std::unique_lock<std::mutex>& lock, QueueClient<Item>& client) {
    std::vector<Item> batch = client.take(state.waiting);
    std::size_t bytes = 0;
    for (const Item& each : batch) bytes += queued_bytes(each);
    state.under_way = batch.size();
    state.bytes_waiting -= bytes;
    const bool say_full = std::exchange(state.say_full, false);
    lock.unlock();  // also while something is said, which may be logged and come back here
    if (say_full) say_once(what_ + " queue", what_ + ": the queue is full; what comes is dropped and counted");
    const std::size_t count = batch.size();
    SendCounts counts;
    try {
      counts = client.send(std::move(batch), state.deadline);
    } catch (const std::exception& error) {  // of memory
      counts.failed = count;
      say_once(what_ + " exception", what_ + " could not be sent: " + error.what());
    }
    lock.lock();
    state.under_way = 0;  // counted against the bounds until they are gone
    state.bytes -= bytes;
    state.counts += counts;
  }

  void say_lost(const SendCounts& counts) const {
    if (counts.dropped + counts.failed + counts.limited == 0) return;
    say_once(what_ + " lost", what_ + " not delivered: " + std::to_string(counts.dropped) +
                                  " dropped at a full queue, " + std::to_string(counts.failed) +
                                  " could not be sent, " + std::to_string(counts.limited) + " over a rate limit");
  }

  const std::string what_;
  const SendLimits limits_;
  const MakeClient make_client_;
  State* state_ = nullptr;
  Ending ending_{[this] { send_soon(); }};
};

}  // namespace tetrascope::kit
