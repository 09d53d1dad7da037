#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/time.h"
#include "slices/cloudwatch_logs/insights_parser.h"

// Commands that look at other rows, and those that look into other queries.
// Source: Logs Insights' documentation, "CloudWatch Logs Insights language query syntax", a page for each command.

namespace tetrascope::cloudwatch_logs {
namespace {

using Token = QueryToken::Kind;
using Node = QueryNode::Kind;
using Command = QueryCommand::Kind;

}  // namespace

/// False for a word that begins no such command; else what follows the word was read.
Parsed<bool> QueryParser::row_command(std::string_view word, QueryCommand& command) {
  static constexpr std::array<std::string_view, 3> kTotals = {"fieldname", "row", "col"};
  static constexpr std::array<std::string_view, 4> kOutlier = {"action", "param", "uselower", "mark"};
  static constexpr std::array<std::string_view, 2> kAppend = {"override", "max"};
  const auto read = [&](Command kind, auto rest) -> Parsed<bool> {
    command.kind = kind;
    QUERY_CHECKED(advance(true));
    QUERY_CHECKED(rest());
    return true;
  };
  if (word == "diff") return read(Command::kDiff, [&] { return diff(command); });
  if (word == "logcompare")
    return read(Command::kDiff, [&]() -> Parsed<void> {
      if (!at_word("timeshift")) return expected("K_TIMESHIFT");
      QUERY_CHECKED(advance());
      QUERY_PARSED(command.nanos, duration());
      return {};
    });
  if (word == "join") return read(Command::kJoin, [&] { return join(command); });
  if (word == "fillmissing") return read(Command::kFillMissing, [&] { return fill_missing(command); });
  if (word == "autoregress") return read(Command::kAutoregress, [&] { return autoregress(command); });
  if (word == "sessionize") return read(Command::kSessionize, [&] { return sessionize(command); });
  if (word == "filldown") return read(Command::kFillDown, [&] { return words(command); });
  if (word == "json") return read(Command::kJson, [&] { return json(command); });
  if (word == "countfrequent" || word == "count_frequent")
    return read(Command::kCountFrequent, [&] { return items(command.items, false); });
  if (word == "expand")
    return read(Command::kUnnest, [&]() -> Parsed<void> {
      QUERY_PARSED(QueryItem item, this->item());
      command.output = item.name;  // its elements are shown in its place
      command.items.push_back(std::move(item));
      return {};
    });
  if (word == "accum")
    return read(Command::kAccumulate, [&]() -> Parsed<void> {
      QUERY_PARSED(QueryItem item, this->item());
      command.items.push_back(std::move(item));
      return {};
    });
  if (word == "addtotals")
    return read(Command::kAddTotals, [&]() -> Parsed<void> {
      QUERY_CHECKED(options(command, kTotals));
      return fields_in_line(command);
    });
  if (word == "outlier")
    return read(Command::kOutlier, [&]() -> Parsed<void> {
      QUERY_CHECKED(options(command, kOutlier));
      QUERY_CHECKED(fields_in_line(command));
      return command.items.empty() ? Parsed<void>(expected("a field")) : Parsed<void>();
    });
  if (word == "appendcols")
    return read(Command::kAppendColumns, [&]() -> Parsed<void> {
      QUERY_CHECKED(options(command, kAppend));
      QUERY_PARSED(command.query, inner_query());
      return {};
    });
  return false;
}

/// `name=value name=value`, of the names in `known`; what a value is, the command says.
Parsed<void> QueryParser::options(QueryCommand& command, std::span<const std::string_view> known) {
  while (token_.kind == Token::kWord && std::ranges::find(known, lower_case(token_.text)) != known.end()) {
    const QueryToken name = token_;
    QUERY_CHECKED(advance());
    if (!at_sign("=")) {  // a field that has an option's name
      lexer_.go_back_to(name.begin);
      return advance();
    }
    QUERY_CHECKED(advance());
    if (token_.kind == Token::kEnd || token_.kind == Token::kSign) return expected("a value");
    command.options.push_back({lower_case(name.text), token_.text, name.begin, token_.end});
    QUERY_CHECKED(advance());
  }
  return {};
}

Parsed<std::int64_t> QueryParser::duration() {
  if (token_.kind != Token::kPeriod || token_.nanos <= 0) return expected("a period such as 5m");
  const std::int64_t nanos = token_.nanos;
  QUERY_CHECKED(advance());
  return nanos;
}

Parsed<void> QueryParser::output(QueryCommand& command) {
  if (!at_word("as")) return {};
  QUERY_CHECKED(advance());
  QUERY_PARSED(command.output, name());
  return {};
}

/// Names, behind blanks or commas, which may have a `*` in them.
Parsed<void> QueryParser::words(QueryCommand& command) {
  std::size_t end = 0;
  const auto is_word = [this] {
    return token_.kind == Token::kWord || token_.kind == Token::kQuotedField || token_.kind == Token::kNumber ||
           at_sign("*");
  };
  while (is_word() && command.names.size() < kMaxQueryItems) {
    const bool goes_on = !command.names.empty() && token_.begin == end;
    if (!goes_on) command.names.emplace_back();
    command.names.back() += token_.text;
    end = token_.end;
    QUERY_CHECKED(advance());
    if (at_sign(",")) QUERY_CHECKED(advance());
  }
  return {};
}

/// Fields, behind blanks or commas, up to a word of the command; maybe none.
Parsed<void> QueryParser::fields_in_line(QueryCommand& command) {
  while ((token_.kind == Token::kWord || token_.kind == Token::kQuotedField) && !at_word("as") && !at_word("maxspan") &&
         command.items.size() < kMaxQueryItems) {
    QUERY_PARSED(QueryNodePtr one, primary(0));
    command.items.push_back({one, std::string(lexer_.text().substr(one->begin, one->end - one->begin))});
    if (one->kind == Node::kField) command.items.back().name = one->text;
    if (at_sign(",")) QUERY_CHECKED(advance());
  }
  return {};
}

/// Nothing, or `previousWeek` and its like.
Parsed<void> QueryParser::diff(QueryCommand& command) {
  constexpr std::int64_t kDay = 86'400 * kNanosPerSecond;
  if (at_word("previousday")) command.nanos = kDay;
  if (at_word("previousweek")) command.nanos = 7 * kDay;
  if (at_word("previousmonth")) command.months = 1;
  return command.nanos != 0 || command.months != 0 ? advance() : Parsed<void>();
}

/// `type=inner left=a right=b where a.k=b.k (SOURCE …)`.
Parsed<void> QueryParser::join(QueryCommand& command) {
  static constexpr std::array<std::string_view, 3> kKnown = {"type", "left", "right"};
  QUERY_CHECKED(options(command, kKnown));
  if (!at_word("where")) return expected("K_WHERE");
  QUERY_CHECKED(advance(true));
  QUERY_PARSED(QueryNodePtr left, sum(0));
  if (!at_sign("=") && !at_sign("==")) return expected("'='");
  QUERY_CHECKED(advance(true));
  // The parentheses behind the field are no arguments of a function.
  const QueryToken word = token_;
  if (word.kind != Token::kWord && word.kind != Token::kQuotedField) return expected("a field");
  QUERY_CHECKED(advance());
  QUERY_PARSED(QueryNodePtr right, field(word));
  command.items = {{std::move(left), {}}, {std::move(right), {}}};
  QUERY_PARSED(command.query, inner_query());
  return {};
}

/// `with 0 for f, 1 for g`, or nothing: items with the value, by the field's name.
Parsed<void> QueryParser::fill_missing(QueryCommand& command) {
  if (!at_word("with")) return {};
  while (command.items.size() < kMaxQueryItems) {
    QUERY_CHECKED(advance());
    QueryItem item;
    QUERY_PARSED(item.expr, unary(0));
    const Node kind = item.expr->kind;
    if (kind != Node::kInteger && kind != Node::kDouble && kind != Node::kText)
      return wrong_query(*item.expr, "a number or a text is expected");
    if (!at_word("for")) return expected("K_FOR");
    QUERY_CHECKED(advance(true));
    QUERY_PARSED(const QueryItem shown, this->item());
    item.name = shown.name;
    command.items.push_back(std::move(item));
    if (!at_sign(",")) return {};
  }
  return {};
}

/// `field as alias p=1-4`.
Parsed<void> QueryParser::autoregress(QueryCommand& command) {
  QUERY_PARSED(QueryNodePtr value, primary(0));
  command.items.push_back({value, value->text});
  QUERY_CHECKED(output(command));
  if (!at_word("p")) return {};
  const std::size_t begin = token_.begin;
  QUERY_CHECKED(advance());
  QUERY_CHECKED(take_sign("="));
  for (const bool first : {true, false}) {
    if (token_.kind != Token::kNumber) return expected("a number");
    command.options.push_back({first ? "first" : "last", token_.text, begin, token_.end});
    QUERY_CHECKED(advance());
    if (first && !at_sign("-")) return {};
    if (first) QUERY_CHECKED(advance());
  }
  return {};
}

/// `user, device maxspan 1h as session`.
Parsed<void> QueryParser::sessionize(QueryCommand& command) {
  QUERY_CHECKED(fields_in_line(command));
  if (command.items.empty()) return expected("a field");
  if (at_word("maxspan")) {
    QUERY_CHECKED(advance());
    QUERY_PARSED(command.nanos, duration());
  }
  return output(command);
}

/// `json field=payload "user.name" as username`.
Parsed<void> QueryParser::json(QueryCommand& command) {
  static constexpr std::array<std::string_view, 1> kKnown = {"field"};
  QUERY_CHECKED(options(command, kKnown));
  if (command.options.empty()) return expected("'field='");
  if (token_.kind != Token::kText) return expected("the name of a member");
  QueryNode field;
  field.kind = Node::kField;
  field.text = command.options.front().value;
  field.begin = command.options.front().begin;
  field.end = command.options.front().end;
  QUERY_PARSED(command.input, made(std::move(field)));
  command.pattern = token_.text;
  QUERY_CHECKED(advance());
  if (!at_word("as")) return expected("K_AS");
  return output(command);
}

}  // namespace tetrascope::cloudwatch_logs
