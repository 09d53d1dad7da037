#include "tracing/span_pool.h"

#include <new>

#include "core/bounded_ring.h"
#include "core/random.h"

namespace tetrascope::kit {
namespace {

// The few first, so that at a quiet hour the same records, still in the processor's caches, go round and round.
constexpr std::size_t kFew = 256;
constexpr std::size_t kMore = 4096;  // some 7 MiB when full

struct Ring {
  BoundedRing<FinishedSpan*> few{kFew};
  BoundedRing<FinishedSpan*> more{kMore};
  std::uint32_t made_in = fork_generation();
};
std::atomic<Ring*> ring{nullptr};

// Never destroyed: spans may end while the program does. A forked child makes its own, since another thread of the
// parent may have been halfway through a push; the old one is left.
Ring& waiting() noexcept {
  Ring* now = ring.load(std::memory_order_acquire);
  if (now != nullptr && now->made_in == fork_generation()) [[likely]]
    return *now;
  auto* fresh = new Ring;
  if (!ring.compare_exchange_strong(now, fresh)) {
    delete fresh;
    return *ring.load();
  }
  return *fresh;
}

}  // namespace

// By the time that a record comes round again, others have taken its place in the nearest caches: it is asked for while
// the span before it is being filled, with what some ten attributes touch.
void SpanPool::fetch_ahead(const FinishedSpan& span) noexcept {
  const auto fetch = [](const void* at, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(static_cast<const char*>(at) + i, 1, 3);
  };
  fetch(&span, reinterpret_cast<const char*>(span.inside_) - reinterpret_cast<const char*>(&span));
  fetch(span.inside_, 8 * sizeof(Attribute));
  fetch(&span.arena_, 320);
}

FinishedSpan* SpanPool::take() noexcept {
  FinishedSpan* span = nullptr;
  FinishedSpan* next = nullptr;
  Ring& now = waiting();
  if (!now.few.try_pop(span, &next) && !now.more.try_pop(span, &next)) span = new (std::nothrow) FinishedSpan;
  if (next != nullptr) fetch_ahead(*next);
  if (span != nullptr) span->clear();
  return span;
}

void SpanPool::give_back(FinishedSpan* span) noexcept {
  span->arena_.release_blocks();  // what waits is small, however large a span was
  Ring& now = waiting();
  if (!now.few.try_push(span) && !now.more.try_push(span)) delete span;
}

void SpanPool::release(FinishedSpan* span) noexcept {
  // The last holder need not say that it goes: nobody is left to hear it.
  if (span->holders_.load(std::memory_order_acquire) == 1 ||
      span->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    give_back(span);
  }
}

}  // namespace tetrascope::kit
