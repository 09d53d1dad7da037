#pragma once
// How much memory one request may grow to while it is decoded.

#include <cstddef>

#include "slices/otlp/decode.h"

namespace tetrascope::otlp {

/// Rough costs, in bytes, of what a few bytes on the wire can turn into.
inline constexpr std::size_t kRecordCost = 384;
inline constexpr std::size_t kPartCost = 128;  ///< a span event, link or exemplar
inline constexpr std::size_t kAttributeCost = 48;
inline constexpr std::size_t kValueCost = 64;  ///< an element of an array or map

class Budget {
 public:
  /// False once the request has asked for more than kMaxDecoded: nothing more may be stored for it.
  [[nodiscard]] bool spend(std::size_t bytes) {
    if (bytes > left_) {
      left_ = 0;
      exceeded_ = true;
      return false;
    }
    left_ -= bytes;
    return true;
  }
  [[nodiscard]] bool exceeded() const { return exceeded_; }

 private:
  std::size_t left_ = kMaxDecoded;
  bool exceeded_ = false;
};

}  // namespace tetrascope::otlp
