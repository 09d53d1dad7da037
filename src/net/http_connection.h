#pragma once
// One connection of an HTTP server: its socket, and the conversation over it. One thread runs every connection;
// handlers run on the worker pool and post their answers back to that thread. So nothing of a connection needs a lock.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "net/http_conversation.h"
#include "net/worker_pool.h"

namespace tetrascope {

using HttpExecutor = boost::asio::io_context::executor_type;
using HttpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, HttpExecutor>;

class HttpConnection;

/// What the connections share; all of it belongs to the loop's thread, but for what is const.
struct HttpShared {
  HttpContext http;
  WorkerPool& workers;
  /// HttpShared with the answers of handlers, which may outlive the server.
  const std::shared_ptr<boost::asio::io_context> loop = std::make_shared<boost::asio::io_context>(1);
  std::unordered_set<std::shared_ptr<HttpConnection>> connections = {};
  std::function<void()> on_closed = {};  ///< after each connection that goes

  /// All of them, as they are now: what is done to one may close it.
  [[nodiscard]] std::vector<std::shared_ptr<HttpConnection>> all() const {
    return {connections.begin(), connections.end()};
  }
};

/// A socket and the conversation over it.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpShared& shared, HttpSocket socket) : shared_(shared), socket_(std::move(socket)) {}

  void start();
  /// `logged`: the log has told already why there is no response.
  void answer(std::uint64_t id, std::optional<Response> response, bool logged);
  /// Closes what has waited too long.
  void sweep(std::chrono::steady_clock::time_point now);
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
  void on_read(const boost::system::error_code& ec, std::size_t bytes);
  void drop_input(std::size_t dropped);
  void write();
  void on_written(const boost::system::error_code& ec);
  void linger();

  HttpShared& shared_;
  HttpSocket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<HttpConversation> conversation_;
  bool reading_ = false;
  bool writing_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  std::size_t lingered_ = 0;
  std::chrono::steady_clock::time_point linger_end_;
  std::chrono::steady_clock::time_point write_deadline_;
  std::vector<std::string> out_;  ///< being written
};

}  // namespace tetrascope
