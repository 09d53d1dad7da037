#include "replay/connection.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace tetrascope::bench {
namespace {

std::unexpected<Error> system_error(std::string_view what) {
  return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", what, std::strerror(errno)));
}

bool same_letters(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) == y;
         });
}

std::size_t number_in(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

struct AnswerHead {
  Answer answer;
  std::size_t content_length = 0;
  bool chunked = false, closes = false;
};

AnswerHead parse_head(std::string_view text) {
  AnswerHead head;
  head.answer.status = static_cast<int>(number_in(text.substr(std::min<std::size_t>(9, text.size()), 3), 10));
  for (std::size_t at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n", at)) {
    at += 2;
    const std::string_view line = text.substr(at, text.find("\r\n", at) - at);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (same_letters(name, "content-length")) head.content_length = number_in(value, 10);
    if (same_letters(name, "retry-after")) head.answer.retry_after_seconds = static_cast<int>(number_in(value, 10));
    if (same_letters(name, "transfer-encoding")) head.chunked = same_letters(value, "chunked");
    if (same_letters(name, "connection")) head.closes = same_letters(value, "close");
  }
  return head;
}

}  // namespace

Result<Address> resolve(const std::string& text, bool udp) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return fail(ErrorCode::kInvalid, fmt::format("`{}`: want HOST:PORT", text));
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
  const int error = getaddrinfo(text.substr(0, colon).c_str(), text.substr(colon + 1).c_str(), &hints, &found);
  if (error != 0) return fail(ErrorCode::kInvalid, fmt::format("`{}`: {}", text, gai_strerror(error)));
  Address address;
  std::memcpy(&address.socket, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  input_.clear();
}

Result<void> Connection::open(int type) {
  if (socket_ >= 0) return {};
  socket_ = socket(address_.socket.ss_family, type | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return system_error("socket");
  const timeval minute{60, 0};
  const int yes = 1;
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  if (type == SOCK_STREAM) setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address_.socket), address_.size) == 0) return {};
  const auto failed = system_error("connect");
  close();
  return failed;
}

Result<void> Connection::write(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    std::array<iovec, 2> parts{
        {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return system_error("send");
    const std::size_t of_head = std::min(head.size(), static_cast<std::size_t>(sent));
    head.remove_prefix(of_head);
    body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
  }
  return {};
}

Result<void> Connection::read_more() {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("receive");
    if (got == 0) return fail(ErrorCode::kUnavailable, "the server closed the connection");
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    return {};
  }
}

/// `at`: where the first chunk begins in input_.
Result<void> Connection::read_chunks(std::size_t at, std::string& body) {
  for (;;) {
    std::size_t line_end;
    while ((line_end = input_.find("\r\n", at)) == std::string::npos) RETURN_IF_ERROR(read_more());
    const std::size_t size = number_in(std::string_view(input_).substr(at, line_end - at), 16);
    at = line_end + 2;
    while (input_.size() < at + size + 2) RETURN_IF_ERROR(read_more());
    body.append(input_, at, size);
    at += size + 2;
    if (size == 0) return {};
  }
}

Result<Answer> Connection::read_answer() {
  std::size_t end;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (input_.size() > 65'536) return fail(ErrorCode::kMalformed, "an answer's head does not end");
    RETURN_IF_ERROR(read_more());
  }
  AnswerHead head = parse_head(std::string_view(input_).substr(0, end));
  if (head.chunked) {
    RETURN_IF_ERROR(read_chunks(end + 4, head.answer.body));
  } else {
    while (input_.size() < end + 4 + head.content_length) RETURN_IF_ERROR(read_more());
    head.answer.body = input_.substr(end + 4, head.content_length);
  }
  input_.clear();  // nothing is asked ahead, so nothing may follow
  if (head.closes) close();
  return std::move(head.answer);
}

Result<Answer> Connection::post(std::string_view head, std::string_view body) {
  RETURN_IF_ERROR(open(SOCK_STREAM));
  request_head_.assign(head);
  fmt::format_to(std::back_inserter(request_head_), "Content-Length: {}\r\n\r\n", body.size());
  if (auto written = write(request_head_, body); !written) {
    close();
    return std::unexpected(written.error());
  }
  auto answer = read_answer();
  if (!answer) close();
  return answer;
}

Result<void> Connection::send_datagram(std::string_view bytes) {
  RETURN_IF_ERROR(open(SOCK_DGRAM));
  if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) return {};
  return system_error("send");
}

}  // namespace tetrascope::bench
