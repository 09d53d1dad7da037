#include "net/http_server.h"

#include <pthread.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "base/log.h"
#include "net/http_connection.h"
#include "net/listen_error.h"

namespace tetrascope {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, HttpExecutor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, HttpExecutor>;

constexpr auto kSweep = std::chrono::milliseconds(250);

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

  HttpShared shared;
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
  acceptor.async_accept([this](const error_code& ec, HttpSocket socket) {
    accepting = false;
    if (shared.http.stopping) return;
    if (!ec) {
      const auto connection = std::make_shared<HttpConnection>(shared, std::move(socket));
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
    pthread_setname_np(pthread_self(), "http");
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
