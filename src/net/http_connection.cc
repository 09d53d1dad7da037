#include "net/http_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/log.h"
#include "net/exchange.h"
#include "net/http_server.h"

namespace tetrascope {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadHead = std::size_t{8} << 10;
constexpr std::size_t kReadBody = std::size_t{64} << 10;
/// After a last answer the client may still be sending: reading on for so long and so much lets it see the answer.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;

/// The Respond of one request. Going without having been called is answered as a bug of ours.
class Answerer {
 public:
  Answerer(const HttpShared& shared, std::weak_ptr<HttpConnection> connection, const HttpConversation::Ready& ready)
      : loop_(shared.loop),
        connection_(std::move(connection)),
        id_(ready.id),
        exchange_(ready.exchange),
        compress_from_(shared.http.limits.compress_from) {}
  Answerer(Answerer&&) noexcept = default;
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (loop_) post(std::nullopt, std::uncaught_exceptions() > 0);
  }
  void operator()(Response response) {
    if (!loop_) return;
    compress_answer(exchange_, compress_from_, response);
    post(std::move(response));
  }

 private:
  void post(std::optional<Response> response, bool logged = false);

  std::shared_ptr<asio::io_context> loop_;
  std::weak_ptr<HttpConnection> connection_;
  std::uint64_t id_;
  Exchange exchange_;
  std::size_t compress_from_;
};

void Answerer::post(std::optional<Response> response, bool logged) {
  const auto loop = std::exchange(loop_, nullptr);
  asio::post(*loop, [connection = std::move(connection_), id = id_, answer = std::move(response), logged]() mutable {
    if (const auto alive = connection.lock()) return alive->answer(id, std::move(answer), logged);
    if (answer && answer->stream) answer->stream->close();
  });
}

}  // namespace

void HttpConnection::start() {
  error_code ec;
  socket_.set_option(tcp::no_delay(true), ec);
  std::string remote;
  if (const auto peer = socket_.remote_endpoint(ec); !ec)
    remote = Endpoint{peer.address().to_string(), peer.port()}.text();
  // The conversation is a part of this connection and calls only while it lives.
  conversation_.emplace(shared_.http, std::move(remote),
                        [this](HttpConversation::Ready&& ready) { return dispatch(std::move(ready)); });
  read();
}

bool HttpConnection::dispatch(HttpConversation::Ready&& ready) {
  Answerer answerer(shared_, weak_from_this(), ready);
  WorkerPool::Task task = [route = ready.route, request = std::move(ready.request), charge = std::move(ready.charge),
                           respond = std::move(answerer)]() mutable {
    run_handler(*route, std::move(request), std::move(respond));
  };
  if (!ready.route->at_once) return shared_.workers.post(task);
  task();
  return true;
}

void HttpConnection::answer(std::uint64_t id, std::optional<Response> response, bool logged) {
  if (response && response->stream) {
    response->stream->open([loop = shared_.loop, connection = weak_from_this()] {
      asio::post(*loop, [connection] {
        if (const auto alive = connection.lock()) alive->settle();
      });
    });
  }
  const bool dropped = !response && !logged;
  const auto path = conversation_->answer(id, std::move(response));
  if (dropped && path) log_error("{} went unanswered by its handler", *path);
  settle();
}

/// Whatever happened: takes what was read, writes what can be written, reads on.
void HttpConnection::settle() {
  if (closed_ || lingering_) return;
  if (!reading_) {  // else the buffer's free part is being read into
    const auto bytes = buffer_.data();
    buffer_.consume(conversation_->take({static_cast<const char*>(bytes.data()), bytes.size()}));
  }
  // Asked before output() makes room for more requests: those that wait in the buffer come first, when it is written.
  const bool hungry = conversation_->wants_input();
  if (!writing_) {
    out_ = conversation_->output();
    if (!out_.empty()) {
      write();
    } else if (const auto next = conversation_->next(); next != HttpConversation::Next::kGoOn) {
      return next == HttpConversation::Next::kLinger ? linger() : close();
    }
  }
  if (hungry && conversation_->wants_input()) read();
}

void HttpConnection::read() {
  if (reading_ || closed_) return;
  const std::size_t size = conversation_->reads_body() ? kReadBody : kReadHead;
  if (buffer_.size() == 0 && buffer_.capacity() > 2 * size) buffer_.shrink_to_fit();
  reading_ = true;
  socket_.async_read_some(buffer_.prepare(size), [self = shared_from_this()](const error_code& ec, std::size_t bytes) {
    self->on_read(ec, bytes);
  });
}

void HttpConnection::on_read(const error_code& ec, std::size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (ec && (ec != asio::error::eof || lingering_)) return close();
  if (lingering_) return drop_input(bytes);
  if (ec) {
    conversation_->end_of_input();
  } else {
    buffer_.commit(bytes);
  }
  settle();
}

/// Waits for more that nobody wants, and lets the kernel throw it away: who is refused under load may be sending much,
/// and copying it would cost those who are served.
void HttpConnection::drop_input(std::size_t dropped) {
  lingered_ += dropped;
  if (lingered_ > kLingerBytes) return close();
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& ec) {
    if (ec || self->closed_) return self->close();
    const ssize_t bytes = ::recv(self->socket_.native_handle(), nullptr, kLingerBytes, MSG_TRUNC | MSG_DONTWAIT);
    if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR)) return self->close();
    self->drop_input(static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
  });
}

void HttpConnection::write() {
  writing_ = true;
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(out_.size());
  for (const auto& part : out_) buffers.push_back(asio::buffer(part));
  // Called before the first and after every piece: whoever reads on may take the time an answer needs.
  const auto progress = [this](const error_code& ec, std::size_t) -> std::size_t {
    write_deadline_ = Clock::now() + shared_.http.limits.body_timeout;
    return ec ? 0 : kReadBody;
  };
  asio::async_write(socket_, buffers, progress,
                    [self = shared_from_this()](const error_code& ec, std::size_t) { self->on_written(ec); });
}

void HttpConnection::on_written(const error_code& ec) {
  writing_ = false;
  out_.clear();
  if (ec) return close();
  settle();
}

/// Says that no more is sent, then waits for the client to close: closing at once would reset what it has not read yet.
void HttpConnection::linger() {
  lingering_ = true;
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) return close();
  linger_end_ = Clock::now() + kLingerTime;
  if (!reading_) drop_input(0);
}

void HttpConnection::sweep(Clock::time_point now) {
  if (closed_) return;
  const bool stuck = (writing_ && now > write_deadline_) || (lingering_ && now > linger_end_);
  if (stuck || (!writing_ && !lingering_ && conversation_->late(now))) return close();
  settle();
}

void HttpConnection::close() {
  if (std::exchange(closed_, true)) return;
  error_code ec;
  socket_.close(ec);
  shared_.connections.erase(shared_from_this());
  shared_.on_closed();
}

}  // namespace tetrascope
