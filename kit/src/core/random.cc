#include "core/random.h"

#include <pthread.h>
#include <sys/random.h>

#include <chrono>

namespace tetrascope::kit {

std::atomic<std::uint32_t> fork_count{1};
constinit thread_local Generator generator{};

void Generator::seed() noexcept {
  static const int registered = pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1); });
  (void)registered;
  if (getrandom(state, sizeof state, GRND_NONBLOCK) != sizeof state) {
    // Early in boot: ids need to differ, not to be unguessable.
    auto ticks = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    for (auto& word : state) word = ticks += 0x9E3779B97F4A7C15U + reinterpret_cast<std::uintptr_t>(&word);
  }
  seeded_in = fork_generation();
}

}  // namespace tetrascope::kit
