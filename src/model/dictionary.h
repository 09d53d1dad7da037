#pragma once
// Each distinct text of a block once, by number.

#include <xxhash.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope {

/// Number 0 is always the empty text. Numbers stay as given until clear(). Not thread-safe.
class Dictionary {
 public:
  Dictionary() { clear(); }

  std::uint32_t id(std::string_view text) {
    if (text.empty()) return 0;
    if (text == at(last_)) return last_;  // neighbouring rows mostly repeat
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    for (std::size_t slot = hash & mask_;; slot = (slot + 1) & mask_) {
      const std::uint32_t candidate = slots_[slot];
      if (candidate == 0) return last_ = insert(slot, hash, text);
      if (hashes_[candidate] == hash && at(candidate) == text) return last_ = candidate;
    }
  }
  /// Valid until the next id() or clear().
  [[nodiscard]] std::string_view at(std::uint32_t id) const {
    return {bytes_.data() + starts_[id], starts_[id + 1] - starts_[id]};
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(hashes_.size()); }
  [[nodiscard]] std::size_t memory() const { return bytes_.size() + hashes_.size() * 32; }

  void clear() {
    bytes_.clear();
    starts_.assign({0, 0});
    hashes_.assign(1, 0);
    slots_.assign(64, 0);
    mask_ = 63;
    last_ = 0;
  }

 private:
  std::uint32_t insert(std::size_t slot, std::uint64_t hash, std::string_view text) {
    const std::uint32_t id = size();
    slots_[slot] = id;
    bytes_.append(text);
    starts_.push_back(bytes_.size());
    hashes_.push_back(hash);
    if (hashes_.size() * 2 > mask_) grow();
    return id;
  }
  void grow() {
    mask_ = mask_ * 2 + 1;
    slots_.assign(mask_ + 1, 0);
    for (std::uint32_t id = 1; id < size(); ++id) {
      std::size_t slot = hashes_[id] & mask_;
      while (slots_[slot] != 0) slot = (slot + 1) & mask_;
      slots_[slot] = id;
    }
  }

  std::string bytes_;
  std::vector<std::size_t> starts_;  ///< text i is bytes_[starts_[i], starts_[i+1])
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  ///< open addressing; 0 is a free slot
  std::size_t mask_ = 0;
  std::uint32_t last_ = 0;
};

}  // namespace tetrascope
