#include "net/http_conversation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "base/log.h"

namespace tetrascope {
namespace {

/// An unwanted body up to here is read over, so that the connection can be kept.
constexpr std::size_t kDiscard = std::size_t{64} << 10;
/// However steadily a body trickles in, it must be whole after so many times HttpLimits::body_timeout.
constexpr int kBodyTimeouts = 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

void say_when_to_retry(Response& response) {
  if (response.status == 503 && !response.headers.has("Retry-After")) response.headers.set("Retry-After", "1");
}

std::string chunk_head(std::size_t bytes) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16);
  return std::string(digits.data(), end.ptr) + "\r\n";
}

}  // namespace

void run_handler(const Route& route, Request&& request, Respond respond) {
  try {
    route.handler(std::move(request), std::move(respond));
  } catch (const std::exception& error) {
    log_error("the handler of {} {} threw: {}", route.method, route.pattern, error.what());
  }
}

HttpConversation::HttpConversation(const HttpContext& context, std::string remote_address, Dispatch dispatch)
    : context_(context),
      remote_address_(std::move(remote_address)),
      dispatch_(std::move(dispatch)),
      deadline_(Clock::now() + context.limits.idle_timeout) {}

std::size_t HttpConversation::take(std::string_view bytes) {
  if (reads_body() && !bytes.empty()) deadline_ = std::min(Clock::now() + context_.limits.body_timeout, body_end_);
  std::string_view rest = bytes;
  while (!input_over_) {
    if (!reader_ && !start_request(rest)) break;
    const bool had_head = reader_->head_done();
    const auto used = reader_->put(rest);
    if (!used) {
      refuse(used.error(), had_head || used.error().code != ErrorCode::kTooLarge ? 0 : 431);
      break;
    }
    rest.remove_prefix(*used);
    if (!had_head && reader_->head_done()) judge_head(!rest.empty());
    if (!reader_) continue;
    if (reader_->done()) {
      finish_request();
      continue;
    }
    if (*used == 0 && rest.size() > context_.limits.header_bytes) {
      refuse({ErrorCode::kMalformed, "chunked body: a chunk's head or the trailer is too long"});
    }
    if (*used == 0 || rest.empty()) break;
  }
  return input_over_ ? bytes.size() : bytes.size() - rest.size();
}

/// False when there is nothing to start with yet, or no more may be in flight.
bool HttpConversation::start_request(std::string_view& rest) {
  if (slots_.size() >= context_.limits.pipelined) return false;
  // RFC 9112, 2.2: empty lines before a request line are skipped.
  rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
  if (rest.empty()) return false;
  reader_.emplace(context_.limits.header_bytes, context_.budget);
  deadline_ = Clock::now() + context_.limits.head_timeout;
  return true;
}

/// Opens the slot of a request whose head is read, and refuses what needs no body to be refused.
void HttpConversation::judge_head(bool body_has_begun) {
  Request& request = reader_->request();
  request.remote_address = remote_address_;
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
  if (slot.response) {
    say_when_to_retry(*slot.response);
    return discard_body(slot);
  }
  slot.wants_continue = !reader_->done() && !body_has_begun && reader_->expects_continue();
  reader_->limit_body(slot.route->body_limit);
  const auto now = Clock::now();
  deadline_ = now + context_.limits.body_timeout;
  body_end_ = now + kBodyTimeouts * context_.limits.body_timeout;
}

/// A small body of a refused request is read over, so that the connection can go on; behind a larger one it ends.
void HttpConversation::discard_body(Slot& slot) {
  discarding_ = !reader_->done();
  if (discarding_) {
    reader_->discard_body(kDiscard);
    deadline_ = body_end_ = Clock::now() + context_.limits.body_timeout;
    // Whoever waits for `100 Continue` may send the body or not: there is no telling where the next request would
    // start.
    slot.last = slot.last || reader_->expects_continue() || reader_->content_length().value_or(0) > kDiscard;
  }
  if (slot.last) {
    cut_ = discarding_;
    stop_input();
  } else if (!discarding_) {
    reader_.reset();
  }
}

