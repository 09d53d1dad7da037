#include "net/request_reader.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace tetrascope {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::size_t kMostFields = 256;
/// A declared length reserves no more than this before its bytes come.
constexpr std::size_t kFirstReserve = std::size_t{1} << 20;
/// A body's part of the budget that is set aside by its declared length, before its bytes come.
constexpr std::size_t kMostSetAside = std::size_t{4} << 20;

std::string_view text(boost::beast::string_view view) { return {view.data(), view.size()}; }

/// Errors of ours that travel through Beast, which knows only error codes.
enum class Stop { kNone, kBodyTooLarge, kBudgetSpent, kTooManyFields };

Error explain(const error_code& ec) {
  if (ec == http::error::header_limit) return {ErrorCode::kTooLarge, "request head: too large"};
  if (ec == http::error::bad_version) return {ErrorCode::kMalformed, "request line: want HTTP/1.1"};
  if (ec == http::error::bad_chunk || ec == http::error::bad_chunk_extension) {
    return {ErrorCode::kMalformed,
            "chunked body: a chunk's length is not hexadecimal, or its end is not where it should be"};
  }
  if (ec == http::error::bad_content_length) return {ErrorCode::kMalformed, "Content-Length: want one decimal number"};
  if (ec == http::error::bad_transfer_encoding) {
    return {ErrorCode::kMalformed, "Transfer-Encoding: want `chunked`, and no Content-Length beside it"};
  }
  if (ec == http::error::bad_method || ec == http::error::bad_target) {
    return {ErrorCode::kMalformed, "request line: want METHOD /path HTTP/1.1"};
  }
  return {ErrorCode::kMalformed, "request head: a header field is not `name: value`"};
}

/// Beast 1.81 asserts that a last chunk whose line it has seen comes back with five bytes. Behind another chunk's CRLF
/// that line makes as many by itself; as the first of its body it waits for them. No chunked body ends in fewer.
bool may_begin_the_end(std::string_view bytes) {
  constexpr std::size_t kLeastEnd = std::string_view("0\r\n\r\n").size();
  return bytes.size() < kLeastEnd && bytes.starts_with('0') && bytes.contains("\r\n");
}

}  // namespace

bool BodyBudget::take(std::size_t bytes) {
  if (used_.fetch_add(bytes) + bytes <= limit_) return true;
  used_ -= bytes;
  return false;
}

BodyCharge::~BodyCharge() {
  if (bytes_ > 0) budget_->give(bytes_);
}

bool BodyCharge::add(std::size_t bytes) {
  if (!budget_->take(bytes)) return false;
  bytes_ += bytes;
  return true;
}

struct RequestReader::Parser final : http::basic_parser<true> {
  explicit Parser(std::shared_ptr<BodyBudget> budget) : charge(std::move(budget)) {}

  Request request;
  std::optional<Error> target_error;
  BodyCharge charge;
  int version = 11;
  int hosts = 0;         ///< Host fields
  bool in_body = false;  ///< fields from here on are trailers
  bool discarding = false;
  std::size_t allowed = 0;    ///< bytes of the body that may still come
  std::size_t set_aside = 0;  ///< of the budget, for what is still to come
  bool had_chunk = false;     ///< a chunk's line was read
  Stop stop = Stop::kNone;

  void give_up(Stop why, error_code& ec) {
    stop = why;
    ec = http::error::body_limit;
  }

