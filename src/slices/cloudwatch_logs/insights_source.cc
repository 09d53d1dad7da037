#include <charconv>
#include <utility>

#include "base/time.h"
#include "slices/cloudwatch_logs/insights_parser.h"

// SOURCE: dossier cloudwatch_logs 5.4.

namespace tetrascope::cloudwatch_logs {
namespace {

using Token = QueryToken::Kind;

constexpr std::size_t kMostSources = 50;
constexpr std::size_t kMostPrefixes = 5;
constexpr std::size_t kMostAccounts = 20;
constexpr std::size_t kMostListed = 50;

}  // namespace

/// `SOURCE` stands next. The groups' names, or `logGroups(…)`; then maybe the time.
Parsed<QuerySource> QueryParser::source() {
  QuerySource source;
  source.begin = token_.begin;
  while (at_word("source") && source.names.size() < kMostSources) {
    QUERY_CHECKED(advance());
    if (at_word("loggroups") && source.names.empty()) {
      QUERY_CHECKED(advance());
      QUERY_CHECKED(source_properties(source));
      break;
    }
    while (true) {
      const bool named =
          token_.kind == Token::kText || token_.kind == Token::kWord || token_.kind == Token::kQuotedField;
      if (!named) return expected("a log group or logGroups");
      source.names.push_back(token_.text);
      QUERY_CHECKED(advance());
      if (!at_sign(",") || source.names.size() >= kMostSources) break;
      QUERY_CHECKED(advance());
    }
  }
  for (auto& [word, time] : {std::pair{"start", &source.start}, std::pair{"end", &source.end_time}}) {
    if (!at_word(word)) continue;
    QUERY_CHECKED(advance());
    QUERY_CHECKED(take_sign("="));
    QUERY_PARSED(*time, source_time());
  }
  source.end = last_end_;
  return source;
}

/// `(namePrefix: ['a', 'b'], accountIdentifiers: [...], class: [...])`, each at most once, or nothing in it.
Parsed<void> QueryParser::source_properties(QuerySource& source) {
  source.by_property = true;
  QUERY_CHECKED(take_sign("("));
  while (!at_sign(")")) {
    std::vector<std::string>* list = at_word("nameprefix")           ? &source.prefixes
                                     : at_word("accountidentifiers") ? &source.accounts
                                     : at_word("class")              ? &source.classes
                                                                     : nullptr;
    if (list == nullptr || !list->empty()) return expected("{namePrefix, accountIdentifiers, class}");
    const std::size_t most = list == &source.prefixes ? kMostPrefixes : kMostAccounts;
    QUERY_CHECKED(advance());
    QUERY_CHECKED(take_sign(":"));
    QUERY_PARSED(*list, texts());
    if (list->empty() || list->size() > most) return expected("a list of fewer texts, and of one at least");
    if (!at_sign(",")) break;
    QUERY_CHECKED(advance());
  }
  return take_sign(")");
}

Parsed<std::vector<std::string>> QueryParser::texts() {
  std::vector<std::string> out;
  QUERY_CHECKED(take_sign("["));
  while (token_.kind == Token::kText && out.size() <= kMostListed) {
    out.push_back(token_.text);
    QUERY_CHECKED(advance());
    if (!at_sign(",")) break;
    QUERY_CHECKED(advance());
  }
  QUERY_CHECKED(take_sign("]"));
  return out;
}

/// Milliseconds since 1970, as DescribeQueries shows them; `now`, or a period before it: `-1d`.
Parsed<QuerySource::Time> QueryParser::source_time() {
  QuerySource::Time time;
  if (at_word("now")) {
    time.relative = true;
    QUERY_CHECKED(advance());
    return time;
  }
  if (at_sign("-")) {
    time.relative = true;
    QUERY_CHECKED(advance());
    QUERY_PARSED(const std::int64_t nanos, duration());
    time.millis = nanos / kNanosPerMilli;
    return time;
  }
  const char* const end = token_.text.data() + token_.text.size();
  const auto read = std::from_chars(token_.text.data(), end, time.millis);
  if (token_.kind != Token::kNumber || read.ec != std::errc{} || read.ptr != end)
    return expected("milliseconds since 1970");
  QUERY_CHECKED(advance());
  return time;
}

}  // namespace tetrascope::cloudwatch_logs