/// Why `slot` cannot be served, in the shape of its path; sets its route otherwise.
std::optional<Response> HttpConversation::refusal(Slot& slot) {
  const Router& router = context_.router;
  const Request& head = slot.head;
  if (reader_->target_error()) return router.shape(head, *reader_->target_error());
  if (!reader_->names_one_host()) {
    return router.shape(head, {ErrorCode::kMalformed, "request head: want one Host field"});
  }
  if (auto preflight = answer_preflight(router, head)) {
    slot.exchange.any_origin = true;
    return preflight;
  }
  Router::Match match = router.find(head);
  if (match.route == nullptr) {
    Response response = router.shape(head, match.error);
    std::string allowed;
    for (const auto& method : match.allowed) allowed += (allowed.empty() ? "" : ", ") + method;
    if (!allowed.empty() && !response.headers.has("Allow")) response.headers.set("Allow", std::move(allowed));
    return response;
  }
  slot.exchange.any_origin = match.route->origins == Origins::kAny;
  const Origins origins = match.route->origins;
  if (origins == Origins::kSame || (origins == Origins::kVendor && is_from_browser(head))) {
    const auto same = check_same_origin(head, context_.limits.allowed_hosts);
    if (!same) return router.shape(head, same.error());
  }
  if (const auto length = reader_->content_length().value_or(0); length > match.route->body_limit) {
    return router.shape(head,
                        {ErrorCode::kTooLarge, "request body: " + std::to_string(length) + " bytes, want at most " +
                                                   std::to_string(match.route->body_limit)});
  }
  if (!reader_->set_body_aside()) {
    return router.shape(head, {ErrorCode::kUnavailable, "too many requests are being read at once; retry later"});
  }
  slot.route = match.route;
  reader_->request().captures = std::move(match.captures);
  return std::nullopt;
}

void HttpConversation::finish_request() {
  if (std::exchange(discarding_, false)) return reader_.reset();
  Slot& slot = slots_.back();
  slot.wants_continue = false;
  const bool handed_on =
      dispatch_({slot.id, slot.route, std::move(reader_->request()), reader_->take_charge(), slot.exchange});
  reader_.reset();
  if (slot.last) stop_input();
  if (!handed_on)
    answer(slot.id, context_.router.shape(slot.head, {ErrorCode::kUnavailable, "the server is busy; retry later"}));
}

std::optional<std::string> HttpConversation::answer(std::uint64_t id, std::optional<Response> response) {
  const auto slot = std::ranges::find(slots_, id, &Slot::id);
  ReadStream stream = response ? ReadStream(response->stream, context_.stream_place) : ReadStream();
  if (slot == slots_.end() || slot->response) return std::nullopt;
  if (stream && context_.streams() > context_.limits.streams) {
    stream = {};
    response = context_.router.shape(slot->head, {ErrorCode::kUnavailable, "too many streams are being read"});
  }
  if (stream && context_.stopping) stream->end();
  slot->stream = std::move(stream);
  if (!response) response = context_.router.shape(slot->head, {ErrorCode::kInternal, "no answer was given"});
  say_when_to_retry(*response);
  slot->response = std::move(response);
  return slot->head.path;
}

/// Ends the request being read with an error, and the input with it. `status`: where the shape's own does not fit.
void HttpConversation::refuse(const Error& error, int status) {
  cut_ = true;
  if (discarding_) {  // answered already
    if (slots_.empty()) {
      last_given_ = true;
    } else {
      slots_.back().last = true;
    }
    return stop_input();
  }
  if (!reader_->head_done()) {
    Slot& opened = slots_.emplace_back();
    opened.id = next_id_++;
    opened.head = reader_->request();
  }
  Slot& slot = slots_.back();
  const bool known = slot.head.path.starts_with('/');
  Response response = known ? context_.router.shape(slot.head, error) : plain_error(error);
  if (status != 0) response.status = status;
  slot.wants_continue = false;
  slot.last = true;
  stop_input();
  answer(slot.id, std::move(response));
}

