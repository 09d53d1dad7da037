#include "net/http_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/log.h"
#include "net/exchange.h"
#include "net/listen_error.h"
#include "net/request_reader.h"

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
/// An unwanted body up to here is read over, so that the connection can be kept.
constexpr std::size_t kDiscard = std::size_t{64} << 10;
/// After a last answer the client may still be sending: reading on for so long and so much lets it see the answer.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;
/// However steadily a body trickles in, it must be whole after so many times HttpLimits::body_timeout.
constexpr int kBodyTimeouts = 20;
constexpr auto kSweep = std::chrono::milliseconds(250);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// What a handler's answer needs even when the server is gone.
struct Loop {
  asio::io_context context{1};
};

class Connection;

/// What the connections share; all of it belongs to the loop's thread, but for what is const.
struct Shared {
  const Router& router;
  WorkerPool& workers;
  const HttpLimits limits;
  const std::shared_ptr<Loop> loop = std::make_shared<Loop>();
  const std::shared_ptr<BodyBudget> budget = std::make_shared<BodyBudget>(limits.bodies_bytes);
  std::unordered_set<std::shared_ptr<Connection>> connections = {};
  bool stopping = false;
  std::function<void()> on_closed = {};  ///< after each connection that goes
};

/// The Respond of one request. Going without having been called is answered as a bug of ours.
class Answerer {
 public:
  Answerer(std::shared_ptr<Loop> loop, std::weak_ptr<Connection> connection, std::uint64_t id, Exchange exchange,
           std::size_t compress_from)
      : loop_(std::move(loop)),
        connection_(std::move(connection)),
        id_(id),
        exchange_(std::move(exchange)),
        compress_from_(compress_from) {}
  Answerer(Answerer&&) noexcept = default;
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (loop_) post(std::nullopt);
  }
  void operator()(Response response) {
    if (!loop_) return;
    compress_answer(exchange_, compress_from_, response);
    post(std::move(response));
  }

 private:
  void post(std::optional<Response> response);

  std::shared_ptr<Loop> loop_;
  std::weak_ptr<Connection> connection_;
  std::uint64_t id_;
  Exchange exchange_;
  std::size_t compress_from_;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, Socket socket) : shared_(shared), socket_(std::move(socket)) {}

  void start();
  void answer(std::uint64_t id, std::optional<Response> response);
  /// Closes what has waited too long.
  void sweep(Clock::time_point now);
  /// The server stops: a connection without a request goes now, others after their answers.
  void finish();
  void close();

 private:
  /// A request from the end of its head to the writing of its answer.
  struct Slot {
    std::uint64_t id = 0;
    Request head;
    Exchange exchange;
    const Route* route = nullptr;
    bool wants_continue = false;
    bool last = false;  ///< nothing is read after it
    std::optional<Response> response;
  };

  void read();
  void on_read(const error_code& ec, std::size_t bytes);
  void on_end_of_input();
  void take();
  bool start_request();
  void judge_head();
  std::optional<Response> refusal(Slot& slot);
  void finish_request();
  void dispatch(Slot& slot);
  void refuse(const Error& error, int status = 0);
  void flush();
  void on_written(const error_code& ec);
  void linger();
  void stop_input();
  [[nodiscard]] bool idle() const { return !reader_ && slots_.empty() && !writing_ && !lingering_; }

  Shared& shared_;
  Socket socket_;
  std::string remote_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestReader> reader_;  ///< the request being read
  bool discarding_ = false;              ///< … whose body nobody wants
  std::deque<Slot> slots_;
  std::uint64_t next_id_ = 1;
  bool reading_ = false;
  bool writing_ = false;
  bool input_over_ = false;  ///< nothing more is read as requests
  bool cut_ = false;         ///< … although more of a request was to come
  bool last_written_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  std::size_t lingered_ = 0;
  Clock::time_point read_deadline_;  ///< of the head or body being read, of an idle connection, or of lingering
  Clock::time_point body_end_;
  Clock::time_point write_deadline_;
  std::vector<std::string> out_;  ///< being written
};

