#pragma once
// Which attribute keys exist, in which dataset, with which types: what completion offers, what Honeycomb's columns API
// lists, and how a query knows which of the maps to read.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time.h"

namespace tetrascope {

enum class FieldType : std::uint8_t { kString, kInt, kDouble, kBool, kJson };
inline constexpr std::size_t kFieldTypes = 5;
enum class FieldLevel : std::uint8_t { kItem, kScope, kResource, kEvent, kLink };
/// What kind of row has the field; the names are those of the tables.
enum class Signal : std::uint8_t { kSpans, kLogs, kOccurrences, kMetrics };
inline constexpr std::size_t kSignals = 4;

/// A set of FieldType.
class FieldTypes {
 public:
  void add(FieldType type) { bits_ |= bit(type); }
  [[nodiscard]] bool has(FieldType type) const { return (bits_ & bit(type)) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  static FieldTypes all() {
    FieldTypes types;
    types.bits_ = (1U << kFieldTypes) - 1;
    return types;
  }
  void merge(FieldTypes other) { bits_ |= other.bits_; }
  friend bool operator==(const FieldTypes&, const FieldTypes&) = default;

 private:
  static unsigned bit(FieldType type) { return 1U << static_cast<unsigned>(type); }
  unsigned bits_ = 0;
};

struct FieldSighting {
  std::string environment;
  std::string dataset;
  FieldLevel level = FieldLevel::kItem;
  std::string key;
  FieldType type = FieldType::kString;
  friend auto operator<=>(const FieldSighting&, const FieldSighting&) = default;
};
using FieldSightings = std::vector<FieldSighting>;

/// Bounds: a client that makes up keys can fill its own dataset only. Past them, `saturated`: every type is possible.
inline constexpr std::size_t kMaxFieldsPerDataset = 10'000;
inline constexpr std::size_t kMaxFields = 200'000;
/// Bytes of a key. Longer ones are stored with their rows but not catalogued; every type is possible for them.
inline constexpr std::size_t kMaxFieldKey = 1'024;

/// Thread-safe. Kept in memory; ingest/ writes it to the `fields` table with the rows that showed it and loads it at
/// start.
class FieldCatalogue {
 public:
  struct Field {
    Signal signal = Signal::kSpans;
    std::string environment;
    std::string dataset;
    FieldLevel level = FieldLevel::kItem;
    std::string key;
    FieldType type = FieldType::kString;
    UnixNanos first_seen;
    UnixNanos last_seen;
  };

  /// Adds what is new, moves `last_seen` of the rest. Gives back the fields that the store does not know yet or
  /// whose stored `last_seen` is over an hour old: the caller writes those.
  std::vector<Field> merge(Signal signal, const FieldSightings& sightings, UnixNanos now);
  /// What the store knew. Does not overwrite newer knowledge.
  void load(const std::vector<Field>& stored);

  /// Types that `key` has at `level` in any dataset of `environment`, or in `dataset` alone unless that is empty.
  [[nodiscard]] FieldTypes types(Signal signal, std::string_view environment, std::string_view dataset,
                                 FieldLevel level, std::string_view key) const;
  /// All fields of a dataset ("" = of the whole environment), by key.
  [[nodiscard]] std::vector<Field> list(std::string_view environment, std::string_view dataset) const;

  struct Dataset {
    std::string environment;
    std::string name;
    UnixNanos first_seen;
    UnixNanos last_seen;
  };
  [[nodiscard]] std::vector<Dataset> datasets() const;

 private:
  struct Known {
    UnixNanos first_seen;
    UnixNanos last_seen;
    UnixNanos stored;  ///< last_seen as the store has it
  };
  // Ordered so that one lookup finds a key's types together: signal, environment, key, level, type, dataset.
  using Place = std::tuple<Signal, std::string, std::string, FieldLevel, FieldType, std::string>;
  [[nodiscard]] bool has_room(const std::string& environment, const std::string& dataset);

  mutable std::shared_mutex mutex_;
  std::map<Place, Known, std::less<>> fields_;
  std::map<std::pair<std::string, std::string>, std::size_t> sizes_;  ///< fields of each (environment, dataset)
  bool saturated_ = false;
};

}  // namespace tetrascope
