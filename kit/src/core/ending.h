#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace tetrascope::kit {

/// The time that components may take to send what waits when they end: 5 s in all for those that end one after another,
/// as at exit, and 0.2 s for each at least. While one waits for its server the others send too, so that a dead vendor
/// costs the others nothing.
class Ending {
 public:
  /// `hurry`: sends what waits soon, without waiting for it. Called on threads where other components end, not after
  /// `begin` or the destructor.
  explicit Ending(std::function<void()> hurry);
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending();

  /// The component's end begins. Returns when it must be over, on the steady clock.
  std::uint64_t begin();
  /// It is over.
  void over();

 private:
  struct Entry;
  void leave();

  std::shared_ptr<Entry> entry_;
  std::uint64_t begun_ = 0;
};

}  // namespace tetrascope::kit