void Answerer::post(std::optional<Response> response) {
  const auto loop = std::exchange(loop_, nullptr);
  asio::post(loop->context, [connection = std::move(connection_), id = id_, answer = std::move(response)]() mutable {
    if (const auto alive = connection.lock()) alive->answer(id, std::move(answer));
  });
}

void Connection::start() {
  error_code ec;
  socket_.set_option(tcp::no_delay(true), ec);
  if (const auto peer = socket_.remote_endpoint(ec); !ec) {
    remote_ = Endpoint{peer.address().to_string(), peer.port()}.text();
  }
  read_deadline_ = Clock::now() + shared_.limits.idle_timeout;
  read();
}

void Connection::read() {
  if (reading_ || closed_) return;
  reading_ = true;
  const bool body = lingering_ || (reader_ && reader_->head_done());
  socket_.async_read_some(
      buffer_.prepare(body ? kReadBody : kReadHead),
      [self = shared_from_this()](const error_code& ec, std::size_t bytes) { self->on_read(ec, bytes); });
}

void Connection::on_read(const error_code& ec, std::size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (ec == asio::error::eof) return on_end_of_input();
  if (ec) return close();
  buffer_.commit(bytes);
  if (lingering_ || input_over_) {
    buffer_.consume(buffer_.size());
    lingered_ += bytes;
    if (lingered_ > kLingerBytes) return close();
    return read();
  }
  if (reader_ && reader_->head_done()) {
    read_deadline_ = std::min(Clock::now() + shared_.limits.body_timeout, body_end_);
  }
  take();
}

/// The client sends no more; it may still read the answers to what it sent.
void Connection::on_end_of_input() {
  if (lingering_) return close();
  if (reader_ && reader_->head_done() && !discarding_) {
    refuse({ErrorCode::kMalformed,
            "request body: ended after " + std::to_string(reader_->request().body.size()) + " bytes, before its end"});
  }
  stop_input();
  if (!closed_ && slots_.empty() && !writing_) close();
}

/// Requests out of what was read, then more reading; unless enough of them are in flight.
void Connection::take() {
  while (!input_over_ && !closed_) {
    if (!reader_ && !start_request()) return;
    const bool had_head = reader_->head_done();
    const auto bytes = buffer_.data();
    const auto used = reader_->put({static_cast<const char*>(bytes.data()), bytes.size()});
    if (!used) return refuse(used.error(), had_head || used.error().code != ErrorCode::kTooLarge ? 0 : 431);
    buffer_.consume(*used);
    if (!had_head && reader_->head_done()) {
      judge_head();
      if (!reader_) continue;
    }
    if (reader_->done()) {
      finish_request();
      continue;
    }
    if (*used == 0 && buffer_.size() > shared_.limits.header_bytes) {
      return refuse({ErrorCode::kMalformed, "chunked body: a chunk's head or the trailer is too long"});
    }
    if (*used == 0 || buffer_.size() == 0) return read();
  }
}

/// False when there is nothing to start with yet, or no more may be in flight.
bool Connection::start_request() {
  if (slots_.size() >= shared_.limits.pipelined) return false;
  // RFC 9112, 2.2: empty lines before a request line are skipped.
  const auto data = static_cast<const char*>(buffer_.data().data());
  const std::size_t blank = std::string_view(data, buffer_.size()).find_first_not_of("\r\n");
  buffer_.consume(std::min(blank, buffer_.size()));
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > kReadHead) buffer_.shrink_to_fit();
    read_deadline_ = Clock::now() + shared_.limits.idle_timeout;
    read();
    return false;
  }
  reader_.emplace(shared_.limits.header_bytes, shared_.budget);
  read_deadline_ = Clock::now() + shared_.limits.head_timeout;
  return true;
}

