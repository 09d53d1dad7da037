#pragma once
// Datagrams: received by threads of their own into a bounded queue, handed on in bunches. What does not fit is counted,
// never fatal and never answered.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_server.h"

namespace tetrascope {

struct Datagram {
  std::string bytes;
  std::string from;  ///< `127.0.0.1:54321`
};

/// Who takes datagrams; called from the listener's threads.
struct DatagramSink {
  /// As many as came together, at most UdpLimits::bunch. Several threads may call it at once.
  std::function<void(std::span<const Datagram>)> take;
  /// How many were lost since it was last called, and where: a short constant phrase.
  std::function<void(std::uint64_t count, std::string_view why)> dropped;
};

struct UdpLimits {
  std::size_t socket_buffer = std::size_t{16} << 20;  ///< asked of the kernel, which may give less
  std::size_t queue_bytes = std::size_t{48} << 20;    ///< received and not yet taken; over it: dropped and counted
  std::size_t takers = 2;                             ///< threads that call DatagramSink::take
  std::size_t bunch = 256;
};

class UdpListener {
 public:
  explicit UdpListener(DatagramSink sink, UdpLimits limits = {});
  ~UdpListener();
  UdpListener(const UdpListener&) = delete;
  UdpListener& operator=(const UdpListener&) = delete;

  /// Binds and receives. Errors: kUnavailable, with what to do.
  Result<Endpoint> start(const Endpoint& where);
  /// Stops receiving, hands on what had come, ends. Safe to call twice.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tetrascope
