#pragma once
// Rules of parameters that several operations share (dossier cloudwatch_logs 2.2).

#include <algorithm>
#include <cstdint>

#include "slices/aws/parameters.h"

namespace tetrascope::cloudwatch_logs {

constexpr bool is_alphanumeric(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
constexpr bool is_group_letter(unsigned char c) {
  return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '/' || c == '#';
}
constexpr bool is_identifier_letter(unsigned char c) {
  return is_group_letter(c) || c == '+' || c == '=' || c == ':' || c == ',' || c == '@';
}
constexpr bool is_name_letter(unsigned char c) { return c != ':' && c != '*'; }
constexpr bool is_metric_letter(unsigned char c) { return c != ':' && c != '*' && c != '$'; }

inline constexpr aws::TextPattern kGroupLetters{is_group_letter, R"([\.\-_/#A-Za-z0-9]+)"};
inline constexpr aws::TextPattern kIdentifierLetters{is_identifier_letter, R"([\w#+=/:,.@-]*)"};
inline constexpr aws::TextPattern kNameLetters{is_name_letter, "[^:*]*"};
inline constexpr aws::TextPattern kMetricLetters{is_metric_letter, "[^:*$]*"};

inline constexpr std::size_t kMaxName = 512;
inline constexpr std::size_t kMaxIdentifier = 2048;
inline constexpr std::size_t kMaxPattern = 1024;
inline constexpr std::int64_t kMaxDescribed = 50;
inline constexpr std::int64_t kMaxEvents = 10'000;
/// Seconds since 1970 of a parameter that wants them: clients that send milliseconds are understood (5.1).
constexpr std::int64_t epoch_seconds(std::int64_t number) {
  constexpr std::int64_t kMillis = 100'000'000'000;
  constexpr std::int64_t kLastSecond = 9'000'000'000;
  return std::clamp<std::int64_t>(number > kMillis ? number / 1'000 : number, 0, kLastSecond);
}
/// What each event counts for beside its message, in a batch, a page or a group's size.
inline constexpr std::size_t kEventOverhead = 26;

inline const aws::TextRule kGroupName{.min = 1, .max = kMaxName, .pattern = kGroupLetters, .required = true};

}  // namespace tetrascope::cloudwatch_logs
