#pragma once
// One HTTP/1.x request out of bytes as they come, with its bounds (Boost.Beast's parser inside). Knows no sockets.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "net/http.h"

namespace tetrascope {

/// The bytes that all bodies together may have while they are read or wait for a worker. Safe for several threads.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] bool take(std::size_t bytes);
  void give(std::size_t bytes) { used_ -= bytes; }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

/// What one body has taken of the budget; given back when this goes.
class BodyCharge {
 public:
  explicit BodyCharge(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  ~BodyCharge();
  BodyCharge(BodyCharge&& other) noexcept : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyCharge& operator=(BodyCharge&&) = delete;
  [[nodiscard]] bool add(std::size_t bytes);

 private:
  std::shared_ptr<BodyBudget> budget_;
  std::size_t bytes_ = 0;
};

/// Reads one request; make another for the next one.
class RequestReader {
 public:
  RequestReader(std::size_t header_bytes, std::shared_ptr<BodyBudget> budget);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Takes what it can use of `bytes` and says how much that was; the rest must come again, with more behind it.
  /// Stops after the head, so that the caller can judge it before the body is read, and after the last byte of the
  /// request. Errors: kMalformed; kTooLarge (head over `header_bytes` when !head_done(), else body over its limit);
  /// kUnavailable (the budget of all bodies is spent).
  Result<std::size_t> put(std::string_view bytes);

  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  // After the head:
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool expects_continue() const;
  /// RFC 9112, 3.2: one Host field, even if an empty one, in each request of HTTP/1.1; HTTP/1.0 may leave it out.
  [[nodiscard]] bool names_one_host() const;
  /// Nullopt for a chunked body; 0 when there is none.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  /// What may still come of the body. Default: nothing.
  void limit_body(std::size_t bytes);
  /// Takes what the body declares of the budget, up to some megabytes, so that what is begun can also be ended: many
  /// that are each let in for a part would all be refused. False: there is not so much left.
  [[nodiscard]] bool set_body_aside();
  /// Reads over the body, of at most `bytes`.
  void discard_body(std::size_t bytes);
  /// Why `target` could not be taken apart.
  [[nodiscard]] const std::optional<Error>& target_error() const;

  /// `method`, `target`, `path` and `query` as soon as the request line was read; `headers` and `body` as they come.
  [[nodiscard]] Request& request();
  [[nodiscard]] int version() const;  ///< 10 or 11
  /// The body's part of the budget, for whoever holds the body now.
  [[nodiscard]] BodyCharge take_charge();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tetrascope
