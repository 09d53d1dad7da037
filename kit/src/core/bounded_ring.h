#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tetrascope::kit {

/// A queue of fixed size for any number of pushing and popping threads, without locks: each cell's turn counter says
/// whether it waits for a push or a pop (Vyukov's bounded queue). `T` is trivially copyable, a pointer as a rule.
template <typename T>
class BoundedRing {
 public:
  /// Holds at least `capacity`: the next power of two.
  explicit BoundedRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? 2 : capacity) - 1), cells_(new Cell[mask_ + 1]) {
    for (std::size_t i = 0; i <= mask_; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  /// False when full.
  bool try_push(T value) noexcept {
    std::size_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::size_t turn = cell.turn.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::ptrdiff_t>(turn - at);
      if (ahead < 0) return false;
      if (ahead > 0) {
        at = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
        cell.value.store(value, std::memory_order_relaxed);
        cell.turn.store(at + 1, std::memory_order_release);
        return true;
      }
    }
  }

  /// False when empty. `next`: what a pop after this one may give; by then it may belong to another thread.
  bool try_pop(T& value, T* next = nullptr) noexcept {
    std::size_t at = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::size_t turn = cell.turn.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::ptrdiff_t>(turn - (at + 1));
      if (ahead < 0) return false;
      if (ahead > 0) {
        at = head_.load(std::memory_order_relaxed);
      } else if (head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
        value = cell.value.load(std::memory_order_relaxed);
        if (next != nullptr) *next = cells_[(at + 1) & mask_].value.load(std::memory_order_relaxed);
        cell.turn.store(at + mask_ + 1, std::memory_order_release);
        return true;
      }
    }
  }

  /// Nearly: others push and pop meanwhile.
  std::size_t size() const noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;
  }
  std::size_t capacity() const noexcept { return mask_ + 1; }

 private:
  struct Cell {
    std::atomic<std::size_t> turn;
    std::atomic<T> value{};
  };

  const std::size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
};

}  // namespace tetrascope::kit
