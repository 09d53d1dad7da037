#include "net/udp_listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "net/listen_error.h"

namespace tetrascope {
namespace {

constexpr std::size_t kMaxDatagram = 65'536;
constexpr std::size_t kAtOnce = 32;  ///< datagrams of one system call

std::string sender_text(const sockaddr_storage& address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host.data(), host.size(), port.data(),
                  port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  const std::string text(host.data());
  return (text.contains(':') ? "[" + text + "]" : text) + ":" + port.data();
}

/// Buffers of one recvmmsg().
class Receiver {
 public:
  Receiver() : bytes_(kAtOnce * kMaxDatagram) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      vectors_[i] = {bytes_.data() + i * kMaxDatagram, kMaxDatagram};
      msghdr& header = messages_[i].msg_hdr;
      header = {};
      header.msg_name = &senders_[i];
      header.msg_iov = &vectors_[i];
      header.msg_iovlen = 1;
    }
  }

  /// What has come; empty when nothing has. `overflows`: how many the kernel has dropped since the socket was made.
  std::vector<Datagram> receive(int socket, std::uint32_t& overflows) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      messages_[i].msg_hdr.msg_namelen = sizeof senders_[i];
      messages_[i].msg_hdr.msg_control = controls_[i].data();
      messages_[i].msg_hdr.msg_controllen = controls_[i].size();
    }
    const int count = recvmmsg(socket, messages_.data(), kAtOnce, MSG_DONTWAIT, nullptr);
    std::vector<Datagram> datagrams;
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
      datagrams.push_back({std::string(bytes_.data() + i * kMaxDatagram, messages_[i].msg_len),
                           sender_text(senders_[i], messages_[i].msg_hdr.msg_namelen)});
      read_overflows(messages_[i].msg_hdr, overflows);
    }
    return datagrams;
  }

 private:
  static void read_overflows(msghdr& header, std::uint32_t& overflows) {
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL)
        std::memcpy(&overflows, CMSG_DATA(control), sizeof overflows);
    }
  }

  std::vector<char> bytes_;
  std::array<mmsghdr, kAtOnce> messages_{};
  std::array<iovec, kAtOnce> vectors_{};
  std::array<sockaddr_storage, kAtOnce> senders_{};
  std::array<std::array<char, 64>, kAtOnce> controls_{};
};

void enlarge_buffer(int socket, std::size_t bytes) {
  const int size = static_cast<int>(std::min(bytes, std::size_t{1} << 30));
  // The first needs a right that servers seldom have; the second is cut to net.core.rmem_max.
  if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

Result<int> bind_socket(const Endpoint& where, Endpoint& bound) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &wanted, &found) != 0)
    return std::unexpected(unknown_host_error(where));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  const int socket = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return std::unexpected(listen_error(where, errno));
  if (::bind(socket, found->ai_addr, found->ai_addrlen) != 0) {
    const int reason = errno;
    ::close(socket);
    return std::unexpected(listen_error(where, reason));
  }
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  const std::uint16_t port = address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                                           : reinterpret_cast<const sockaddr_in&>(address).sin_port;
  bound = {where.host, ntohs(port)};
  return socket;
}

}  // namespace

struct UdpListener::State {
  State(DatagramSink to, UdpLimits bounds) : sink(std::move(to)), limits(bounds) {}

  const DatagramSink sink;
  const UdpLimits limits;
  int socket = -1;
  int wake = -1;  ///< an eventfd: the receiving thread shall end
  std::thread receiver;
  std::vector<std::thread> takers;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<Datagram> waiting;
  std::size_t waiting_bytes = 0;
  bool ended = false;

  void receive() {
    pthread_setname_np(pthread_self(), "datagrams");
    Receiver buffers;
    std::uint32_t known = 0, overflows = 0;
    std::array<pollfd, 2> watched{{{socket, POLLIN, 0}, {wake, POLLIN, 0}}};
    while (true) {
      const bool stopping = watched[1].revents != 0;
      auto datagrams = buffers.receive(socket, overflows);
      if (const std::uint32_t lost = overflows - std::exchange(known, overflows); lost > 0)
        sink.dropped(lost, "socket buffer full");
      if (datagrams.empty()) {
        if (stopping) break;
        poll(watched.data(), watched.size(), -1);
        continue;
      }
      add(std::move(datagrams));
    }
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }

  void add(std::vector<Datagram>&& datagrams) {
    std::uint64_t lost = 0;
    {
      const std::lock_guard lock(mutex);
      for (Datagram& datagram : datagrams) {
        const std::size_t size = datagram.bytes.size() + sizeof(Datagram);
        if (waiting_bytes + size > limits.queue_bytes) {
          ++lost;
          continue;
        }
        waiting_bytes += size;
        waiting.push_back(std::move(datagram));
      }
    }
    changed.notify_one();
    if (lost > 0) sink.dropped(lost, "datagram queue full");
  }

  void take() {
    while (true) {
      std::vector<Datagram> bunch;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return ended || !waiting.empty(); });
        if (waiting.empty()) return;
        while (!waiting.empty() && bunch.size() < limits.bunch) {
          waiting_bytes -= waiting.front().bytes.size() + sizeof(Datagram);
          bunch.push_back(std::move(waiting.front()));
          waiting.pop_front();
        }
      }
      try {
        sink.take(bunch);
      } catch (const std::exception& failure) {
        log_error("datagrams: {}", failure.what());
      }
    }
  }
};

UdpListener::UdpListener(DatagramSink sink, UdpLimits limits)
    : state_(std::make_unique<State>(std::move(sink), limits)) {}

UdpListener::~UdpListener() { stop(); }

Result<Endpoint> UdpListener::start(const Endpoint& where) {
  Endpoint bound;
  ASSIGN_OR_RETURN(state_->socket, bind_socket(where, bound));
  enlarge_buffer(state_->socket, state_->limits.socket_buffer);
  state_->wake = eventfd(0, EFD_CLOEXEC);
  for (std::size_t i = 0; i < state_->limits.takers; ++i)
    state_->takers.emplace_back([state = state_.get()] { state->take(); });
  state_->receiver = std::thread([state = state_.get()] { state->receive(); });
  return bound;
}

void UdpListener::stop() {
  if (!state_->receiver.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(state_->wake, &one, sizeof one) != sizeof one) log_error("datagrams: the receiver cannot be woken");
  state_->receiver.join();
  for (std::thread& taker : state_->takers) taker.join();
  ::close(state_->socket);
  ::close(state_->wake);
}

}  // namespace tetrascope
