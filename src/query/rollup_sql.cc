#include "query/rollup_sql.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/floor.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

/// Charts have a thousand points at most.
constexpr std::int64_t kMostPlaces = 2'000;
/// States of the first step where they stand in arrays: some hundred bytes each.
constexpr std::int64_t kMostStatesInPlaces = 1'000'000;

bool has_key(const std::vector<std::string>& rollup, const Named& key) {
  return std::ranges::find(rollup, key.name) != rollup.end();
}

}  // namespace

std::string sets_sql(const Aggregate& aggregate, const std::vector<std::string>& keys) {
  std::string sets = fmt::format("({})", fmt::join(keys, ", "));
  for (const auto& rollup : aggregate.rollups) {
    std::vector<std::string> some;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (has_key(rollup, aggregate.keys[i])) some.push_back(keys[i]);
    }
    sets += fmt::format(", ({})", fmt::join(some, ", "));
  }
  return sets;
}

/// The engine's grouping() has a bit for each key that a row is not by, the last key's the lowest.
std::string level_sql(const Aggregate& aggregate, const std::vector<std::string>& keys) {
  if (aggregate.rollups.empty()) return "toInt64(0)";
  std::string levels;
  for (std::size_t i = 0; i < aggregate.rollups.size(); ++i) {
    std::uint64_t bits = 0;
    for (const Named& key : aggregate.keys) bits = bits * 2 + (has_key(aggregate.rollups[i], key) ? 0 : 1);
    levels += fmt::format("grouping({}) = {}, {}, ", fmt::join(keys, ", "), bits, i + 1);
  }
  return fmt::format("toInt64(multiIf({}0))", levels);
}

/// The buckets where they are the only key of time beside others, and the range says how many there are.
std::optional<BucketPlaces> Writer::bucket_places(const Aggregate& aggregate, const Relation& relation) {
  const TimeRange range = relation.range;
  if (aggregate.keys.size() < 2 || range.from <= kAllTime.from || range.to >= kAllTime.to || range.from >= range.to)
    return std::nullopt;
  // Too far apart for their distance to be a number.
  if (range.from.value < kAllTime.from.value / 4 || range.to.value > kAllTime.to.value / 4) return std::nullopt;
  std::optional<BucketPlaces> places;
  for (std::size_t i = 0; i < aggregate.keys.size(); ++i) {
    const auto* field = std::get_if<Field>(&aggregate.keys[i].expr->node);
    if (field == nullptr) continue;
    const Column& column = relation.at(field->name);
    if (column.bucket_width == 0) continue;
    if (places) return std::nullopt;
    const std::int64_t first = floor_to(range.from.value, column.bucket_width);
    const std::int64_t last = floor_to(range.to.value - 1, column.bucket_width);
    places = {i, column.id, first, column.bucket_width, (last - first) / column.bucket_width + 1};
  }
  return places && places->count <= kMostPlaces ? places : std::nullopt;
}

/// The first of two steps: rows into states by all keys.
void Writer::gather(const std::vector<Key>& keys, const EngineCalls& engine, Relation& relation) {
  if (engine.places()) return gather_in_places(keys, engine, relation);
  std::vector<std::string> selected;
  std::vector<std::string> ids;
  for (const Key& key : keys) {
    selected.push_back(fmt::format("{} AS {}", key.sql, key.id));
    ids.push_back(key.group);
  }
  for (const auto& state : engine.states()) selected.push_back(fmt::format("{} AS {}", state.sql, state.id));
  relation.step = step(fmt::format("SELECT {} FROM {}{}", fmt::join(selected, ", "), source(relation),
                                   ids.empty() ? "" : fmt::format(" GROUP BY {}", fmt::join(ids, ", "))));
}

/// The same in two: rows into arrays of states by the other keys, then the arrays' elements of which there are rows.
void Writer::gather_in_places(const std::vector<Key>& keys, const EngineCalls& engine, Relation& relation) {
  const BucketPlaces& places = *engine.places();
  std::vector<std::string> gathered;
  std::vector<std::string> group_by;
  std::vector<std::string> opened;
  const std::string place = new_id("");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i == places.key) {
      opened.push_back(fmt::format("toInt64({} + {} * {}) AS {}", places.first, place, places.width, keys[i].id));
      continue;
    }
    gathered.push_back(fmt::format("{} AS {}", keys[i].sql, keys[i].id));
    group_by.push_back(keys[i].group);
    opened.push_back(keys[i].id);
  }
  const std::string rows = new_id("");
  gathered.push_back(fmt::format("countResample(0, {}, 1)({}) AS {}", places.count, places.place(), rows));
  std::vector<std::string> arrays = {rows, fmt::format("range({}) AS {}", places.count, place)};
  for (const auto& state : engine.states()) {
    gathered.push_back(fmt::format("{} AS {}", state.sql, state.id));
    opened.push_back(state.id);
    arrays.push_back(state.id);
  }
  const auto states = static_cast<std::int64_t>(engine.states().size()) + 1;
  const std::int64_t groups = std::max<std::int64_t>(1, kMostStatesInPlaces / (places.count * states));  // 0: no bound
  relation.step = step(fmt::format("SELECT {} FROM {} GROUP BY {} SETTINGS max_rows_to_group_by = {}",
                                   fmt::join(gathered, ", "), source(relation), fmt::join(group_by, ", "), groups));
  relation.step = step(fmt::format("SELECT {} FROM {} ARRAY JOIN {} WHERE {} > 0", fmt::join(opened, ", "),
                                   source(relation), fmt::join(arrays, ", "), rows));
}

}  // namespace tetrascope::plan
