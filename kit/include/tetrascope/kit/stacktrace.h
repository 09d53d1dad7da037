#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tetrascope::kit {

class AttributeValue;

/// Where a program was: return addresses alone, taken in microseconds. They are read, which takes milliseconds and more
/// the first time, by whoever asks for the text: the exporters' threads, when it was handed to a span.
class Stacktrace {
 public:
  /// Innermost first.
  using Addresses = std::vector<std::uintptr_t>;

  Stacktrace() = default;
  explicit Stacktrace(Addresses addresses) : addresses_(std::move(addresses)) {}

  bool empty() const noexcept { return addresses_.empty(); }
  const Addresses& addresses() const noexcept { return addresses_; }
  /// A line a frame, innermost first: `at function (file:line)`. Reads debug information where the program is linked
  /// with the component `rollbar`, else there are addresses alone.
  std::string text() const;
  /// Calls `take(text())` soon, on a thread that the kit keeps for it: for a line of a log, say. With an empty text at
  /// once when more than 100 wait. What still waits at exit is read then, so that `take` must own what it needs.
  void read_later(std::function<void(const std::string&)> take) const;

  /// Of a span's attribute that is a stack; for exporters.
  static std::string text_of(const AttributeValue& value);

 private:
  Addresses addresses_;
};

}  // namespace tetrascope::kit
