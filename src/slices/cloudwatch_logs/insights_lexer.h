#pragma once
// Words and signs of an Insights query.

#include <string>
#include <string_view>

#include "slices/cloudwatch_logs/insights_query.h"

namespace tetrascope::cloudwatch_logs {

struct QueryToken {
  enum class Kind { kEnd, kWord, kQuotedField, kText, kNumber, kPeriod, kRegex, kSign };
  Kind kind = Kind::kEnd;
  std::string text;  ///< kText, kRegex and kQuotedField: what stands between the signs, unescaped (a regex as it is)
  std::int64_t nanos = 0;  ///< of kPeriod
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// One token at a time. A `/` begins a regex where the parser says that one may stand there.
class QueryLexer {
 public:
  explicit QueryLexer(std::string_view text) : text_(text) {}
  Parsed<QueryToken> next(bool regex_may_follow);
  void go_back_to(std::size_t place) { at_ = place; }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  void skip_blanks();
  Parsed<QueryToken> quoted(char quote, QueryToken::Kind kind);
  Parsed<QueryToken> regex();
  QueryToken number();
  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Nanoseconds of one of `ms`, `seconds`, `h`, …; 0 for a word that is no unit.
std::int64_t period_unit(std::string_view word);
/// Of a period of months, quarters or years, `2mo` or `1y`: how many months; else 0. They are not all of one length.
std::int64_t period_months(std::string_view period);
/// Nanoseconds of a period as times are rounded by it: AWS takes no more than 1000 ms, 60 s, 60 m and 24 h, and less
/// for more.
std::int64_t rounding_period(std::string_view period);

}  // namespace tetrascope::cloudwatch_logs
