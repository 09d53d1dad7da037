#include "net/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <utility>

namespace tetrascope {
namespace {

TEST(WorkerPool, RunsWhatWasPostedBeforeStop) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(2, 1000);
    for (int i = 0; i < 500; ++i) {
      WorkerPool::Task task = [&ran] { ++ran; };
      ASSERT_TRUE(pool.post(task));
    }
    pool.stop();
    EXPECT_EQ(ran, 500);
    WorkerPool::Task late = [&ran] { ++ran; };
    EXPECT_FALSE(pool.post(late));
    pool.stop();
  }
  EXPECT_EQ(ran, 500);
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
