// Components that end one after another, as at exit.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/send_queue.h"
#include "tetrascope/kit/diagnostics.h"

namespace tetrascope::kit {
namespace {

/// Of a vendor who is there, or one who takes no end.
class Client final : public QueueClient<std::string> {
 public:
  Client(bool is_dead, std::atomic<long>& most_left) : is_dead_(is_dead), most_left_(most_left) {}
  std::vector<std::string> take(std::deque<std::string>& waiting) override {
    std::vector<std::string> all(waiting.begin(), waiting.end());
    waiting.clear();
    return all;
  }
  SendCounts send(std::vector<std::string> batch, Deadline& deadline) override {
    SendCounts counts;
    (is_dead_ ? counts.failed : counts.sent) = batch.size();
    while (is_dead_ && deadline.sleep(10)) {
      if (deadline.set()) most_left_ = std::max(most_left_.load(), deadline.left_ms());
    }
    return counts;
  }

 private:
  const bool is_dead_;
  std::atomic<long>& most_left_;
};

using Queue = SendQueue<std::string>;

std::unique_ptr<Queue> queue(bool is_dead, std::atomic<long>& left) {
  return std::make_unique<Queue>("things", SendLimits{10, SIZE_MAX, 10, SIZE_MAX, 3'600'000},
                                 [=, &left] { return std::make_unique<Client>(is_dead, left); });
}

TEST(Ending, ADeadVendorCostsTheOthersNothingAndNobodyWaitsTwice) {
  set_diagnostics([](std::string_view) {});
  std::atomic<long> first{0};
  std::atomic<long> second{0};
  std::atomic<long> none{0};
  auto dead = queue(true, first);
  auto alive = queue(false, none);
  auto dead_too = queue(true, second);
  for (const auto& each : {&dead, &alive, &dead_too}) ASSERT_TRUE((*each)->offer("thing"));
  dead = nullptr;
  EXPECT_GT(first, 200) << "it has the time of all";
  EXPECT_EQ(alive->counts().sent, 1U) << "meanwhile, although an hour had not passed";
  dead_too = nullptr;
  EXPECT_GT(second, 0);
  EXPECT_LE(second, 1'000) << "what is left";
  set_diagnostics(nullptr);
}

}  // namespace
}  // namespace tetrascope::kit