/// Opens the slot of a request whose head is read, and refuses what needs no body to be refused.
void Connection::judge_head() {
  Request& request = reader_->request();
  request.remote_address = remote_;
  request.received = UnixNanos::now();
  Slot& slot = slots_.emplace_back();
  slot.id = next_id_++;
  slot.head = request;
  slot.exchange = {.head_only = request.method == "HEAD",
                   .accepts_gzip = accepts_gzip(request.headers.get("Accept-Encoding")),
                   .origin = std::string(request.headers.get("Origin")),
                   .keep_alive = reader_->keep_alive(),
                   .http10 = reader_->version() == 10};
  slot.last = !slot.exchange.keep_alive;
  slot.response = refusal(slot);
  if (!slot.response) {
    slot.wants_continue = !reader_->done() && reader_->expects_continue() && buffer_.size() == 0;
    reader_->limit_body(slot.route->body_limit);
    const auto now = Clock::now();
    body_end_ = now + kBodyTimeouts * shared_.limits.body_timeout;
    read_deadline_ = now + shared_.limits.body_timeout;
    if (slot.wants_continue) flush();
    return;
  }
  if (reader_->done()) {
    reader_.reset();
  } else {
    discarding_ = true;
    reader_->discard_body(kDiscard);
    body_end_ = read_deadline_ = Clock::now() + shared_.limits.body_timeout;
    // Whoever waits for `100 Continue` may send the body or not: there is no telling where the next request would
    // start.
    if (reader_->expects_continue() || reader_->content_length().value_or(0) > kDiscard) slot.last = true;
  }
  if (slot.last) {
    cut_ = discarding_;
    stop_input();
  }
  flush();
}

/// Why `slot` cannot be served, in the shape of its path; sets its route otherwise.
std::optional<Response> Connection::refusal(Slot& slot) {
  Request& head = slot.head;
  if (reader_->target_error()) return shared_.router.shape(head, *reader_->target_error());
  if (auto preflight = answer_preflight(shared_.router, head)) {
    slot.exchange.any_origin = true;
    return preflight;
  }
  Router::Match match = shared_.router.find(head);
  if (match.route == nullptr) {
    Response response = shared_.router.shape(head, match.error);
    if (!match.allowed.empty() && !response.headers.has("Allow")) {
      std::string allowed;
      for (const auto& method : match.allowed) allowed += (allowed.empty() ? "" : ", ") + method;
      response.headers.set("Allow", std::move(allowed));
    }
    return response;
  }
  slot.exchange.any_origin = match.route->origins == Origins::kAny;
  if (!slot.exchange.any_origin) {
    const auto allowed = check_same_origin(head, shared_.limits.allowed_hosts);
    if (!allowed) return shared_.router.shape(head, allowed.error());
  }
  if (reader_->content_length().value_or(0) > match.route->body_limit) {
    return shared_.router.shape(
        head, {ErrorCode::kTooLarge, "request body: " + std::to_string(*reader_->content_length()) +
                                         " bytes, want at most " + std::to_string(match.route->body_limit)});
  }
  slot.route = match.route;
  reader_->request().captures = std::move(match.captures);
  return std::nullopt;
}

void Connection::finish_request() {
  if (std::exchange(discarding_, false)) {
    reader_.reset();
    return;
  }
  Slot& slot = slots_.back();
  slot.wants_continue = false;
  const bool last = slot.last;
  dispatch(slot);
  if (last) {
    stop_input();
  } else {
    reader_.reset();
  }
}

void Connection::dispatch(Slot& slot) {
  const std::uint64_t id = slot.id;
  Answerer answerer(shared_.loop, weak_from_this(), id, slot.exchange, shared_.limits.compress_from);
  WorkerPool::Task task = [route = slot.route, request = std::move(reader_->request()), charge = reader_->take_charge(),
                           respond = std::move(answerer)]() mutable {
    const std::string path = request.path;
    try {
      route->handler(std::move(request), std::move(respond));
    } catch (const std::exception& error) {
      spdlog::error("the handler of {} threw: {}", path, error.what());
    }
  };
  if (!shared_.workers.post(task)) {
    answer(id, shared_.router.shape(slot.head, {ErrorCode::kUnavailable, "the server is busy; retry later"}));
  }
}

