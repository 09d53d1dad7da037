#pragma once
// The attributes of a row, each with its type: five maps, one a type. Which keys a dataset uses is noted on the way.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/columns.h"
#include "model/field_catalogue.h"
#include "model/table.h"
#include "model/value.h"

namespace tetrascope {

/// Call use_dataset() before the first row of a dataset, add what a row has, end_row() once a row.
/// A map (OTLP kvlist) is kept whole and, beside it, its leaves under dotted keys, so that `a.b.c` can be asked for
/// (Honeycomb's rule, dossier honeycomb_otlp 2.4: down to five levels). Empty keys are skipped, as there.
class AttributeColumns {
 public:
  void use_dataset(std::string_view environment, std::string_view dataset);

  void add_string(std::string_view key, std::string_view value) {
    if (key.empty()) return;
    see(FieldType::kString, strings.add_key(key));
    strings.values.add(value);
  }
  void add_int(std::string_view key, std::int64_t value) {
    if (key.empty()) return;
    see(FieldType::kInt, ints.add_key(key));
    ints.values.add(value);
  }
  void add_double(std::string_view key, double value) {
    if (key.empty()) return;
    see(FieldType::kDouble, doubles.add_key(key));
    doubles.values.add(value);
  }
  void add_bool(std::string_view key, bool value) {
    if (key.empty()) return;
    see(FieldType::kBool, bools.add_key(key));
    bools.values.add(value);
  }
  /// `json`: the store's JSON of an array, map, bytes or empty value.
  void add_json(std::string_view key, std::string_view json) {
    if (key.empty()) return;
    see(FieldType::kJson, jsons.add_key(key));
    jsons.values.add(json);
  }
  /// By the value's type; maps also leave their leaves.
  void add(std::string_view key, const Value& value);
  void end_row();

  /// Every (dataset, key, type) that rows have shown since clear of the batch. Also of rows that were taken back:
  /// harmless.
  void collect(FieldSightings& out) const;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"attributes_string", "attributes whose value is text"}, self.strings);
    visit(ColumnInfo{"attributes_int", "attributes whose value is an integer"}, self.ints);
    visit(ColumnInfo{"attributes_double", "attributes whose value is a floating point number"}, self.doubles);
    visit(ColumnInfo{"attributes_bool", "attributes whose value is true or false"}, self.bools);
    visit(ColumnInfo{"attributes_json", "attributes whose value is an array, a map, bytes or empty, as JSON"},
          self.jsons);
  }

  MapColumn<StringColumn> strings;
  MapColumn<NumberColumn<std::int64_t>> ints;
  MapColumn<NumberColumn<double>> doubles;
  MapColumn<BoolColumn> bools;
  MapColumn<StringColumn> jsons;

 private:
  void add_leaves(std::string& key, const Object& object, int depth);
  void see(FieldType type, std::uint32_t key) {
    auto& last = last_dataset_[static_cast<std::size_t>(type)];
    if (key >= last.size()) last.resize(key + 64, kNoDataset);
    if (last[key] == dataset_) return;
    last[key] = dataset_;
    note(type, key);
  }
  void note(FieldType type, std::uint32_t key);

  static constexpr std::uint32_t kNoDataset = ~std::uint32_t{0};
  struct Dataset {
    std::string environment;
    std::string name;
  };
  std::vector<Dataset> datasets_ = {Dataset{}};  ///< the first stands for none
  std::unordered_map<std::string, std::uint32_t> dataset_numbers_;
  std::uint32_t dataset_ = 0;
  /// By key number in that type's dictionary: the dataset that showed it last, so that most attributes cost one
  /// comparison.
  std::array<std::vector<std::uint32_t>, kFieldTypes> last_dataset_;
  /// (dataset, type, key number), each once. At most kMaxFields and one: more would tell the catalogue no more.
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace tetrascope
