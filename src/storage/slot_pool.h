#pragma once
// A fixed number of connections, lent to one caller at a time.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tetrascope {

/// Thread-safe. Must outlive its leases.
template <class T>
class SlotPool {
 public:
  explicit SlotPool(std::vector<std::unique_ptr<T>> slots) : slots_(std::move(slots)) {
    for (const auto& slot : slots_) free_.push_back(slot.get());
  }
  SlotPool(const SlotPool&) = delete;
  SlotPool& operator=(const SlotPool&) = delete;

  /// Gives the slot back when it goes.
  class Lease {
   public:
    Lease(SlotPool& pool, T& slot) : pool_(&pool), slot_(&slot) {}
    Lease(Lease&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), slot_(other.slot_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(*slot_);
    }
    T& operator*() const { return *slot_; }
    T* operator->() const { return slot_; }

   private:
    SlotPool* pool_;
    T* slot_;
  };

  /// Waits at most `patience` for a free slot; nullopt when there was none.
  std::optional<Lease> take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, patience, [&] { return !free_.empty(); })) return std::nullopt;
    T* slot = free_.back();
    free_.pop_back();
    return Lease(*this, *slot);
  }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  void give_back(T& slot) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(&slot);
    }
    freed_.notify_one();
  }

  std::vector<std::unique_ptr<T>> slots_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<T*> free_;
};

}  // namespace tetrascope