void Connection::answer(std::uint64_t id, std::optional<Response> response) {
  const auto slot = std::ranges::find(slots_, id, &Slot::id);
  if (closed_ || slot == slots_.end() || slot->response) return;
  if (!response) {
    spdlog::error("{} {} went unanswered by its handler", slot->head.method, slot->head.path);
    response = shared_.router.shape(slot->head, {ErrorCode::kInternal, "no answer was given"});
  }
  if (response->status == 503 && !response->headers.has("Retry-After")) response->headers.set("Retry-After", "1");
  slot->response = std::move(response);
  flush();
}

/// Ends the request being read with an error, and the connection after it. `status`: where the shape's own does not
/// fit.
void Connection::refuse(const Error& error, int status) {
  cut_ = true;
  if (discarding_) {
    if (slots_.empty() && !writing_) return linger();
    if (!slots_.empty()) slots_.back().last = true;
    last_written_ = last_written_ || slots_.empty();
    stop_input();
    return flush();
  }
  if (!reader_->head_done()) {
    Slot& slot = slots_.emplace_back();
    slot.id = next_id_++;
    slot.head = reader_->request();
  }
  Slot& slot = slots_.back();
  const bool known = slot.head.path.starts_with('/');
  Response response = known ? shared_.router.shape(slot.head, error) : plain_error(error);
  if (status != 0) response.status = status;
  slot.wants_continue = false;
  slot.last = true;
  stop_input();
  answer(slot.id, std::move(response));
}

void Connection::stop_input() {
  input_over_ = true;
  reader_.reset();
  buffer_.consume(buffer_.size());
}

/// Writes what may be written: answers in the order of their requests, as many as are there.
void Connection::flush() {
  if (writing_ || closed_ || last_written_) return;
  out_.clear();
  while (!slots_.empty() && !last_written_) {
    Slot& slot = slots_.front();
    if (std::exchange(slot.wants_continue, false)) {
      out_.emplace_back(kContinue);
      read_deadline_ = Clock::now() + shared_.limits.body_timeout;
    }
    if (!slot.response) break;
    last_written_ = slot.last || (shared_.stopping && slots_.size() == 1 && !reader_);
    slot.exchange.keep_alive = !last_written_;
    out_.push_back(write_head(slot.exchange, *slot.response));
    const bool bodiless = slot.exchange.head_only || slot.response->status == 204 || slot.response->status == 304;
    if (!bodiless) out_.push_back(std::move(slot.response->body));
    slots_.pop_front();
  }
  if (out_.empty()) return;
  writing_ = true;
  write_deadline_ = Clock::now() + shared_.limits.body_timeout;
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(out_.size());
  for (const auto& part : out_) buffers.push_back(asio::buffer(part));
  const auto progress = [this](const error_code& ec, std::size_t) -> std::size_t {
    write_deadline_ = Clock::now() + shared_.limits.body_timeout;
    return ec ? 0 : kReadBody;
  };
  asio::async_write(socket_, std::move(buffers), progress,
                    [self = shared_from_this()](const error_code& ec, std::size_t) { self->on_written(ec); });
}

void Connection::on_written(const error_code& ec) {
  writing_ = false;
  out_.clear();
  if (closed_) return;
  if (ec) return close();
  // A client whose request was read whole has nothing on its way that a plain close would trip over.
  if (last_written_) return shared_.stopping && !cut_ ? close() : linger();
  if (input_over_ && slots_.empty()) return close();
  flush();
  if (idle()) {
    if (shared_.stopping) return close();
    read_deadline_ = Clock::now() + shared_.limits.idle_timeout;
  }
  if (!reading_ && !input_over_) take();
}

/// Says that no more is sent, then waits for the client to close: closing at once would reset what it has not read yet.
void Connection::linger() {
  if (lingering_ || closed_) return;
  stop_input();
  slots_.clear();
  lingering_ = true;
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) return close();
  read_deadline_ = Clock::now() + kLingerTime;
  read();
}

void Connection::sweep(Clock::time_point now) {
  if (closed_) return;
  if (writing_ && now > write_deadline_) return close();
  if (now <= read_deadline_) return;
  if (lingering_ || idle()) return close();
  if (!reader_ || (!slots_.empty() && slots_.back().wants_continue)) return;
  refuse(
      {ErrorCode::kMalformed, reader_->head_done() ? "request body: came too slowly" : "request head: came too slowly"},
      408);
}

