#pragma once
// One connection's requests and answers as HTTP/1.1 has them, without its socket: bytes in, requests out to their
// handlers, answers in, bytes out in the order of the requests.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/exchange.h"
#include "net/http.h"
#include "net/http_server.h"
#include "net/request_reader.h"

namespace tetrascope {

/// What all connections of one server share.
struct HttpContext {
  const Router& router;
  const HttpLimits limits;
  const std::shared_ptr<BodyBudget> budget = std::make_shared<BodyBudget>(limits.bodies_bytes);
  bool stopping = false;
};

class HttpConversation {
 public:
  using Clock = std::chrono::steady_clock;

  /// A request that is read whole. Its answer comes back by answer() under the same id.
  struct Ready {
    std::uint64_t id = 0;
    const Route* route = nullptr;
    Request request;
    BodyCharge charge;  ///< to be kept until the handler has returned
    Exchange exchange;
  };
  /// Hands a request on; false when the workers have too much to do.
  using Dispatch = std::function<bool(Ready&&)>;

  /// Keeps a reference to `context`.
  HttpConversation(const HttpContext& context, std::string remote_address, Dispatch dispatch);

  /// Takes what it can use of `bytes` and says how many; the others must come again, with more behind them.
  std::size_t take(std::string_view bytes);
  /// The client sends no more; it may still read answers.
  void end_of_input();
  /// Nullopt when the handler went without an answer. Returns the request's path; nullopt when `id` is of no open
  /// request.
  std::optional<std::string> answer(std::uint64_t id, std::optional<Response> response);
  /// The server stops: a request whose head has not come whole was never accepted.
  void drop_unaccepted();
  /// True when an idle connection has had its time; a request that comes too slowly is answered instead.
  bool late(Clock::time_point now);

  /// What can be written now. Once that is done, call again.
  std::vector<std::string> output();
  enum class Next {
    kGoOn,
    kLinger,  ///< the client may still be sending: say that no more is written, and read its rest
    kClose,
  };
  /// What becomes of the connection when output() had nothing more.
  [[nodiscard]] Next next() const;
  /// Whether more should be read. False while enough requests are in flight.
  [[nodiscard]] bool wants_input() const;
  [[nodiscard]] bool reads_body() const { return reader_ && reader_->head_done(); }

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

  bool start_request(std::string_view& rest);
  void judge_head(bool body_has_begun);
  void discard_body(Slot& slot);
  std::optional<Response> refusal(Slot& slot);
  void finish_request();
  void refuse(const Error& error, int status = 0);
  void stop_input();
  [[nodiscard]] bool idle() const { return !reader_ && slots_.empty(); }

  const HttpContext& context_;
  std::string remote_address_;
  Dispatch dispatch_;
  std::optional<RequestReader> reader_;  ///< the request being read
  bool discarding_ = false;              ///< … whose body nobody wants
  std::deque<Slot> slots_;
  std::uint64_t next_id_ = 1;
  bool input_over_ = false;
  bool cut_ = false;            ///< … although more of a request was to come
  bool last_given_ = false;     ///< output() gave the last answer
  Clock::time_point deadline_;  ///< of the head or body being read, or of an idle connection
  Clock::time_point body_end_;
};

}  // namespace tetrascope
