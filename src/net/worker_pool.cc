#include "net/worker_pool.h"

#include <pthread.h>

#include <exception>
#include <utility>

#include "base/log.h"

namespace tetrascope {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue) : capacity_(queue) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= capacity_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::stop() {
  std::vector<std::thread> threads;
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    dropped.swap(tasks_);
  }
  changed_.notify_all();
  dropped.clear();
  for (auto& thread : threads) thread.join();
}

void WorkerPool::run() {
  pthread_setname_np(pthread_self(), "worker");
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    try {
      task();
    } catch (const std::exception& error) {
      log_error("a task on the worker pool threw: {}", error.what());
    } catch (...) {
      log_error("a task on the worker pool threw something that is no exception");
    }
  }
}

}  // namespace tetrascope
