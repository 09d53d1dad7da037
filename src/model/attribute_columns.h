#pragma once
// The attributes of a row, each with its type: a column for each key that many rows have, and a map for all others.
// Which keys a dataset uses is noted on the way.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/attribute_form.h"
#include "model/attribute_layout.h"
#include "model/columns.h"
#include "model/field_catalogue.h"
#include "model/promoted_column.h"
#include "model/table.h"
#include "model/value.h"

namespace tetrascope {

/// Call use_dataset() before the first row of a dataset, add what a row has, end_row() once a row.
/// A map (OTLP kvlist) is kept whole and, beside it, its leaves under dotted keys, so that `a.b.c` can be asked for
/// (Honeycomb's rule, dossier honeycomb_otlp 2.4: down to five levels). Empty keys are skipped, as there.
class AttributeColumns {
 public:
  /// The keys of `layout` go into columns of their own, all others into the map. Only before the first row.
  void use_layout(AttributeLayoutPtr layout);
  [[nodiscard]] const AttributeLayoutPtr& layout() const { return layout_; }
  void use_dataset(std::string_view environment, std::string_view dataset);

  void add_string(std::string_view key, std::string_view value) { add(FieldType::kString, key, value, value); }
  void add_int(std::string_view key, std::int64_t value) { add(FieldType::kInt, key, value, number_bytes(value)); }
  void add_double(std::string_view key, double value) { add(FieldType::kDouble, key, value, number_bytes(value)); }
  void add_bool(std::string_view key, bool value) { add(FieldType::kBool, key, value, bool_bytes(value)); }
  /// `json`: the store's JSON of an array, map, bytes or empty value.
  void add_json(std::string_view key, std::string_view json) {
    if (!key.empty()) add_to_map(FieldType::kJson, see(FieldType::kJson, key), key, json);
  }
  /// By the value's type; maps also leave their leaves.
  void add(std::string_view key, const Value& value);
  void end_row();

  /// All rows go, and what was seen in them; the layout stays.
  void clear();

  /// Every (dataset, key, type) that rows have shown since clear of the batch. Also of rows that were taken back:
  /// harmless.
  void collect(FieldSightings& out) const;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{kAttributesMap,
                     "attributes without a column of their own: a letter for the type (s, i, d, b, j) before the key; "
                     "numbers as their eight bytes, arrays and maps as JSON"},
          self.others);
    for (std::size_t i = 0; i < self.columns_.size(); ++i) {
      OfRows column{self.columns_[i], self.others.size()};
      visit(ColumnInfo{self.layout_->name(i), "an attribute that many rows have"}, column);
    }
  }

  MapColumn others;

 private:
  /// A column that fills up by itself, beside how many rows it is to have.
  template <class Column>
  struct OfRows {
    Column& column;
    std::size_t rows;
    [[nodiscard]] const std::string& type() const { return column.type(); }
    [[nodiscard]] std::size_t size() const { return rows; }
    void truncate(std::size_t to) { column.truncate(to); }
    void clear() { column.clear(); }
    void prefix(NativeWriter& out) const { column.prefix(out); }
    void encode(NativeWriter& out, std::size_t begin, std::size_t end) const { column.encode(out, begin, end); }
    [[nodiscard]] std::size_t memory() const { return column.memory(); }
  };

  /// Place in columns_.
  using Target = std::uint32_t;
  static constexpr Target kInMap = ~Target{0};

  /// The keys of one type that were seen, by number.
  struct Keys {
    Dictionary dictionary;
    std::vector<Target> targets{kInMap};                  ///< by key number
    std::vector<std::uint32_t> map_ids{0};                ///< the key's number in the map's own dictionary; 0: not yet
    std::vector<std::uint32_t> last_dataset{kNoDataset};  ///< the one that showed the key last: most cost a comparison
    std::vector<std::uint32_t> successors{0};             ///< what came next last time: rows repeat their keys' order
    std::uint32_t last = 0;

    std::uint32_t number(std::string_view key) {
      const std::uint32_t guess = successors[last];
      if (guess != 0 && dictionary.at(guess) == key) return last = guess;
      const std::uint32_t found = dictionary.id(key);
      if (found == successors.size()) {
        successors.push_back(0);
        last_dataset.push_back(kNoDataset);
      }
      successors[last] = found;
      return last = found;
    }
  };

  /// Where a value goes, and which key it was.
  struct Place {
    Target column;
    std::uint32_t* map_id;
  };

  /// The number of the row that is being added.
  [[nodiscard]] std::size_t row() const { return others.size(); }
  void add_leaves(std::string& key, const Object& object, int depth);
  Place see(FieldType type, std::string_view key) {
    Keys& keys = keys_[static_cast<std::size_t>(type)];
    const std::uint32_t number = keys.number(key);
    if (number >= keys.targets.size()) {
      keys.targets.push_back(target(type, key));
      keys.map_ids.push_back(0);
    }
    if (keys.last_dataset[number] != dataset_) {
      keys.last_dataset[number] = dataset_;
      note(type, number);
    }
    return {keys.targets[number], &keys.map_ids[number]};
  }
  /// `bytes`: as the map holds the value.
  template <class Value>
  void add(FieldType type, std::string_view key, const Value& value, std::string_view bytes) {
    if (key.empty()) return;
    const Place place = see(type, key);
    if (place.column != kInMap && columns_[place.column].add(row(), value)) return;
    add_to_map(type, place, key, bytes);
  }
  /// The map's dictionary is asked for a key once a batch.
  void add_to_map(FieldType type, const Place& place, std::string_view key, std::string_view bytes) {
    if (*place.map_id == 0)
      *place.map_id = others.add(map_key(type, key), bytes);
    else
      others.add_id(*place.map_id, bytes);
  }
  [[nodiscard]] Target target(FieldType type, std::string_view key) const {
    return layout_ ? layout_->find(type, key).value_or(kInMap) : kInMap;
  }
  void note(FieldType type, std::uint32_t key) {
    if (dataset_ == 0) return;
    auto& keys = seen_[dataset_ * kFieldTypes + static_cast<std::size_t>(type)];
    if (key >= keys.size()) {
      const std::size_t more = key + 1 - keys.size();
      if (more > seen_room_) return;
      seen_room_ -= more;
      keys.resize(key + 1);
    }
    keys[key] = true;
  }

  static constexpr std::uint32_t kNoDataset = ~std::uint32_t{0};
  struct Dataset {
    std::string environment;
    std::string name;
  };
  std::vector<Dataset> datasets_ = {Dataset{}};  ///< the first stands for none
  std::unordered_map<std::string, std::uint32_t> dataset_numbers_;
  std::uint32_t dataset_ = 0;
  std::array<Keys, kFieldTypes> keys_;
  /// By dataset and type: which key numbers were seen. Together 16 MiB at most: beyond that the catalogue learns of a
  /// key from a later batch.
  std::vector<std::vector<bool>> seen_ = std::vector<std::vector<bool>>(kFieldTypes);
  std::size_t seen_room_ = kSeenBits;
  static constexpr std::size_t kSeenBits = std::size_t{1} << 27;

  AttributeLayoutPtr layout_;
  std::vector<PromotedColumn> columns_;  ///< in the layout's order
};

}  // namespace tetrascope
