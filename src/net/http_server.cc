#include "net/http_server.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/log.h"
#include "net/exchange.h"
#include "net/http_conversation.h"
#include "net/listen_error.h"

// One thread runs every connection; handlers run on the worker pool and post their answers back to that thread. So
// nothing of a Connection needs a lock.

namespace tetrascope {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

constexpr std::size_t kReadHead = std::size_t{8} << 10;
constexpr std::size_t kReadBody = std::size_t{64} << 10;
/// After a last answer the client may still be sending: reading on for so long and so much lets it see the answer.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;
constexpr auto kSweep = std::chrono::milliseconds(250);

class Connection;

/// What the connections share; all of it belongs to the loop's thread, but for what is const.
struct Shared {
  HttpContext http;
  WorkerPool& workers;
  /// Shared with the answers of handlers, which may outlive the server.
  const std::shared_ptr<asio::io_context> loop = std::make_shared<asio::io_context>(1);
  std::unordered_set<std::shared_ptr<Connection>> connections = {};
  std::function<void()> on_closed = {};  ///< after each connection that goes

  /// All of them, as they are now: what is done to one may close it.
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const {
    return {connections.begin(), connections.end()};
  }
};

/// The Respond of one request. Going without having been called is answered as a bug of ours.
class Answerer {
 public:
  Answerer(const Shared& shared, std::weak_ptr<Connection> connection, const HttpConversation::Ready& ready)
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
  std::weak_ptr<Connection> connection_;
  std::uint64_t id_;
  Exchange exchange_;
  std::size_t compress_from_;
};

/// A socket and the conversation over it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, Socket socket) : shared_(shared), socket_(std::move(socket)) {}

  void start();
  /// `logged`: the log has told already why there is no response.
  void answer(std::uint64_t id, std::optional<Response> response, bool logged);
  /// Closes what has waited too long.
  void sweep(Clock::time_point now);
  /// The server stops: a connection without a request goes now, others after their answers.
  void finish() {
    conversation_->finish();
    settle();
  }
  void close();

 private:
  bool dispatch(HttpConversation::Ready&& ready);
  void settle();
  void read();
  void on_read(const error_code& ec, std::size_t bytes);
  void write();
  void on_written(const error_code& ec);
  void linger();

  Shared& shared_;
  Socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<HttpConversation> conversation_;
  bool reading_ = false;
  bool writing_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  std::size_t lingered_ = 0;
  Clock::time_point linger_end_;
  Clock::time_point write_deadline_;
  std::vector<std::string> out_;  ///< being written
};

void Answerer::post(std::optional<Response> response, bool logged) {
  const auto loop = std::exchange(loop_, nullptr);
  asio::post(*loop, [connection = std::move(connection_), id = id_, answer = std::move(response), logged]() mutable {
    if (const auto alive = connection.lock()) return alive->answer(id, std::move(answer), logged);
    if (answer && answer->stream) answer->stream->close();
  });
}