void HttpConversation::stop_input() {
  input_over_ = true;
  reader_.reset();
}

void HttpConversation::end_of_input() {
  if (reads_body() && !discarding_) {
    const std::string seen = std::to_string(reader_->request().body.size());
    refuse({ErrorCode::kMalformed, "request body: ended after " + seen + " bytes, before its end"});
  }
  stop_input();
}

void HttpConversation::finish() {
  if (!reads_body()) stop_input();
  for (const Slot& slot : slots_) {
    if (slot.stream) slot.stream->end();
  }
}

bool HttpConversation::late(Clock::time_point now) {
  if (now <= deadline_) return false;
  if (idle()) return true;
  // Waiting for a handler, or for our turn to say `100 Continue`, is not the client's fault.
  if (!reader_ || (reads_body() && !slots_.empty() && slots_.back().wants_continue)) return false;
  refuse({ErrorCode::kMalformed, reads_body() ? "request body: came too slowly" : "request head: came too slowly"},
         408);
  return false;
}

std::vector<std::string> HttpConversation::output() {
  std::vector<std::string> out;
  while (!slots_.empty() && !last_given_) {
    Slot& slot = slots_.front();
    if (std::exchange(slot.wants_continue, false)) {
      out.emplace_back(kContinue);
      deadline_ = Clock::now() + context_.limits.body_timeout;
    }
    if (!slot.response) break;
    if (slot.stream) {
      if (!stream_out(slot, out)) break;
      continue;
    }
    last_given_ = slot.last || (context_.stopping && slots_.size() == 1 && !reader_);
    slot.exchange.keep_alive = !last_given_;
    out.push_back(write_head(slot.exchange, *slot.response));
    const bool bodiless = slot.exchange.head_only || slot.response->status == 204 || slot.response->status == 304;
    if (!bodiless) out.push_back(std::move(slot.response->body));
    slots_.pop_front();
    if (idle()) deadline_ = Clock::now() + context_.limits.idle_timeout;
  }
  return out;
}

/// The head, then what was pushed since the last time. True when the body has ended, and the slot is gone.
bool HttpConversation::stream_out(Slot& slot, std::vector<std::string>& out) {
  const bool chunked = !slot.exchange.http10;
  if (!std::exchange(slot.begun, true)) {
    slot.last = slot.last || !chunked || context_.stopping;
    slot.exchange.keep_alive = !slot.last;
    out.push_back(write_head(slot.exchange, *slot.response));
  }
  BodyStream::Taken taken = slot.stream->take();
  if (slot.exchange.head_only) taken = {{}, true};
  if (!taken.bytes.empty()) {
    if (chunked) out.push_back(chunk_head(taken.bytes.size()));
    out.push_back(std::move(taken.bytes));
    if (chunked) out.emplace_back("\r\n");
  }
  if (!taken.ended) return false;
  if (chunked && !slot.exchange.head_only) out.emplace_back("0\r\n\r\n");
  last_given_ = slot.last;
  slots_.pop_front();
  if (idle()) deadline_ = Clock::now() + context_.limits.idle_timeout;
  return true;
}

HttpConversation::Next HttpConversation::next() const {
  // A client whose requests were read whole has nothing on its way that a plain close would trip over.
  if (last_given_) return context_.stopping && !cut_ ? Next::kClose : Next::kLinger;
  if (idle() && (input_over_ || context_.stopping)) return Next::kClose;
  return Next::kGoOn;
}

bool HttpConversation::wants_input() const {
  return !input_over_ && !last_given_ && (reader_ || slots_.size() < context_.limits.pipelined);
}

}  // namespace tetrascope
