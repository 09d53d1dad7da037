#include "slices/cloudwatch_logs/insights_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "slices/cloudwatch_logs/insights_patterns.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Token = QueryToken::Kind;
using Node = QueryNode::Kind;

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool QueryParser::at_word(std::string_view word) const {
  return token_.kind == Token::kWord && lower_case(token_.text) == word;
}
bool QueryParser::at_sign(std::string_view sign) const { return token_.kind == Token::kSign && token_.text == sign; }

Parsed<void> QueryParser::advance(bool regex_may_follow) {
  last_end_ = token_.end;
  QUERY_PARSED(token_, lexer_.next(regex_may_follow));
  return {};
}

/// In the words of AWS's own parser, which clients show as they are.
std::unexpected<QueryError> QueryParser::expected(std::string_view what) const {
  const std::string seen =
      token_.kind == Token::kEnd
          ? "<EOF>"
          : std::string(lexer_.text().substr(token_.begin, std::min<std::size_t>(token_.end - token_.begin, 100)));
  return std::unexpected(
      QueryError{fmt::format("mismatched input '{}' expecting {}", seen, what), token_.begin, token_.end});
}

Parsed<void> QueryParser::take_sign(std::string_view sign, bool regex_may_follow) {
  if (!at_sign(sign)) return expected(fmt::format("'{}'", sign));
  return advance(regex_may_follow);
}

Parsed<InsightsQuery> QueryParser::query() {
  InsightsQuery query;
  QUERY_CHECKED(advance());
  QUERY_CHECKED(commands(query));
  if (token_.kind != Token::kEnd) return expected("'|'");
  query.inner = std::move(inner_);
  return query;
}

/// Up to the end, or to the `)` that closes a query inside of another.
Parsed<void> QueryParser::commands(InsightsQuery& query) {
  const auto at_end = [this] { return token_.kind == Token::kEnd || (inside_ && at_sign(")")); };
  if (at_word("source")) {
    QUERY_PARSED(query.source, source());
    if (at_end()) return {};
    QUERY_CHECKED(take_sign("|"));
  }
  while (true) {
    if (query.commands.size() >= kMaxQueryCommands)
      return std::unexpected(
          QueryError{fmt::format("more than {} commands", kMaxQueryCommands), token_.begin, token_.end});
    QUERY_PARSED(QueryCommand command, this->command());
    query.commands.push_back(std::move(command));
    if (at_end()) return {};
    QUERY_CHECKED(take_sign("|"));
    if (at_end()) return {};
  }
}

/// The `(` stands next. No query stands in one that stands in another.
Parsed<std::shared_ptr<const InsightsQuery>> QueryParser::inner_query() {
  if (inside_) return std::unexpected(QueryError{"Nested subqueries are not supported", token_.begin, token_.end});
  QUERY_CHECKED(take_sign("("));
  inside_ = true;
  auto query = std::make_shared<InsightsQuery>();
  QUERY_CHECKED(commands(*query));
  inside_ = false;
  QUERY_CHECKED(take_sign(")"));
  inner_.push_back(query);
  return query;
}

