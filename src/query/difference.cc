#include "query/difference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <tuple>
#include <utility>

namespace tetrascope::plan {
namespace {

constexpr char kPlaces[] = {'c', 'a', 'r'};
/// Numbers of more distinct values are told of in ranges.
constexpr std::size_t kFewNumbers = 2 * kDifferenceBins;
/// A value that fewer than one row in so many has, on either side, is counted with the others like it: nobody could
/// tell it from chance, and ids, each of a row or a trace, have no other values.
constexpr std::size_t kRare = 500;

std::size_t all(const Sides& rows) { return rows[0] + rows[1]; }

bool few_rows(const Sides& rows, const Sides& of) {
  const auto few = [&](std::size_t side) {
    return rows[side] < std::min(of[side], std::max<std::size_t>(2, of[side] / kRare));
  };
  return few(0) && few(1);
}

std::optional<double> number_of(const Value& value) {
  if (const auto* number = value.as<std::int64_t>()) return static_cast<double>(*number);
  if (const auto* number = value.as<double>(); number != nullptr && std::isfinite(*number)) return *number;
  return std::nullopt;
}

/// `text` without what lies behind kMaxDifferenceText bytes; no character is cut in two.
std::string_view shortened(std::string_view text) {
  if (text.size() <= kMaxDifferenceText) return text;
  std::size_t end = kMaxDifferenceText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// Text and numbers as they are, anything else as its JSON.
Value told(const Value& value) {
  if (const auto* text = value.as<std::string>()) return std::string(shortened(*text));
  if (value.as<Array>() != nullptr || value.as<Bytes>() != nullptr) return std::string(shortened(to_plain_json(value)));
  return value;
}

}  // namespace

/// Of `count` rows, those on the side of the selection are binomial; what they differ from their mean by is, by
/// de Moivre, 2 (k+1) C(c, k+1) p^(k+1) (1-p)^(c-k) on average, k being the mean rounded down.
double chance_distance(std::size_t count, const Sides& rows) {
  const auto c = static_cast<double>(count);
  const auto n = static_cast<double>(rows[0]);
  const auto m = static_cast<double>(rows[1]);
  const double p = n / (n + m);
  const double next = std::floor(c * p) + 1;
  if (count == 0 || next > c) return 0;
  const double log_choose = std::lgamma(c + 1) - std::lgamma(next + 1) - std::lgamma(c - next + 1);
  const double log_mean = std::log(2 * next) + log_choose + next * std::log(p) + (c - next + 1) * std::log(1 - p);
  return std::exp(log_mean) * (1 / n + 1 / m) / 2;
}

void DifferenceTally::Groups::add(std::uint64_t group) {
  if (first == 0) first = group;
  several = several || group != first;
}

void DifferenceTally::begin_row(Side side, std::string_view group) {
  side_ = side;
  ++row_;
  // Odd and even: a row of its own is never taken for another's group, and none is 0.
  group_ = group.empty() ? 2 * row_ : std::hash<std::string_view>()(group) | 1U;
  ++rows_[static_cast<std::size_t>(side)];
  groups_[static_cast<std::size_t>(side)].add(group_);
}

void DifferenceTally::add(FieldPlace place, std::string_view key, const Value& value) {
  if (value.missing() || value.as<Object>() != nullptr) return;
  std::string name(1, kPlaces[static_cast<std::size_t>(place)]);
  name += key;
  auto found = fields_.find(name);
  if (found == fields_.end()) {
    if (fields_.size() == kMaxDifferenceKeys) {
      left_out_.insert(std::move(name));
      return;
    }
    found = fields_.try_emplace(std::move(name)).first;
  }
  Field& field = found->second;
  if (std::exchange(field.last_row, row_) == row_) return;
  Value short_value = told(value);
  std::string text(1, static_cast<char>('0' + value.data.index()));
  if (const auto* plain = short_value.as<std::string>()) {
    text += *plain;
  } else {
    append_json(short_value, text);
  }
  const auto side = static_cast<std::size_t>(side_);
  ++field.present[side];
  Counted& counted = field.values[std::move(text)];
  if (all(counted.rows) == 0) {
    field.numbers = field.numbers && number_of(short_value).has_value();
    counted.value = std::move(short_value);
  }
  ++counted.rows[side];
  counted.groups.add(group_);
}

double DifferenceTally::distance(const Sides& rows) const {
  return std::abs(static_cast<double>(rows[0]) / static_cast<double>(rows_[0]) -
                  static_cast<double>(rows[1]) / static_cast<double>(rows_[1])) /
         2;
}

/// Ranges that hold about equally many rows of both sides together.
std::vector<ValueDifference> DifferenceTally::bins(const Field& field) const {
  std::vector<const Counted*> sorted;
  for (const auto& [text, counted] : field.values) sorted.push_back(&counted);
  std::ranges::sort(sorted, {},
                    [](const Counted* one) { return std::pair(*number_of(one->value), one->value.data.index()); });
  const std::size_t total = all(field.present);
  std::vector<ValueDifference> ranges;
  std::size_t before = 0;
  for (const Counted* one : sorted) {
    if (before * kDifferenceBins >= ranges.size() * total) ranges.push_back({one->value, one->value, {}});
    ranges.back().to = one->value;
    for (const std::size_t side : {0U, 1U}) ranges.back().rows[side] += one->rows[side];
    before += all(one->rows);
  }
  return ranges;
}

bool DifferenceTally::rare(const Counted& counted) const {
  if (few_rows(counted.rows, rows_)) return true;
  const auto others = [&](std::size_t side) { return counted.rows[side] == 0 || groups_[side].several; };
  return !counted.groups.several && others(0) && others(1);
}

FieldDifference DifferenceTally::difference(const std::string& name, const Field& field) const {
  FieldDifference found;
  found.place = static_cast<FieldPlace>(std::ranges::find(kPlaces, name.front()) - std::begin(kPlaces));
  found.key = name.substr(1);
  found.distinct = field.values.size();
  for (const std::size_t side : {0U, 1U}) found.missing[side] = rows_[side] - field.present[side];
  Sides rare_rows{};
  if (field.numbers && field.values.size() > kFewNumbers) {
    found.values = bins(field);
  } else {
    for (const auto& [text, counted] : field.values) {
      if (rare(counted)) {
        for (const std::size_t side : {0U, 1U}) rare_rows[side] += counted.rows[side];
      } else {
        found.values.push_back({counted.value, std::nullopt, counted.rows});
      }
    }
  }
  const auto score_of = [&](const Sides& rows) { return distance(rows) - chance_distance(all(rows), rows_); };
  double score = score_of(rare_rows) + score_of(found.missing);
  for (const ValueDifference& one : found.values) score += score_of(one.rows);
  found.score = std::clamp(score, 0.0, 1.0);
  const auto order = [&](const ValueDifference& one) { return std::tuple(-distance(one.rows), to_json(one.value)); };
  std::ranges::sort(found.values, {}, order);
  if (found.values.size() > kMaxDifferenceValues) found.values.resize(kMaxDifferenceValues);
  return found;
}

std::vector<FieldDifference> DifferenceTally::ranked() const {
  std::vector<FieldDifference> ranked;
  if (rows_[0] == 0 || rows_[1] == 0) return ranked;
  for (const auto& [name, field] : fields_) ranked.push_back(difference(name, field));
  std::ranges::sort(ranked, {}, [](const FieldDifference& one) { return std::tuple(-one.score, one.place, one.key); });
  return ranked;
}

}  // namespace tetrascope::plan
