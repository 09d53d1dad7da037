#include "slices/cloudwatch_logs/insights_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/time.h"
#include "slices/cloudwatch_logs/limits.h"

namespace tetrascope::cloudwatch_logs {
namespace {

bool is_query_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) {
  return (is_alphanumeric(static_cast<unsigned char>(c)) && !is_digit(c)) || c == '_' || c == '@' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_query_word(char c) { return begins_word(c) || is_digit(c) || c == '.'; }

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr std::int64_t kHour = 3'600 * kNanosPerSecond;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::array<Unit, 24> kUnits{{{"ms", kNanosPerMilli},
                                       {"msec", kNanosPerMilli},
                                       {"millisecond", kNanosPerMilli},
                                       {"s", kNanosPerSecond},
                                       {"sec", kNanosPerSecond},
                                       {"second", kNanosPerSecond},
                                       {"m", 60 * kNanosPerSecond},
                                       {"min", 60 * kNanosPerSecond},
                                       {"minute", 60 * kNanosPerSecond},
                                       {"h", kHour},
                                       {"hr", kHour},
                                       {"hour", kHour},
                                       {"d", kDay},
                                       {"day", kDay},
                                       {"w", 7 * kDay},
                                       {"week", 7 * kDay},
                                       {"mo", 30 * kDay},
                                       {"mon", 30 * kDay},
                                       {"month", 30 * kDay},
                                       {"q", 91 * kDay},
                                       {"qtr", 91 * kDay},
                                       {"quarter", 91 * kDay},
                                       {"y", 365 * kDay},
                                       {"year", 365 * kDay}}};

}  // namespace

std::int64_t period_unit(std::string_view word) {
  const auto find = [](std::string_view name) {
    const auto* found = std::ranges::find(kUnits, name, &Unit::name);
    return found == kUnits.end() ? std::int64_t{0} : found->nanos;
  };
  if (const std::int64_t nanos = find(word)) return nanos;
  return word.size() > 1 && word.ends_with('s') ? find(word.substr(0, word.size() - 1)) : 0;
}

std::int64_t period_months(std::string_view period) {
  std::int64_t count = 0;
  const auto read = std::from_chars(period.data(), period.data() + period.size(), count);
  if (read.ec != std::errc{}) return 0;
  const std::int64_t unit = period_unit(std::string_view(read.ptr, period.data() + period.size()));
  for (const auto& [nanos, months] : {std::pair{30 * kDay, 1}, std::pair{91 * kDay, 3}, std::pair{365 * kDay, 12}}) {
    if (unit == nanos) return count * months;
  }
  return 0;
}

std::int64_t rounding_period(std::string_view period) {
  std::int64_t count = 0;
  const auto read = std::from_chars(period.data(), period.data() + period.size(), count);
  if (read.ec != std::errc{}) return 0;
  const std::int64_t unit = period_unit(std::string_view(read.ptr, period.data() + period.size()));
  if (unit == kNanosPerMilli) count = std::min<std::int64_t>(count, 1'000);
  if (unit == kNanosPerSecond || unit == 60 * kNanosPerSecond) count = std::min<std::int64_t>(count, 60);
  if (unit == kHour) count = std::min<std::int64_t>(count, 24);
  return count * unit;
}

/// Blanks, and `#` to the end of its line.
void QueryLexer::skip_blanks() {
  while (at_ < text_.size()) {
    if (text_[at_] == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (is_query_blank(text_[at_])) {
      ++at_;
    } else {
      return;
    }
  }
}

Parsed<QueryToken> QueryLexer::quoted(char quote, QueryToken::Kind kind) {
  QueryToken token{kind, {}, 0, at_, 0};
  for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
    if (text_[at_] == '\\' && (at(at_ + 1) == quote || at(at_ + 1) == '\\')) ++at_;
    if (at_ < text_.size()) token.text += text_[at_];
  }
  if (at_ >= text_.size())
    return std::unexpected(QueryError{std::string("unterminated ") + quote, token.begin, text_.size()});
  token.end = ++at_;
  return token;
}

Parsed<QueryToken> QueryLexer::regex() {
  QueryToken token{QueryToken::Kind::kRegex, {}, 0, at_, 0};
  for (++at_; at_ < text_.size() && text_[at_] != '/'; ++at_) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
      if (text_[at_ + 1] != '/') token.text += '\\';
      ++at_;
    }
    token.text += text_[at_];
  }
  if (at_ >= text_.size())
    return std::unexpected(QueryError{"unterminated regular expression", token.begin, text_.size()});
  token.end = ++at_;
  return token;
}

/// Digits with a fraction and an exponent; or whole digits with a unit of time right behind them.
QueryToken QueryLexer::number() {
  QueryToken token{QueryToken::Kind::kNumber, {}, 0, at_, 0};
  const std::size_t begin = at_;
  while (is_digit(at(at_))) ++at_;
  const std::size_t whole_end = at_;
  std::size_t unit_end = whole_end;
  while (is_alphanumeric(static_cast<unsigned char>(at(unit_end)))) ++unit_end;
  const std::int64_t unit = period_unit(text_.substr(whole_end, unit_end - whole_end));
  if (unit != 0) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + whole_end, count);
    constexpr std::int64_t kMostUnits = 1'000'000'000;
    if (error == std::errc{} && count <= kMostUnits && count <= INT64_MAX / unit) {
      token.kind = QueryToken::Kind::kPeriod;
      token.nanos = count * unit;
      at_ = unit_end;
    }
  } else {
    if (at(at_) == '.' && is_digit(at(at_ + 1))) {
      ++at_;
      while (is_digit(at(at_))) ++at_;
    }
    const bool sign = at(at_ + 1) == '-' || at(at_ + 1) == '+';
    if ((at(at_) == 'e' || at(at_) == 'E') && is_digit(at(at_ + (sign ? 2 : 1)))) {
      at_ += sign ? 2 : 1;
      while (is_digit(at(at_))) ++at_;
    }
  }
  token.text = text_.substr(begin, at_ - begin);
  token.end = at_;
  return token;
}

Parsed<QueryToken> QueryLexer::next(bool regex_may_follow) {
  skip_blanks();
  if (at_ >= text_.size()) return QueryToken{QueryToken::Kind::kEnd, {}, 0, text_.size(), text_.size()};
  const char c = text_[at_];
  if (c == '"' || c == '\'') return quoted(c, QueryToken::Kind::kText);
  if (c == '`') return quoted(c, QueryToken::Kind::kQuotedField);
  if (c == '/' && regex_may_follow) return regex();
  if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) return number();
  const std::size_t begin = at_;
  if (begins_word(c)) {
    while (is_query_word(at(at_))) ++at_;
    return QueryToken{QueryToken::Kind::kWord, std::string(text_.substr(begin, at_ - begin)), 0, begin, at_};
  }
  const std::string_view two = text_.substr(at_, 2);
  at_ += two == "!=" || two == "<=" || two == ">=" || two == "=~" || two == "==" ? 2 : 1;
  return QueryToken{QueryToken::Kind::kSign, std::string(text_.substr(begin, at_ - begin)), 0, begin, at_};
}

}  // namespace tetrascope::cloudwatch_logs
