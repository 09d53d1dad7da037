#pragma once
// Which fields set some rows apart from others: counted from a sample of rows of either side, ranked by how much the
// distributions of their values differ.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/value.h"

namespace tetrascope::plan {

/// The two sides, as an index.
enum class Side : std::uint8_t { kSelection, kRest };
/// Rows of each side.
using Sides = std::array<std::size_t, 2>;

/// Where a field stands: a column of the row, or an attribute of the item or of its resource.
enum class FieldPlace : std::uint8_t { kColumn, kAttribute, kResource };

inline constexpr std::size_t kMaxDifferenceKeys = 1000;  ///< further ones are left out, and counted
inline constexpr std::size_t kMaxDifferenceText = 200;   ///< bytes of a value; what differs behind them is one value
inline constexpr std::size_t kMaxDifferenceValues = 10;  ///< values that are told of a field
inline constexpr std::size_t kDifferenceBins = 10;

struct ValueDifference {
  Value value;              ///< of a range its least number
  std::optional<Value> to;  ///< of a range its greatest
  Sides rows{};
};
struct FieldDifference {
  FieldPlace place = FieldPlace::kAttribute;
  std::string key;
  /// 0 … 1: the total variation distance of the two distributions (half of the sum of the differences of all shares, a
  /// row without the field being one more value), without what chance makes of it.
  double score = 0;
  std::size_t distinct = 0;             ///< values in the sample
  Sides missing{};                      ///< rows without the field
  std::vector<ValueDifference> values;  ///< those whose shares differ most, at most kMaxDifferenceValues
};

/// Half of |share of the selection − share of the rest| that a value of `count` rows shows on average when they fall
/// on either side by chance. `rows`: of the sides, none 0.
double chance_distance(std::size_t count, const Sides& rows);

/// Counts rows, field by field. Memory: that of the distinct values that it is given.
class DifferenceTally {
 public:
  /// What add() is given from now on is of a further row of this side. `group`: rows that share it (spans of a trace)
  /// are no evidence of each other, so that a value which all its rows have from one group counts with the rare ones,
  /// unless the side has no other group; "": the row stands alone.
  void begin_row(Side side, std::string_view group = {});
  /// A field's second value in a row counts nothing; neither do missing values and maps, whose leaves are fields.
  void add(FieldPlace place, std::string_view key, const Value& value);
  [[nodiscard]] const Sides& rows() const { return rows_; }
  /// Keys that came when there were kMaxDifferenceKeys.
  [[nodiscard]] std::size_t keys_left_out() const { return left_out_.size(); }
  /// All fields, those that differ most first. Empty when a side has no rows.
  [[nodiscard]] std::vector<FieldDifference> ranked() const;

 private:
  /// Whether more than one group was seen.
  struct Groups {
    std::uint64_t first = 0;
    bool several = false;
    void add(std::uint64_t group);
  };
  struct Counted {
    Value value;
    Sides rows{};
    Groups groups;
  };
  struct Field {
    std::size_t last_row = 0;
    Sides present{};
    bool numbers = true;                              ///< and nothing else
    std::unordered_map<std::string, Counted> values;  ///< by type and text
  };
  [[nodiscard]] FieldDifference difference(const std::string& name, const Field& field) const;
  [[nodiscard]] std::vector<ValueDifference> bins(const Field& field) const;
  [[nodiscard]] double distance(const Sides& rows) const;
  [[nodiscard]] bool rare(const Counted& counted) const;

  std::unordered_map<std::string, Field> fields_;  ///< by place, as a character, and key
  std::unordered_set<std::string> left_out_;
  Sides rows_{};
  std::array<Groups, 2> groups_;
  std::size_t row_ = 0;
  std::uint64_t group_ = 0;  ///< of the row: a hash
  Side side_ = Side::kRest;
};

}  // namespace tetrascope::plan
