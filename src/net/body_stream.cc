#include "net/body_stream.h"

#include <utility>

namespace tetrascope {

BodyStream::Pushed BodyStream::push(std::string_view piece) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || ended_) return Pushed::kClosed;
  if (waiting_.size() + piece.size() > capacity_) return Pushed::kFull;
  waiting_ += piece;
  wake_reader();
  return Pushed::kTaken;
}

void BodyStream::end() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  wake_reader();
}

bool BodyStream::is_closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_ || ended_;
}

void BodyStream::open(std::function<void()> wake) {
  const std::scoped_lock lock(mutex_);
  wake_ = std::move(wake);
  if (!waiting_.empty() || ended_) wake_reader();
}

BodyStream::Taken BodyStream::take() {
  const std::scoped_lock lock(mutex_);
  woken_ = false;
  return {std::exchange(waiting_, {}), ended_};
}

void BodyStream::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  waiting_ = {};
  wake_ = nullptr;
}

/// Under the lock: the reader only notes that it has work.
void BodyStream::wake_reader() {
  if (closed_ || !wake_ || std::exchange(woken_, true)) return;
  wake_();
}

}  // namespace tetrascope
