#pragma once
// One row of an answer, by the names of its columns.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "query/run.h"

namespace tetrascope::upkeep {

/// Finds columns once for all rows. Keeps a reference to the answer.
class OtlpRows {
 public:
  explicit OtlpRows(const plan::Answer& answer) : answer_(answer) {
    for (std::size_t i = 0; i < answer.columns.size(); ++i) places_[answer.columns[i].name] = i;
  }
  [[nodiscard]] std::size_t size() const { return answer_.rows.size(); }

  [[nodiscard]] const Value& at(std::size_t row, std::string_view column) const {
    static const Value kNone;
    const auto place = places_.find(column);
    return place == places_.end() ? kNone : answer_.rows[row][place->second];
  }
  [[nodiscard]] std::string_view text(std::size_t row, std::string_view column) const {
    const auto* text = at(row, column).as<std::string>();
    return text == nullptr ? std::string_view() : std::string_view(*text);
  }
  [[nodiscard]] std::int64_t integer(std::size_t row, std::string_view column) const {
    return integer_of_cell(at(row, column));
  }
  [[nodiscard]] const Array& list(std::size_t row, std::string_view column) const {
    static const Array kNone;
    const auto* array = at(row, column).as<Array>();
    return array == nullptr ? kNone : *array;
  }
  /// Lower-case hex, or the client's own text where there is one; "" for none.
  [[nodiscard]] std::string id(std::size_t row, std::string_view column, std::string_view own_text) const {
    if (const std::string_view own = text(row, own_text); !own.empty()) return std::string(own);
    return hex_of(at(row, column));
  }
  static std::string hex_of(const Value& cell) {
    const auto* bytes = cell.as<Bytes>();
    if (bytes == nullptr || bytes->data.find_first_not_of('\0') == std::string::npos) return {};
    return to_hex(bytes->data);
  }
  static std::int64_t integer_of_cell(const Value& cell) {
    if (const auto* flag = cell.as<bool>()) return *flag ? 1 : 0;
    const auto* number = cell.as<std::int64_t>();
    return number == nullptr ? 0 : *number;
  }
  /// Of a column of 64 bits without a sign, whose upper half comes as negative integers, or as doubles in a list.
  static std::uint64_t unsigned_of_cell(const Value& cell) {
    constexpr double kBeyond = 18446744073709551616.0;
    if (const auto* number = cell.as<double>())
      return *number >= kBeyond ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(*number);
    return static_cast<std::uint64_t>(integer_of_cell(cell));
  }
  static double double_of_cell(const Value& cell) {
    if (const auto* number = cell.as<double>()) return *number;
    return static_cast<double>(integer_of_cell(cell));
  }

 private:
  const plan::Answer& answer_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// The row's attributes as they were sent, but for the sample rate that was taken out of them. Missing or an Object.
Value sent_attributes(const OtlpRows& rows, std::size_t row);

/// Of a log record, Unix nanoseconds; 0 for none. Other vendors' events have one time; their observed_time may be a
/// number of the vendor's own.
std::int64_t sent_time(const OtlpRows& rows, std::size_t row);
std::int64_t observed_time(const OtlpRows& rows, std::size_t row);

/// A span's events, member by member; of each list the first `count` belong together.
struct EventLists {
  const Array &times, &names, &attributes, &dropped;
  std::size_t count;
};
EventLists events_of(const OtlpRows& rows, std::size_t row);

/// A span's links, in the same form.
struct LinkLists {
  const Array &traces, &spans, &states, &attributes, &flags, &dropped;
  std::size_t count;
};
LinkLists links_of(const OtlpRows& rows, std::size_t row);

/// The value of a cell that holds JSON of the store's own; missing for an empty one.
Value stored_json(const Value& cell);

}  // namespace tetrascope::upkeep
