// The queue without locks, by many threads at once; what ThreadSanitizer watches.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "core/bounded_ring.h"

namespace tetrascope::kit {
namespace {

TEST(BoundedRing, IsFirstInFirstOutAndBounded) {
  BoundedRing<int> ring(3);
  EXPECT_EQ(ring.capacity(), 4U) << "the next power of two";
  int out = -1;
  EXPECT_FALSE(ring.try_pop(out));
  for (int round = 0; round < 3; ++round) {  // the cells are used again
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.try_push(10 * round + i));
    EXPECT_FALSE(ring.try_push(99)) << "full";
    EXPECT_EQ(ring.size(), 4U);
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(ring.try_pop(out));
      EXPECT_EQ(out, 10 * round + i);
    }
    EXPECT_FALSE(ring.try_pop(out));
    EXPECT_EQ(ring.size(), 0U);
  }
}

// Each item is a number on the heap that is written before the push and read after the pop, without a lock of its own:
// were the ring's order too weak, it would be a race.
TEST(BoundedRing, GivesEachItemToOneThreadWithAllThatWasWrittenBefore) {
  constexpr std::size_t kPushers = 3;
  constexpr std::size_t kPoppers = 2;
  constexpr std::size_t kEach = 20'000;
  BoundedRing<std::size_t*> ring(64);
  std::atomic<std::size_t> left{kPushers * kEach};
  std::vector<std::vector<std::size_t>> seen(kPoppers);
  std::vector<std::thread> threads;
  for (std::size_t pusher = 0; pusher < kPushers; ++pusher) {
    threads.emplace_back([&, pusher] {
      for (std::size_t i = 0; i < kEach; ++i) {
        auto item = std::make_unique<std::size_t>(pusher * kEach + i);
        while (!ring.try_push(item.get())) std::this_thread::yield();
        static_cast<void>(item.release());  // whoever pops it owns it
      }
    });
  }
  for (std::size_t popper = 0; popper < kPoppers; ++popper) {
    threads.emplace_back([&, popper] {
      while (left > 0) {
        std::size_t* item = nullptr;
        std::size_t* next = nullptr;  // a guess, never followed here
        if (!ring.try_pop(item, &next)) {
          std::this_thread::yield();
          continue;
        }
        --left;
        seen[popper].push_back(*std::unique_ptr<std::size_t>(item));
      }
    });
  }
  for (std::thread& each : threads) each.join();
  std::vector<bool> had(kPushers * kEach, false);
  for (const auto& of_thread : seen) {
    std::vector<std::size_t> last(kPushers, 0);  // of each pusher; in its order, for one popper
    for (const std::size_t item : of_thread) {
      ASSERT_FALSE(had[item]) << "twice";
      had[item] = true;
      std::size_t& before = last[item / kEach];
      ASSERT_LE(before, item % kEach);
      before = item % kEach;
    }
  }
  EXPECT_EQ(std::accumulate(had.begin(), had.end(), std::size_t{0}), kPushers * kEach);
}

}  // namespace
}  // namespace tetrascope::kit
