#pragma once
// Ids and tokens that nobody can guess.

#include <cstddef>
#include <string>

namespace tetrascope::rollbar {

/// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace tetrascope::rollbar
