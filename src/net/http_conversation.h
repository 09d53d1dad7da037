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
#include <utility>
#include <vector>

#include "net/body_stream.h"
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
  /// Every stream that is being read holds one; so many there are.
  const std::shared_ptr<const bool> stream_place = std::make_shared<const bool>(true);
  bool stopping = false;

  [[nodiscard]] std::size_t streams() const { return static_cast<std::size_t>(stream_place.use_count()) - 1; }
};

/// Calls the handler; what it throws is logged, and `respond` answers for itself when it goes.
void run_handler(const Route& route, Request&& request, Respond respond);

/// The stream of an answer, as its connection has it: closed when that goes.
class ReadStream {
 public:
  ReadStream() = default;
  ReadStream(std::shared_ptr<BodyStream> stream, std::shared_ptr<const bool> place)
      : stream_(std::move(stream)), place_(std::move(place)) {}
  ReadStream(ReadStream&&) noexcept = default;
  ReadStream& operator=(ReadStream&& other) noexcept {
    ReadStream old(std::move(*this));
    stream_ = std::move(other.stream_);
    place_ = std::move(other.place_);
    return *this;
  }
  ~ReadStream() {
    if (stream_) stream_->close();
  }
  explicit operator bool() const { return stream_ != nullptr; }
  BodyStream* operator->() const { return stream_.get(); }

 private:
  std::shared_ptr<BodyStream> stream_;
  std::shared_ptr<const bool> place_;
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
  /// The server stops: a request whose head has not come whole was never accepted, and streams end.
  void finish();
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
    ReadStream stream;   ///< of the response
    bool begun = false;  ///< the head of a response with a stream is written
  };

  bool start_request(std::string_view& rest);
  void judge_head(bool body_has_begun);
  void discard_body(Slot& slot);
  std::optional<Response> refusal(Slot& slot);
  void finish_request();
  void refuse(const Error& error, int status = 0);
  void stop_input();
  bool stream_out(Slot& slot, std::vector<std::string>& out);
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
