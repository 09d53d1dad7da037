#pragma once
// OTLP's KeyValue lists.

#include <cstdint>
#include <string_view>

#include "data/protobuf.h"

namespace tetrascope::bench {

/// Adds attributes to `owner`, each as a KeyValue in the repeated field `field`.
class AttributeWriter {
 public:
  AttributeWriter(MarkedBytes& owner, std::uint32_t field) : owner_(owner), field_(field) {}
  void text(std::string_view key, std::string_view value);
  /// An id of 16 bytes in hexadecimal, which every round changes.
  void id_text(std::string_view key, const std::array<std::uint64_t, 2>& id);
  void integer(std::string_view key, std::int64_t value);
  void number(std::string_view key, double value);
  void flag(std::string_view key, bool value);

 private:
  void finish(std::string_view key);

  MarkedBytes& owner_;
  std::uint32_t field_;
  MarkedBytes value_, pair_;  // reused
};

/// An id of 16 bytes as on the wire: big-endian.
std::string id_bytes(const std::array<std::uint64_t, 2>& id);

/// An id as a bytes field.
void add_id(MarkedBytes& out, std::uint32_t field, std::uint64_t id);
void add_id(MarkedBytes& out, std::uint32_t field, const std::array<std::uint64_t, 2>& id);

}  // namespace tetrascope::bench
