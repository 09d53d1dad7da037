#include "net/http_client.h"

#include <array>
#include <optional>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_server.h"

namespace tetrascope {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kLargestHead = 64U << 10;

/// What ended a try to send, and whether a new connection may do better.
struct Failure {
  error_code code;
  bool answered = false;  ///< bytes of an answer had come
};

}  // namespace

struct HttpClient::State {
  std::string host;
  std::uint16_t port;
  asio::io_context context{1};
  tcp::socket socket{context};
  boost::beast::flat_buffer buffer{};

  [[nodiscard]] std::string where() const { return Endpoint{host, port}.text(); }

  /// Runs what was started until it is done; at the deadline it is cancelled, and `code` says so.
  void run(Clock::time_point deadline, const bool& done, error_code& code) {
    context.restart();
    while (!done && context.run_one_until(deadline) > 0) {
    }
    if (done) return;
    error_code ignored;
    socket.close(ignored);
    context.restart();
    context.run();
    code = asio::error::timed_out;
  }

  void close() {
    error_code ignored;
    socket.close(ignored);
    buffer.clear();
  }

  /// Whether the kept connection is still one: the server may have closed it, or sent what nobody asked for.
  bool reusable() {
    if (!socket.is_open()) return false;
    error_code ec;
    socket.non_blocking(true, ec);
    std::array<char, 1> byte{};
    socket.receive(asio::buffer(byte), tcp::socket::message_peek, ec);
    return ec == asio::error::would_block;
  }

  error_code connect(Clock::time_point deadline) {
    close();
    error_code code;
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(host, std::to_string(port), code);
    if (code) return code;
    bool done = false;
    asio::async_connect(socket, found, [&](const error_code& ec, const tcp::endpoint&) {
      code = ec;
      done = true;
    });
    run(deadline, done, code);
    if (code) {
      close();
      return code;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    return {};
  }

  error_code write(const std::string& head, std::string_view body, Clock::time_point deadline) {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body.data(), body.size())};
    error_code code;
    bool done = false;
    asio::async_write(socket, parts, [&](const error_code& ec, std::size_t) {
      code = ec;
      done = true;
    });
    run(deadline, done, code);
    return code;
  }

  error_code read(Parser& parser, Clock::time_point deadline) {
    error_code code;
    bool done = false;
    http::async_read(socket, buffer, parser, [&](const error_code& ec, std::size_t) {
      code = ec;
      done = true;
    });
    run(deadline, done, code);
    return code;
  }

  std::expected<Response, Failure> exchange(bool head_only, const std::string& head, std::string_view body,
                                            Clock::time_point deadline) {
    const error_code written = write(head, body, deadline);
    if (written == asio::error::timed_out) return std::unexpected(Failure{written});
    // A server that refuses a body may answer, and close, before all of it was sent: its answer is still to be read.
    std::optional<Parser> parser;
    error_code ec;
    do {  // 100 Continue and the like come before the answer
      parser.emplace();
      parser->header_limit(kLargestHead);
      parser->body_limit(kLargestAnswer);
      parser->skip(head_only);
      ec = read(*parser, deadline);
    } while (!ec && parser->get().result_int() / 100 == 1);
    if (ec)
      return std::unexpected(Failure{ec == asio::error::timed_out || !written ? ec : written, parser->got_some()});
    auto message = parser->release();
    Response response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message)
      response.headers.add(std::string(field.name_string()), std::string(field.value()));
    response.body = std::move(message.body());
    if (written || !message.keep_alive()) close();
    return response;
  }
};

namespace {

std::string request_head(std::string_view method, std::string_view target, const Headers& headers,
                         const std::string& where, std::size_t body_bytes) {
  std::string head;
  head.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(where).append("\r\n");
  for (const auto& [name, value] : headers.fields()) head.append(name).append(": ").append(value).append("\r\n");
  if (body_bytes > 0 || method == "POST" || method == "PUT")
    head.append("Content-Length: ").append(std::to_string(body_bytes)).append("\r\n");
  return head.append("\r\n");
}

Error explain(const error_code& code, const std::string& where) {
  if (code == asio::error::timed_out) return {ErrorCode::kDeadlineExceeded, where + " did not answer in time"};
  if (code == http::error::body_limit) {
    return {ErrorCode::kTooLarge, where + " answered with more than " + std::to_string(kLargestAnswer) + " bytes"};
  }
  if (code == http::error::end_of_stream || code == http::error::partial_message)
    return {ErrorCode::kUnavailable, where + " closed the connection"};
  return {ErrorCode::kUnavailable, where + ": " + code.message()};
}

}  // namespace

HttpClient::HttpClient(std::string host, std::uint16_t port) : state_(new State{std::move(host), port}) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<Response> HttpClient::send(std::string_view method, std::string_view target, const Headers& headers,
                                  std::string_view body, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const std::string head = request_head(method, target, headers, state_->where(), body.size());
  for (bool kept = state_->reusable();; kept = false) {
    if (!kept) {
      if (const error_code code = state_->connect(deadline)) return std::unexpected(explain(code, state_->where()));
    }
    auto response = state_->exchange(method == "HEAD", head, body, deadline);
    if (response) return *std::move(response);
    state_->close();
    const bool again = kept && !response.error().answered && response.error().code != asio::error::timed_out;
    if (!again) return std::unexpected(explain(response.error().code, state_->where()));
  }
}

}  // namespace tetrascope
