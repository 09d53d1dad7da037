#pragma once
// Makes of a generated body another one of the same shape: other ids, a later time.

#include <cstdint>
#include <span>

#include "data/marked_bytes.h"

namespace tetrascope::bench {

struct Round {
  std::uint64_t salt =
      0;  ///< combined with every 8 bytes of an id by exclusive or, so that parents and links still fit
  std::int64_t shift_seconds = 0;  ///< added to every time; whole seconds, so that fractions stay
};

/// The salt of round `number`; 0 leaves ids as generated. No two rounds of one run share an id.
std::uint64_t salt_of_round(std::uint64_t number);

/// `bytes`: of one body, `marks` its places.
void apply(const Round& round, std::span<const Mark> marks, char* bytes);

}  // namespace tetrascope::bench
