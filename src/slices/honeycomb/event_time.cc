// Times and sample rates in all the forms in which clients write them.

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include "slices/honeycomb/event.h"

namespace tetrascope::honeycomb {
namespace {

__extension__ typedef __int128 Int128;  // NOLINT(modernize-use-using): the only spelling that pedantic compilers take

constexpr double kMaxSampleRate = 2147483647.0;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit)) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

/// `.123456` as nanoseconds; what lies beyond the ninth digit is cut. nullopt for a point without digits.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t nanos = 0;
  std::int64_t unit = kNanosPerSecond / 10;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), unit /= 10)
    nanos += unit * (text.front() - '0');
  return nanos;
}

/// `Z`, `+02:00`, `-0730`, `+02` or nothing, as seconds east of Greenwich; all of `text` must be used up.
std::optional<int> take_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const bool west = text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours) return std::nullopt;
  take(text, ":");
  const auto minutes = text.empty() ? std::optional(0) : take_number(text, 2);
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const int seconds = (*hours * 60 + *minutes) * 60;
  return west ? -seconds : seconds;
}

std::optional<UnixNanos> in_range(Int128 nanos) {
  if (nanos < std::numeric_limits<std::int64_t>::min() || nanos > std::numeric_limits<std::int64_t>::max())
    return std::nullopt;
  return UnixNanos{static_cast<std::int64_t>(nanos)};
}

std::optional<std::optional<UnixNanos>> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  const bool dash1 = take(text, "-");
  const auto month = take_number(text, 2);
  const bool dash2 = take(text, "-");
  const auto day = take_number(text, 2);
  const bool separator = take(text, "Tt ");
  const auto hour = take_number(text, 2);
  const bool colon1 = take(text, ":");
  const auto minute = take_number(text, 2);
  const bool colon2 = take(text, ":");
  const auto second = take_number(text, 2);
  if (!year || !dash1 || !month || !dash2 || !day || !separator || !hour || !colon1 || !minute || !colon2 || !second) {
    return std::nullopt;
  }
  const auto fraction = take_fraction(text);
  const auto zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!fraction || !zone || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (*year <= 1) return std::optional<UnixNanos>();  // Go's zero time
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + *hour) * 60 + *minute) * 60 + *second - *zone;
  const auto time = in_range(Int128{seconds} * kNanosPerSecond + *fraction);
  if (!time) return std::nullopt;
  return time;
}

/// Seconds, milli-, micro- or nanoseconds: which it is shows the magnitude, for every time from 1973 to 5138.
std::int64_t unit_of(std::int64_t count) {
  const double magnitude = std::abs(static_cast<double>(count));
  if (magnitude < 1e11) return kNanosPerSecond;
  if (magnitude < 1e14) return kNanosPerMilli;
  return magnitude < 1e17 ? 1'000 : 1;
}

std::optional<std::optional<UnixNanos>> parse_epoch(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto fraction = take_fraction(text);
  if (!fraction || !text.empty()) return std::nullopt;
  const std::int64_t unit = unit_of(whole);
  const Int128 part = Int128{*fraction} * unit / kNanosPerSecond;
  const auto time = in_range(Int128{whole} * unit + (negative ? -part : part));
  if (!time) return std::nullopt;
  return time;
}

}  // namespace

std::optional<std::optional<UnixNanos>> parse_event_time(std::string_view text) {
  if (text.empty()) return std::optional<UnixNanos>();
  if (text.size() > 4 && text[4] == '-') return parse_rfc3339(text);
  return parse_epoch(text);
}

std::optional<std::optional<UnixNanos>> event_time(const Value& value) {
  if (value.missing()) return std::optional<UnixNanos>();
  if (const auto* text = value.as<std::string>()) return parse_event_time(*text);
  if (const auto* integer = value.as<std::int64_t>()) return parse_epoch(fmt::format("{}", *integer));
  // Microseconds are what a double of this size holds: 1700000000.123 is not to become 1700000000.12299991.
  if (const auto* number = value.as<double>();
      number != nullptr && std::isfinite(*number) && std::abs(*number) < 1e19) {
    return parse_epoch(fmt::format("{:.{}f}", *number, std::abs(*number) < 1e11 ? 6 : 0));
  }
  return std::nullopt;
}

std::uint32_t parse_sample_rate(std::string_view text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc{} || end != text.data() + text.size()) return 1;
  return sample_rate(Value(rate));
}

std::uint32_t sample_rate(const Value& value) {
  double rate = 1;
  if (const auto* text = value.as<std::string>()) return parse_sample_rate(*text);
  if (const auto* integer = value.as<std::int64_t>()) rate = static_cast<double>(*integer);
  if (const auto* number = value.as<double>()) rate = std::floor(*number + 0.5);
  if (!(rate >= 1)) return 1;  // NaN too
  return static_cast<std::uint32_t>(std::min(rate, kMaxSampleRate));
}

std::optional<UnixNanos> msgpack_time(std::string_view bytes) {
  const auto number = [&](std::size_t from, std::size_t count) {
    std::uint64_t result = 0;
    for (const char c : bytes.substr(from, count)) result = result << 8U | static_cast<unsigned char>(c);
    return result;
  };
  const auto at = [](std::int64_t seconds, std::uint64_t nanos) -> std::optional<UnixNanos> {
    if (nanos >= static_cast<std::uint64_t>(kNanosPerSecond)) return std::nullopt;
    return in_range(Int128{seconds} * kNanosPerSecond + static_cast<std::int64_t>(nanos));
  };
  switch (bytes.size()) {
    case 4:
      return at(static_cast<std::int64_t>(number(0, 4)), 0);
    case 8: {
      const std::uint64_t both = number(0, 8);
      return at(static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34U) - 1)), both >> 34U);
    }
    case 12:
      return at(static_cast<std::int64_t>(number(4, 8)), number(0, 4));
    default:
      return std::nullopt;
  }
}

std::string format_time(UnixNanos time) {
  using namespace std::chrono;
  const sys_time<nanoseconds> point{nanoseconds(time.value)};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (const auto nanos = clock.subseconds().count(); nanos != 0) {
    text += fmt::format(".{:09}", nanos);
    text.resize(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

}  // namespace tetrascope::honeycomb