void Connection::start() {
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

bool Connection::dispatch(HttpConversation::Ready&& ready) {
  Answerer answerer(shared_, weak_from_this(), ready);
  WorkerPool::Task task = [route = ready.route, request = std::move(ready.request), charge = std::move(ready.charge),
                           respond = std::move(answerer)]() mutable {
    run_handler(*route, std::move(request), std::move(respond));
  };
  if (!ready.route->at_once) return shared_.workers.post(task);
  task();
  return true;
}

void Connection::answer(std::uint64_t id, std::optional<Response> response, bool logged) {
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
void Connection::settle() {
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

void Connection::read() {
  if (reading_ || closed_) return;
  const std::size_t size = lingering_ || conversation_->reads_body() ? kReadBody : kReadHead;
  if (buffer_.size() == 0 && buffer_.capacity() > 2 * size) buffer_.shrink_to_fit();
  reading_ = true;
  socket_.async_read_some(buffer_.prepare(size), [self = shared_from_this()](const error_code& ec, std::size_t bytes) {
    self->on_read(ec, bytes);
  });
}

void Connection::on_read(const error_code& ec, std::size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (ec && (ec != asio::error::eof || lingering_)) return close();
  if (lingering_) {
    lingered_ += bytes;
    return lingered_ > kLingerBytes ? close() : read();
  }
  if (ec) {
    conversation_->end_of_input();
  } else {
    buffer_.commit(bytes);
  }
  settle();
}

void Connection::write() {
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

void Connection::on_written(const error_code& ec) {
  writing_ = false;
  out_.clear();
  if (ec) return close();
  settle();
}

/// Says that no more is sent, then waits for the client to close: closing at once would reset what it has not read yet.
void Connection::linger() {
  lingering_ = true;
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) return close();
  linger_end_ = Clock::now() + kLingerTime;
  read();
}

void Connection::sweep(Clock::time_point now) {
  if (closed_) return;
  const bool stuck = (writing_ && now > write_deadline_) || (lingering_ && now > linger_end_);
  if (stuck || (!writing_ && !lingering_ && conversation_->late(now))) return close();
  settle();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  error_code ec;
  socket_.close(ec);
  shared_.connections.erase(shared_from_this());
  shared_.on_closed();
}

}  // namespace

struct HttpServer::State {
  State(const Router& router, WorkerPool& workers, HttpLimits limits)
      : shared{{router, std::move(limits)}, workers}, acceptor(*shared.loop), retry(*shared.loop), timer(*shared.loop) {
    shared.on_closed = [this] { on_closed(); };
  }

  Result<Endpoint> listen(const Endpoint& where);
  void accept();
  void sweep();
  void on_closed();
  void begin_stop();

  Shared shared;
  Acceptor acceptor;
  Timer retry;
  Timer timer;
  bool accepting = false;
  bool ended = false;  ///< the loop shall run out of work
  std::thread thread;
  std::mutex mutex;
  std::condition_variable emptied;
  bool all_closed = false;  ///< under `mutex`: stopping, and no connection is left
};

Result<Endpoint> HttpServer::State::listen(const Endpoint& where) {
  error_code ec;
  tcp::resolver resolver(*shared.loop);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return std::unexpected(unknown_host_error(where));
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return Endpoint{where.host, acceptor.local_endpoint().port()};
  const Error error = listen_error(where, ec.value());
  acceptor.close(ec);
  return std::unexpected(error);
}

void HttpServer::State::accept() {
  if (accepting || shared.http.stopping || shared.connections.size() >= shared.http.limits.connections) return;
  accepting = true;
  acceptor.async_accept([this](const error_code& ec, Socket socket) {
    accepting = false;
    if (shared.http.stopping) return;
    if (!ec) {
      const auto connection = std::make_shared<Connection>(shared, std::move(socket));
      shared.connections.insert(connection);
      connection->start();
      return accept();
    }
    // No descriptor or memory to accept with: connections that close make room.
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](const error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void HttpServer::State::sweep() {
  timer.expires_after(kSweep);
  timer.async_wait([this](const error_code& cancelled) {
    // A timer that has just gone off cannot be cancelled any more: its handler comes without an error.
    if (cancelled || ended) return;
    for (const auto& connection : shared.all()) connection->sweep(Clock::now());
    sweep();
  });
}

void HttpServer::State::on_closed() {
  if (!shared.http.stopping) return accept();
  if (!shared.connections.empty()) return;
  {
    const std::lock_guard lock(mutex);
    all_closed = true;
  }
  emptied.notify_all();
}

void HttpServer::State::begin_stop() {
  shared.http.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  for (const auto& connection : shared.all()) connection->finish();
  on_closed();
}

HttpServer::HttpServer(const Router& router, WorkerPool& workers, HttpLimits limits)
    : state_(std::make_unique<State>(router, workers, std::move(limits))) {}

HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

Result<Endpoint> HttpServer::start(const Endpoint& where) {
  ASSIGN_OR_RETURN(Endpoint real, state_->listen(where));
  state_->accept();
  state_->sweep();
  state_->thread = std::thread([state = state_.get()] {
    for (;;) {
      try {
        state->shared.loop->run();
        return;
      } catch (const std::exception& error) {
        log_error("the HTTP loop threw: {}", error.what());
      }
    }
  });
  return real;
}

void HttpServer::stop(std::chrono::milliseconds grace) {
  if (!state_->thread.joinable()) return;
  asio::post(*state_->shared.loop, [state = state_.get()] { state->begin_stop(); });
  {
    std::unique_lock lock(state_->mutex);
    state_->emptied.wait_for(lock, grace, [this] { return state_->all_closed; });
  }
  asio::post(*state_->shared.loop, [state = state_.get()] {
    for (const auto& connection : state->shared.all()) connection->close();
    state->ended = true;
    state->timer.cancel();
  });
  state_->thread.join();
}

}  // namespace tetrascope
