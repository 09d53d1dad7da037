#pragma once
// A body that is written piece by piece while the client reads it, for answers that have no end of their own.

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace tetrascope {

/// One side pushes, from any thread; the other, the server's connection, takes what there is and is woken when there is
/// more. Thread-safe. A connection that goes closes it, so that whoever pushes learns of it.
class BodyStream {
 public:
  /// `capacity`: bytes that may wait for a client that reads slowly.
  explicit BodyStream(std::size_t capacity) : capacity_(capacity) {}

  enum class Pushed {
    kTaken,
    kFull,    ///< nothing was taken: the client is behind
    kClosed,  ///< nobody reads any more
  };
  Pushed push(std::string_view piece);
  /// No more is pushed: what waits is still written, then the body ends.
  void end();
  [[nodiscard]] bool is_closed() const;

  // The connection's side.

  /// `wake` is called, on the thread that pushes, when there is something to take again; once for each take().
  void open(std::function<void()> wake);
  struct Taken {
    std::string bytes;
    bool ended = false;
  };
  Taken take();
  /// Drops what waits, and what is pushed later.
  void close();

 private:
  void wake_reader();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::string waiting_;
  bool ended_ = false;
  bool closed_ = false;
  bool woken_ = false;
  std::function<void()> wake_;
};

}  // namespace tetrascope