Parsed<QueryCommand> QueryParser::command() {
  QueryCommand command;
  command.begin = token_.begin;
  const std::string word = token_.kind == Token::kWord ? lower_case(token_.text) : std::string();
  using Command = QueryCommand::Kind;
  const auto with = [&](Command kind, Parsed<void> rest) -> Parsed<QueryCommand> {
    QUERY_CHECKED(std::move(rest));
    command.kind = kind;
    command.end = last_end_;
    return std::move(command);
  };
  const auto start = [&]() { return advance(true); };
  if (word == "fields" || word == "unmask") {  // nothing is masked here
    QUERY_CHECKED(start());
    return with(Command::kFields, items(command.items, false));
  }
  if (word == "display") {
    QUERY_CHECKED(start());
    return with(Command::kDisplay, items(command.items, false));
  }
  if (word == "filter" || word == "where" || word == "filterindex") {
    QUERY_CHECKED(start());
    QUERY_PARSED(QueryNodePtr condition, expr(0));
    command.items.push_back({std::move(condition), {}});
    return with(Command::kFilter, {});
  }
  if (word == "stats") {
    QUERY_CHECKED(start());
    return with(Command::kStats, stats(command));
  }
  if (word == "sort" || word == "order") {
    QUERY_CHECKED(start());
    if (at_word("by")) QUERY_CHECKED(advance(true));
    return with(Command::kSort, items(command.items, true));
  }
  if (word == "limit" || word == "head") {
    QUERY_CHECKED(advance());
    return with(Command::kLimit, limit(command));
  }
  if (word == "dedup") {
    QUERY_CHECKED(start());
    return with(Command::kDedup, dedup(command));
  }
  if (word == "parse") {
    QUERY_CHECKED(start());
    command.kind = Command::kParse;
    QUERY_CHECKED(parse(command));
    return with(command.kind, {});
  }
  if (word == "pattern") {
    QUERY_CHECKED(start());
    QUERY_PARSED(QueryNodePtr text, expr(0));
    command.items.push_back({std::move(text), {}});
    return with(Command::kPattern, {});
  }
  if (word == "unnest") {
    QUERY_CHECKED(start());
    return with(Command::kUnnest, unnest(command));
  }
  QUERY_PARSED(const bool found, row_command(word, command));
  if (found) return with(command.kind, {});
  return expected(
      "{K_PARSE, K_FIELDS, K_DISPLAY, K_FILTER, K_STATS, K_SORT, K_ORDER, K_HEAD, K_LIMIT, K_DEDUP, K_PATTERN, "
      "K_UNNEST, K_DIFF, K_JOIN, K_EXPAND, K_JSON, K_APPENDCOLS, K_FILLMISSING, K_FILLDOWN, K_ADDTOTALS, K_ACCUM, "
      "K_AUTOREGRESS, K_SESSIONIZE, K_OUTLIER, K_COUNTFREQUENT, K_LOGCOMPARE}");
}

Parsed<void> QueryParser::items(std::vector<QueryItem>& out, bool sorted) {
  while (true) {
    if (out.size() >= kMaxQueryItems) return expected(fmt::format("at most {} expressions", kMaxQueryItems));
    QUERY_PARSED(QueryItem item, this->item());
    if (sorted && (at_word("asc") || at_word("desc"))) {
      item.descending = at_word("desc");
      QUERY_CHECKED(advance());
    }
    out.push_back(std::move(item));
    if (!at_sign(",")) return {};
    QUERY_CHECKED(advance(true));
  }
}

Parsed<QueryItem> QueryParser::item() {
  QueryItem item;
  QUERY_PARSED(item.expr, expr(0));
  item.name = std::string(lexer_.text().substr(item.expr->begin, item.expr->end - item.expr->begin));
  // Without its backticks, where they are of the whole of it.
  const bool written_so =
      item.expr->text.find(kQuotedDot) != std::string::npos || item.name.find('[') != std::string::npos;
  if (item.expr->kind == Node::kField && !written_so) item.name = item.expr->text;
  if (!at_word("as")) return item;
  QUERY_CHECKED(advance());
  QUERY_PARSED(item.name, name());
  return item;
}

Parsed<std::string> QueryParser::name() {
  if (token_.kind != Token::kWord && token_.kind != Token::kQuotedField) return expected("a name");
  std::string text = token_.text;
  QUERY_CHECKED(advance());
  return text;
}

Parsed<void> QueryParser::stats(QueryCommand& command) {
  QUERY_CHECKED(items(command.items, false));
  if (!at_word("by")) return {};
  QUERY_CHECKED(advance(true));
  QUERY_CHECKED(items(command.by, false));
  if (!at_word("offset")) return {};
  QUERY_CHECKED(advance());
  QUERY_PARSED(command.nanos, duration());
  return {};
}