  void on_request_impl(http::verb, boost::beast::string_view method, boost::beast::string_view target, int seen,
                       error_code&) override {
    request.method = text(method);
    version = seen;
    if (auto parsed = tetrascope::parse_target(text(target), request); !parsed)
      target_error = std::move(parsed).error();
  }
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& ec) override {
    if (in_body) return;
    if (request.headers.fields().size() >= kMostFields) return give_up(Stop::kTooManyFields, ec);
    if (boost::beast::iequals(name, "Transfer-Encoding")) {
      // RFC 9112, 6.1: a coding that we cannot take off must not be taken for the body itself, and Beast lets it pass.
      if (request.headers.has("Transfer-Encoding") || !boost::beast::iequals(value, "chunked")) {
        ec = http::error::bad_transfer_encoding;
        return;
      }
    }
    if (boost::beast::iequals(name, "Host")) ++hosts;
    request.headers.add(std::string(text(name)), std::string(text(value)));
  }
  void on_header_impl(error_code&) override { in_body = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length && !discarding)
      request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, kFirstReserve)));
  }
  std::size_t on_body_impl(boost::beast::string_view piece, error_code& ec) override {
    if (piece.size() > allowed) {
      give_up(Stop::kBodyTooLarge, ec);
      return 0;
    }
    allowed -= piece.size();
    if (discarding) return piece.size();
    const std::size_t paid = std::min(set_aside, piece.size());
    set_aside -= paid;
    if (!charge.add(piece.size() - paid)) {
      give_up(Stop::kBudgetSpent, ec);
      return 0;
    }
    if (request.body.size() + piece.size() > request.body.capacity()) {
      // A client that really sends much gets its whole length at once; a claim alone costs one megabyte of addresses.
      const auto more = content_length_remaining();
      if (more) request.body.reserve(request.body.size() + static_cast<std::size_t>(*more));
    }
    request.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view, error_code& ec) override {
    had_chunk = true;
    if (size > allowed) give_up(Stop::kBodyTooLarge, ec);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view piece, error_code& ec) override {
    return on_body_impl(piece, ec);
  }
  void on_finish_impl(error_code&) override {}
};

RequestReader::RequestReader(std::size_t header_bytes, std::shared_ptr<BodyBudget> budget)
    : parser_(std::make_unique<Parser>(std::move(budget))) {
  parser_->header_limit(static_cast<std::uint32_t>(header_bytes));
  // Bodies are counted above, against the limit of a route that is known only after the head.
  parser_->body_limit(boost::none);
}

RequestReader::~RequestReader() = default;

Result<std::size_t> RequestReader::put(std::string_view bytes) {
  const bool before_chunks = parser_->is_header_done() && parser_->chunked() && !parser_->had_chunk;
  if (before_chunks && may_begin_the_end(bytes)) return 0;
  parser_->eager(parser_->is_header_done());
  error_code ec;
  const std::size_t used = parser_->put({bytes.data(), bytes.size()}, ec);
  if (!ec || ec == http::error::need_more) return used;
  switch (parser_->stop) {
    case Stop::kTooManyFields:
      return fail(ErrorCode::kTooLarge, "request head: more than " + std::to_string(kMostFields) + " fields");
    case Stop::kBodyTooLarge:
      return fail(ErrorCode::kTooLarge, "request body: larger than this path takes");
    case Stop::kBudgetSpent:
      return fail(ErrorCode::kUnavailable, "too many requests are being read at once; retry later");
    case Stop::kNone:
      break;
  }
  return std::unexpected(explain(ec));
}

bool RequestReader::head_done() const { return parser_->is_header_done(); }
bool RequestReader::done() const { return parser_->is_done(); }
bool RequestReader::keep_alive() const { return parser_->keep_alive(); }

bool RequestReader::expects_continue() const {
  return version() == 11 && boost::beast::iequals(std::string(parser_->request.headers.get("Expect")), "100-continue");
}

bool RequestReader::names_one_host() const { return parser_->hosts == 1 || (parser_->hosts == 0 && version() == 10); }

std::optional<std::uint64_t> RequestReader::content_length() const {
  if (parser_->chunked()) return std::nullopt;
  const auto length = parser_->content_length();
  return length ? *length : 0;
}

void RequestReader::limit_body(std::size_t bytes) { parser_->allowed = bytes; }

bool RequestReader::set_body_aside() {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(content_length().value_or(0), kMostSetAside));
  if (!parser_->charge.add(bytes)) return false;
  parser_->set_aside = bytes;
  return true;
}

void RequestReader::discard_body(std::size_t bytes) {
  parser_->allowed = bytes;
  parser_->discarding = true;
}

const std::optional<Error>& RequestReader::target_error() const { return parser_->target_error; }
Request& RequestReader::request() { return parser_->request; }
int RequestReader::version() const { return parser_->version; }
BodyCharge RequestReader::take_charge() { return std::move(parser_->charge); }

}  // namespace tetrascope
