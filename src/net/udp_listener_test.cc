#include "net/udp_listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

namespace tetrascope {
namespace {

class Sender {
 public:
  explicit Sender(const Endpoint& to) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    to_.sin_family = AF_INET;
    to_.sin_port = htons(to.port);
    inet_pton(AF_INET, to.host.c_str(), &to_.sin_addr);
  }
  ~Sender() { ::close(socket_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  void send(std::string_view bytes) const {
    ASSERT_EQ(::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to_), sizeof to_),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  int socket_;
  sockaddr_in to_{};
};

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(UdpListener, HandsOnWhatComesWithItsSender) {
  std::mutex mutex;
  std::set<std::string> got;
  std::string from;
  DatagramSink sink;
  sink.take = [&](std::span<const Datagram> datagrams) {
    const std::lock_guard lock(mutex);
    for (const Datagram& one : datagrams) {
      got.insert(one.bytes);
      from = one.from;
    }
  };
  sink.dropped = [](std::uint64_t, std::string_view) {};
  UdpListener listener(sink);
  const auto bound = listener.start({"127.0.0.1", 0});
  ASSERT_TRUE(bound) << bound.error().message;
  ASSERT_NE(bound->port, 0);
  const Sender sender(*bound);
  const std::string large(65'507, 'x');
  for (const std::string_view each : {std::string_view("a"), std::string_view("b\n{}"), std::string_view(large)})
    sender.send(each);
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return got == std::set<std::string>{"a", "b\n{}", large};
  }));
  EXPECT_TRUE(from.starts_with("127.0.0.1:")) << from;
}

TEST(UdpListener, CountsWhatItsQueueCannotHold) {
  std::atomic<bool> held = true;
  std::atomic<std::uint64_t> taken = 0, dropped = 0;
  DatagramSink sink;
  sink.take = [&](std::span<const Datagram> datagrams) {
    while (held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    taken += datagrams.size();
  };
  sink.dropped = [&](std::uint64_t count, std::string_view why) {
    EXPECT_EQ(why, "datagram queue full");
    dropped += count;
  };
  UdpLimits limits;
  limits.queue_bytes = 4'000;
  limits.takers = 1;
  limits.bunch = 1;
  UdpListener listener(sink, limits);
  const auto bound = listener.start({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  const Sender sender(*bound);
  constexpr std::uint64_t kSent = 40;
  for (std::uint64_t i = 0; i < kSent; ++i) {
    sender.send(std::string(1'000, 'x'));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(eventually([&] { return dropped > 0; }));
  held = false;
  EXPECT_TRUE(eventually([&] { return taken + dropped == kSent; })) << taken << " " << dropped;
}

TEST(UdpListener, StoppingHandsOnWhatHadCome) {
  std::atomic<std::uint64_t> taken = 0;
  DatagramSink sink;
  sink.take = [&](std::span<const Datagram> datagrams) { taken += datagrams.size(); };
  sink.dropped = [](std::uint64_t, std::string_view) {};
  UdpListener listener(sink);
  const auto bound = listener.start({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  const Sender sender(*bound);
  for (int i = 0; i < 100; ++i) sender.send("x");
  listener.stop();
  EXPECT_EQ(taken, 100U);
  listener.stop();
}

TEST(UdpListener, ATakenPortIsAnError) {
  DatagramSink sink;
  sink.take = [](std::span<const Datagram>) {};
  sink.dropped = [](std::uint64_t, std::string_view) {};
  UdpListener first(sink), second(sink);
  const auto bound = first.start({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  const auto again = second.start(*bound);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace tetrascope
