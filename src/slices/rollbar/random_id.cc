#include "slices/rollbar/random_id.h"

#include <openssl/rand.h>

#include <new>

#include "base/ids.h"

namespace tetrascope::rollbar {

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  // It fails only where the system has no entropy source: nothing can go on then.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) != 1) throw std::bad_alloc();
  return to_hex(raw);
}

}  // namespace tetrascope::rollbar