void Connection::finish() {
  if (idle()) return close();
  // A request whose head has not come whole was never accepted.
  if (reader_ && !reader_->head_done()) {
    stop_input();
    if (slots_.empty() && !writing_) close();
  }
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  error_code ec;
  socket_.close(ec);
  slots_.clear();
  reader_.reset();
  shared_.connections.erase(shared_from_this());
  shared_.on_closed();
}

}  // namespace

struct HttpServer::State {
  State(const Router& router, WorkerPool& workers, HttpLimits limits)
      : shared{router, workers, std::move(limits)},
        acceptor(shared.loop->context),
        retry(shared.loop->context),
        timer(shared.loop->context) {
    shared.on_closed = [this] { on_closed(); };
  }

  Result<Endpoint> listen(const Endpoint& where);
  void accept();
  void sweep();
  void on_closed();
  void begin_stop();
  void close_all();

  Shared shared;
  Acceptor acceptor;
  Timer retry;
  Timer timer;
  bool accepting = false;
  std::thread thread;
  std::mutex mutex;
  std::condition_variable emptied;
  bool all_closed = false;  ///< under `mutex`: stopping, and no connection is left
};

Result<Endpoint> HttpServer::State::listen(const Endpoint& where) {
  error_code ec;
  tcp::resolver resolver(shared.loop->context);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return std::unexpected(unknown_host_error(where));
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return Endpoint{where.host, acceptor.local_endpoint().port()};
  error_code ignored;
  acceptor.close(ignored);
  return std::unexpected(listen_error(where, ec.value()));
}

void HttpServer::State::accept() {
  if (accepting || shared.stopping || shared.connections.size() >= shared.limits.connections) return;
  accepting = true;
  acceptor.async_accept([this](const error_code& ec, Socket socket) {
    accepting = false;
    if (shared.stopping) return;
    if (ec == asio::error::no_descriptors || ec == boost::system::errc::too_many_files_open_in_system ||
        ec == asio::error::no_memory) {
      // Nothing to accept with: connections that close make room.
      retry.expires_after(std::chrono::milliseconds(100));
      retry.async_wait([this](const error_code& cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    if (!ec) {
      const auto connection = std::make_shared<Connection>(shared, std::move(socket));
      shared.connections.insert(connection);
      connection->start();
    }
    accept();
  });
}

void HttpServer::State::sweep() {
  timer.expires_after(kSweep);
  timer.async_wait([this](const error_code& cancelled) {
    if (cancelled) return;
    const auto now = Clock::now();
    const std::vector<std::shared_ptr<Connection>> all(shared.connections.begin(), shared.connections.end());
    for (const auto& connection : all) connection->sweep(now);
    sweep();
  });
}

void HttpServer::State::on_closed() {
  if (!shared.stopping) return accept();
  if (!shared.connections.empty()) return;
  {
    const std::lock_guard lock(mutex);
    all_closed = true;
  }
  emptied.notify_all();
}

void HttpServer::State::begin_stop() {
  shared.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  const std::vector<std::shared_ptr<Connection>> all(shared.connections.begin(), shared.connections.end());
  for (const auto& connection : all) connection->finish();
  on_closed();
}

void HttpServer::State::close_all() {
  const std::vector<std::shared_ptr<Connection>> all(shared.connections.begin(), shared.connections.end());
  for (const auto& connection : all) connection->close();
  timer.cancel();
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
        state->shared.loop->context.run();
        return;
      } catch (const std::exception& error) {
        spdlog::error("the HTTP loop threw: {}", error.what());
      }
    }
  });
  return real;
}

void HttpServer::stop(std::chrono::milliseconds grace) {
  if (!state_->thread.joinable()) return;
  asio::post(state_->shared.loop->context, [state = state_.get()] { state->begin_stop(); });
  {
    std::unique_lock lock(state_->mutex);
    state_->emptied.wait_for(lock, grace, [this] { return state_->all_closed; });
  }
  asio::post(state_->shared.loop->context, [state = state_.get()] { state->close_all(); });
  state_->thread.join();
}

}  // namespace tetrascope
