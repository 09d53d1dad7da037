#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tetrascope::kit {

/// Grows by one in every forked child: what a thread keeps from before belongs to the parent.
extern std::atomic<std::uint32_t> fork_count;
inline std::uint32_t fork_generation() noexcept { return fork_count.load(std::memory_order_relaxed); }

/// A thread's generator: xoshiro256++ of Blackman and Vigna, written from its recurrence.
struct Generator {
  std::uint64_t state[4];
  std::uint32_t seeded_in;

  void seed() noexcept;
  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state[0] + state[3], 23) + state[0];
    const std::uint64_t t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = std::rotl(state[3], 45);
    return result;
  }
};
extern constinit thread_local Generator generator;

/// 64 random bits of the calling thread's generator, seeded by the kernel, anew in a forked child.
/// For ids, sampling and jitter; not for secrets.
inline std::uint64_t random_bits() noexcept {
  if (generator.seeded_in != fork_generation()) [[unlikely]]
    generator.seed();
  return generator.next();
}

/// Several at once, for less than one after another.
template <std::size_t Count>
std::array<std::uint64_t, Count> random_words() noexcept {
  if (generator.seeded_in != fork_generation()) [[unlikely]]
    generator.seed();
  Generator local = generator;  // in registers
  std::array<std::uint64_t, Count> words;
  for (auto& word : words) word = local.next();
  generator = local;
  return words;
}

}  // namespace tetrascope::kit
