#pragma once
// The one bounded pool that decodes, parses and shapes, so that network threads never do.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tetrascope {

class WorkerPool {
 public:
  using Task = std::move_only_function<void()>;
  /// `queue`: tasks that may wait; more are refused.
  WorkerPool(std::size_t threads, std::size_t queue);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or the pool has stopped; `task` is then untouched. A task that throws is logged, not
  /// fatal.
  [[nodiscard]] bool post(Task& task);
  /// Waits for the tasks that run and drops those that wait: nobody was promised them. Safe to call twice.
  void stop();

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::size_t capacity_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tetrascope
