#include "slices/otlp/sample_rate.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace tetrascope::otlp {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"sampleRate", "SampleRate"};
constexpr std::uint32_t kMaxRate = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kThresholdDigits = 14;  // 56 bits

std::uint32_t clamped(double rate) {
  if (!(rate >= 1)) return 1;  // NaN too
  return rate >= kMaxRate ? kMaxRate : static_cast<std::uint32_t>(rate);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Calls visit(piece) for the trimmed pieces of `text` until one gives a value.
template <class Visit>
std::optional<std::string_view> first_piece(std::string_view text, char separator, Visit visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (const auto found = visit(trimmed(text.substr(0, end)))) return found;
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

auto value_after(std::string_view prefix) {
  return [prefix](std::string_view piece) -> std::optional<std::string_view> {
    if (!piece.starts_with(prefix)) return std::nullopt;
    return piece.substr(prefix.size());
  };
}

/// The rejection threshold, 0 to 2^56-1.
std::optional<std::uint64_t> threshold(std::string_view digits) {
  if (digits.empty() || digits.size() > kThresholdDigits) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value << (4 * (kThresholdDigits - digits.size()));
}

}  // namespace

RateClaims rate_claims(std::span<const Attribute> attributes) {
  RateClaims claims;
  for (const auto& [key, value] : attributes) {
    if (key.size() != kKeys[0].size()) continue;
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (key == kKeys[i]) claims.rate[i] = rate_of(value);
    }
  }
  return claims;
}

std::optional<SampleRate> chosen_rate(const RateClaims& item, const RateClaims& scope, const RateClaims& resource) {
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    if (item.rate[i] != 0) return SampleRate{item.rate[i], kKeys[i]};
    if (scope.rate[i] != 0) return SampleRate{scope.rate[i], {}};
    if (resource.rate[i] != 0) return SampleRate{resource.rate[i], {}};
  }
  return std::nullopt;
}

std::uint32_t rate_of(const AnyView& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return *integer < 1 ? 1 : static_cast<std::uint32_t>(std::min<std::int64_t>(*integer, kMaxRate));
  }
  if (const auto* number = std::get_if<double>(&value)) return clamped(std::floor(*number + 0.5));
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const std::string_view digits = trimmed(*text);
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size()) return clamped(std::floor(number + 0.5));
  }
  return 1;
}

std::optional<std::uint32_t> tracestate_rate(std::string_view trace_state, std::uint64_t dice) {
  if (trace_state.find("th") == std::string_view::npos) return std::nullopt;
  auto digits = std::optional<std::string_view>();
  if (const auto ot = first_piece(trace_state, ',', value_after("ot=")))
    digits = first_piece(*ot, ';', value_after("th:"));
  if (!digits) digits = first_piece(trace_state, ';', value_after("th="));
  if (!digits) return std::nullopt;
  const auto rejected = threshold(*digits);
  if (!rejected) return std::nullopt;
  constexpr double kAll = 72057594037927936.0;  // 2^56
  const double exact = kAll / (kAll - static_cast<double>(*rejected));
  const double whole = std::floor(exact);
  if (whole > 100) return clamped(whole);
  const double fraction = exact - whole;
  const double roll = static_cast<double>(dice >> 11) * 0x1.0p-53;
  return clamped(roll < fraction ? whole + 1 : whole);
}

}  // namespace tetrascope::otlp
