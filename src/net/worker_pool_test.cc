#include "net/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tetrascope {
namespace {

TEST(WorkerPool, StopEndsWhatRunsAndDropsWhatWaits) {
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> ran = 0;
  std::atomic<int> dropped = 0;
  WorkerPool pool(1, 1000);
  WorkerPool::Task running = [&] {
    started.set_value();
    release.get_future().wait();
    ++ran;
  };
  ASSERT_TRUE(pool.post(running));
  started.get_future().wait();
  for (int i = 0; i < 500; ++i) {
    WorkerPool::Task waiting = [&ran, mark = std::shared_ptr<void>(nullptr, [&dropped](void*) { ++dropped; })] {
      ++ran;
    };
    ASSERT_TRUE(pool.post(waiting));
  }
  std::thread stopper([&pool] { pool.stop(); });
  while (dropped < 500) std::this_thread::yield();
  WorkerPool::Task late = [] {};
  EXPECT_FALSE(pool.post(late));
  release.set_value();
  stopper.join();
  EXPECT_EQ(ran, 1);
  pool.stop();
}

TEST(WorkerPool, RefusesWhenFullAndLeavesTheTask) {
  std::promise<void> started;
  std::promise<void> release;
  WorkerPool pool(1, 1);  // last, so that it ends before what its tasks use
  WorkerPool::Task running = [&] {
    started.set_value();
    release.get_future().wait();
  };
  ASSERT_TRUE(pool.post(running));
  started.get_future().wait();
  WorkerPool::Task waiting = [] {};
  ASSERT_TRUE(pool.post(waiting));
  bool ran = false;
  WorkerPool::Task refused = [&ran] { ran = true; };
  EXPECT_FALSE(pool.post(refused));
  ASSERT_TRUE(refused);
  refused();
  EXPECT_TRUE(ran);
  release.set_value();
}

TEST(WorkerPool, SurvivesATaskThatThrows) {
  WorkerPool::Task bad = [] { throw std::runtime_error("expected in this test"); };
  WorkerPool::Task worse = [] { throw 7; };
  std::promise<void> after;
  WorkerPool pool(1, 10);
  WorkerPool::Task good = [&after] { after.set_value(); };
  ASSERT_TRUE(pool.post(bad));
  ASSERT_TRUE(pool.post(worse));
  ASSERT_TRUE(pool.post(good));
  after.get_future().wait();
}

}  // namespace
}  // namespace tetrascope