Parsed<void> QueryParser::limit(QueryCommand& command) {
  command.any = at_word("any");
  if (command.any) QUERY_CHECKED(advance());
  if (token_.kind != Token::kNumber) return expected("a number");
  const auto [end, error] = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), command.limit);
  if (error != std::errc{} || end != token_.text.data() + token_.text.size() || command.limit > 100'000)
    return expected("a whole number of at most 100000");
  return advance();
}

Parsed<void> QueryParser::dedup(QueryCommand& command) {
  QUERY_CHECKED(items(command.items, false));
  return {};
}

Parsed<void> QueryParser::unnest(QueryCommand& command) {
  QueryItem item;
  QUERY_PARSED(item.expr, expr(0));
  if (!at_word("into")) return expected("K_INTO");
  QUERY_CHECKED(advance());
  QUERY_PARSED(item.name, name());
  command.items.push_back(std::move(item));
  return {};
}

Parsed<void> QueryParser::parse(QueryCommand& command) {
  QueryNode message;
  message.kind = Node::kField;
  message.text = "@message";
  command.input = std::make_shared<const QueryNode>(message);
  if (token_.kind != Token::kText && token_.kind != Token::kRegex) {
    // The pattern stands right behind the field: a `/` there is no division.
    if (token_.kind == Token::kWord || token_.kind == Token::kQuotedField) {
      QueryNode field;
      field.kind = Node::kField;
      field.text = token_.text;
      field.begin = token_.begin;
      field.end = token_.end;
      const QueryToken word = token_;
      QUERY_CHECKED(advance(true));
      const std::string form = lower_case(word.text);
      if ((form == "logfmt" || form == "csv") && at_word("as")) return parse_as(command, form);
      if (at_sign("(")) {
        QUERY_PARSED(command.input, call(word, 0));
        if (at_sign("/")) {
          lexer_.go_back_to(token_.begin);
          QUERY_CHECKED(advance(true));
        }
      } else {
        command.input = std::make_shared<const QueryNode>(field);
      }
    }
  }
  for (const std::string_view form : {"logfmt", "csv"}) {
    if (!at_word(form)) continue;
    QUERY_CHECKED(advance());
    return parse_as(command, form);
  }
  const QueryToken pattern = token_;
  if (pattern.kind != Token::kText && pattern.kind != Token::kRegex) return expected("a pattern");
  QUERY_CHECKED(advance());
  QUERY_CHECKED(aliases(command.names));
  command.multiple = pattern.kind == Token::kRegex && at_word("multi");
  if (command.multiple) QUERY_CHECKED(advance());
  auto compiled = pattern.kind == Token::kText ? glob_pattern(pattern.text, command.names)
                                               : group_pattern(pattern.text, command.names);
  if (!compiled) return std::unexpected(QueryError{compiled.error(), pattern.begin, pattern.end});
  command.pattern = std::move(compiled->pattern);
  command.names = std::move(compiled->names);
  return {};
}

/// `as a, b`, or nothing.
Parsed<void> QueryParser::aliases(std::vector<std::string>& names) {
  if (!at_word("as")) return {};
  do {
    QUERY_CHECKED(advance());
    QUERY_PARSED(std::string one, name());
    names.push_back(std::move(one));
  } while (at_sign(",") && names.size() < kMaxQueryItems);
  return {};
}

/// `as name` behind `logfmt`, `as a, b` behind `csv`.
Parsed<void> QueryParser::parse_as(QueryCommand& command, std::string_view form) {
  QUERY_CHECKED(aliases(command.names));
  if (command.names.empty()) return expected("K_AS");
  if (form == "csv") {
    command.pattern = csv_pattern(command.names.size());
    command.quoted = true;
    return {};
  }
  if (command.names.size() > 1) return expected("one name");
  command.kind = QueryCommand::Kind::kLogfmt;
  return {};
}

Parsed<InsightsQuery> parse_insights_query(std::string_view text) {
  if (text.size() > kMaxQueryBytes)
    return std::unexpected(QueryError{"the query is too long", kMaxQueryBytes, text.size()});
  return QueryParser(text).query();
}

}  // namespace tetrascope::cloudwatch_logs
