#pragma once
// From the text of an Insights query to its tree: recursive descent with one token of foresight.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slices/cloudwatch_logs/insights_lexer.h"
#include "slices/cloudwatch_logs/insights_query.h"

namespace tetrascope::cloudwatch_logs {

/// Bounds of a query, whatever its text.
inline constexpr int kMaxQueryDepth = 40;
inline constexpr std::size_t kMaxQueryCommands = 40;
inline constexpr std::size_t kMaxQueryItems = 200;
inline constexpr std::size_t kMaxQueryNodes = 2'000;

std::string lower_case(std::string_view text);

/// Commands are in insights_parser.cc and insights_row_commands.cc, expressions in insights_expressions.cc, SOURCE in
/// insights_source.cc.
class QueryParser {
 public:
  explicit QueryParser(std::string_view text) : lexer_(text) {}

  Parsed<InsightsQuery> query();

 private:
  Parsed<void> advance(bool regex_may_follow = false);
  [[nodiscard]] bool at_word(std::string_view word) const;
  [[nodiscard]] bool at_sign(std::string_view sign) const;
  [[nodiscard]] std::unexpected<QueryError> expected(std::string_view what) const;
  Parsed<void> take_sign(std::string_view sign, bool regex_may_follow = false);

  Parsed<QuerySource> source();
  Parsed<void> source_properties(QuerySource& source);
  Parsed<std::vector<std::string>> texts();
  Parsed<QuerySource::Time> source_time();
  Parsed<void> commands(InsightsQuery& query);
  Parsed<std::shared_ptr<const InsightsQuery>> inner_query();
  Parsed<QueryCommand> command();
  Parsed<bool> row_command(std::string_view word, QueryCommand& command);
  Parsed<void> items(std::vector<QueryItem>& out, bool sorted);
  Parsed<QueryItem> item();
  Parsed<void> stats(QueryCommand& command);
  Parsed<void> limit(QueryCommand& command);
  Parsed<void> dedup(QueryCommand& command);
  Parsed<void> parse(QueryCommand& command);
  Parsed<void> aliases(std::vector<std::string>& names);
  Parsed<void> parse_as(QueryCommand& command, std::string_view form);
  Parsed<void> unnest(QueryCommand& command);
  Parsed<void> json(QueryCommand& command);
  // insights_row_commands.cc
  Parsed<void> options(QueryCommand& command, std::span<const std::string_view> known);
  Parsed<std::int64_t> duration();
  Parsed<void> output(QueryCommand& command);
  Parsed<void> words(QueryCommand& command);
  Parsed<void> fields_in_line(QueryCommand& command);
  Parsed<void> diff(QueryCommand& command);
  Parsed<void> join(QueryCommand& command);
  Parsed<void> fill_missing(QueryCommand& command);
  Parsed<void> autoregress(QueryCommand& command);
  Parsed<void> sessionize(QueryCommand& command);
  Parsed<std::string> name();

  Parsed<QueryNodePtr> expr(int depth) { return any(depth); }
  Parsed<QueryNodePtr> any(int depth);
  Parsed<QueryNodePtr> all(int depth);
  Parsed<QueryNodePtr> negation(int depth);
  Parsed<QueryNodePtr> comparison(int depth);
  Parsed<QueryNodePtr> sum(int depth);
  Parsed<QueryNodePtr> product(int depth);
  Parsed<QueryNodePtr> power(int depth);
  Parsed<QueryNodePtr> unary(int depth);
  Parsed<QueryNodePtr> primary(int depth);
  Parsed<QueryNodePtr> call(QueryToken name, int depth);
  Parsed<QueryNodePtr> list(int depth);
  Parsed<QueryNodePtr> subquery();
  Parsed<QueryNodePtr> field(QueryToken word);
  Parsed<QueryNodePtr> number();
  Parsed<QueryNodePtr> leaf(QueryNode::Kind kind);
  Parsed<QueryNodePtr> made(QueryNode node);
  Parsed<QueryNodePtr> binary(std::string op, QueryNodePtr left, QueryNodePtr right);

  QueryLexer lexer_;
  QueryToken token_;
  std::size_t last_end_ = 0;
  std::size_t nodes_ = 0;
  bool inside_ = false;  ///< of a query in parentheses
  std::vector<std::shared_ptr<const InsightsQuery>> inner_;
};

}  // namespace tetrascope::cloudwatch_logs

/// Like ASSIGN_OR_RETURN and RETURN_IF_ERROR, for Parsed<T>.
#define QUERY_PARSED(target, expression) QUERY_PARSED_(target, expression, QUERY_PARSED_JOIN(parsed_, __LINE__))
#define QUERY_PARSED_JOIN(a, b) QUERY_PARSED_JOIN_(a, b)
#define QUERY_PARSED_JOIN_(a, b) a##b
#define QUERY_PARSED_(target, expression, result)                 \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  target = *std::move(result)
#define QUERY_CHECKED(expression) \
  if (auto checked = (expression); !checked) return std::unexpected(std::move(checked).error())
