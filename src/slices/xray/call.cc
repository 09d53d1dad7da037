#include "slices/xray/call.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "slices/xray/segment.h"

namespace tetrascope::xray {
namespace {

std::string name_of(std::string_view name) { return std::string(name); }

/// The number at the front of `text`, which loses it.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int number = 0;
  if (text.size() < count) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, number);
  if (error != std::errc{} || end != text.data() + count) return std::nullopt;
  text.remove_prefix(count);
  return number;
}
bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// `2026-11-22T10:00:00[.5][Z|+01:00]`, `2026-11-22`.
std::optional<UnixNanos> parse_iso(std::string_view text) {
  const auto year = take_digits(text, 4);
  const bool dash = take(text, '-');
  const auto month = take_digits(text, 2);
  const bool second_dash = take(text, '-');
  const auto day = take_digits(text, 2);
  if (!year || !month || !day || !dash || !second_dash) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1700 || *year > 2250) return std::nullopt;
  double seconds = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86'400;
  if (text.empty()) return nanos_of(seconds);
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  const bool colon = take(text, ':');
  const auto minute = take_digits(text, 2);
  const bool second_colon = take(text, ':');
  const auto second = take_digits(text, 2);
  if (!hour || !minute || !second || !colon || !second_colon || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  seconds += *hour * 3'600 + *minute * 60 + *second;
  if (text.starts_with('.')) {
    double fraction = 0;
    const std::string digits = "0" + std::string(text.substr(0, text.find_first_not_of("0123456789", 1)));
    std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
    seconds += fraction;
    text.remove_prefix(digits.size() - 1);
  }
  if (text.empty() || text == "Z") return nanos_of(seconds);
  const double sign = text.starts_with('-') ? 1 : -1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto offset_hours = take_digits(text, 2);
  take(text, ':');
  const auto offset_minutes = take_digits(text, 2);
  if (!offset_hours || !offset_minutes || !text.empty()) return std::nullopt;
  return nanos_of(seconds + sign * (*offset_hours * 3'600 + *offset_minutes * 60));
}

}  // namespace

std::string Call::arn(std::string_view rest) const {
  return "arn:aws:xray:" + region + ":" + account + ":" + std::string(rest);
}

Outcomes<std::optional<std::string>> text_member(const Value& body, std::string_view name, std::size_t least,
                                                 std::size_t most) {
  const Value* found = member(body, name);
  if (found == nullptr) return std::optional<std::string>();
  const auto* text = found->as<std::string>();
  if (text == nullptr) return invalid(name_of(name) + ": want a string");
  if (text->size() < least || text->size() > most) {
    return invalid(name_of(name) + ": want " + std::to_string(least) + " to " + std::to_string(most) + " characters");
  }
  return std::optional(*text);
}

Outcomes<std::string> required_text(const Value& body, std::string_view name, std::size_t least, std::size_t most) {
  XRAY_TRY(auto text, text_member(body, name, least, most));
  if (!text) return invalid(name_of(name) + " is required");
  return *std::move(text);
}

Outcomes<std::optional<double>> number_member(const Value& body, std::string_view name, double least, double most) {
  const Value* found = member(body, name);
  if (found == nullptr) return std::optional<double>();
  const auto number = number_of(found);
  if (!number || !(*number >= least && *number <= most)) return invalid(name_of(name) + ": not in its valid range");
  return number;
}

Outcomes<std::optional<std::int64_t>> integer_member(const Value& body, std::string_view name, double least,
                                                     double most) {
  XRAY_TRY(const auto number, number_member(body, name, least, most));
  if (!number) return std::optional<std::int64_t>();
  if (*number != std::floor(*number)) return invalid(name_of(name) + ": want a whole number");
  return std::optional(static_cast<std::int64_t>(*number));
}

Outcomes<std::optional<bool>> flag_member(const Value& body, std::string_view name) {
  const Value* found = member(body, name);
  if (found == nullptr) return std::optional<bool>();
  const auto* flag = found->as<bool>();
  if (flag == nullptr) return invalid(name_of(name) + ": want true or false");
  return std::optional(*flag);
}

std::optional<UnixNanos> parse_time(const Value& value) {
  if (const auto* text = value.as<std::string>()) return parse_iso(*text);
  auto seconds = number_of(&value);
  if (!seconds || !std::isfinite(*seconds)) return std::nullopt;
  if (std::abs(*seconds) > 1e11) *seconds /= 1'000;  // milliseconds: Java's SDK sends them
  if (std::abs(*seconds) > 9.2e9) return std::nullopt;
  return nanos_of(*seconds);
}

Outcomes<UnixNanos> required_time(const Value& body, std::string_view name) {
  const Value* found = member(body, name);
  if (found == nullptr) return invalid(name_of(name) + " is required");
  const auto time = parse_time(*found);
  if (!time) return invalid(name_of(name) + ": want a time");
  return *time;
}

Outcomes<plan::TimeRange> time_range(const Value& body, double most_seconds, std::string_view too_long) {
  XRAY_TRY(const UnixNanos from, required_time(body, "StartTime"));
  XRAY_TRY(const UnixNanos to, required_time(body, "EndTime"));
  if (to < from) return invalid("StartTime must not be after EndTime");
  if (seconds_of(to) - seconds_of(from) > most_seconds) return invalid(std::string(too_long));
  return plan::TimeRange{from, to};
}

Value time_value(UnixNanos time) { return seconds_of(time); }

}  // namespace tetrascope::xray
