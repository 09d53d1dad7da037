#pragma once
// The Logs Insights query language as a tree: what a query says, not yet what it means.
// Source: dossier cloudwatch_logs 5.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::cloudwatch_logs {

/// Where a query goes wrong: offsets in its text, the end exclusive.
struct QueryError {
  std::string message;
  std::size_t begin = 0;
  std::size_t end = 0;
};
template <class T>
using Parsed = std::expected<T, QueryError>;

struct QueryNode;
using QueryNodePtr = std::shared_ptr<const QueryNode>;

/// An expression. kCall: a function by its name in lower case, or an operator by its sign (`and`, `not`, `=`, `like`,
/// `in`, `+`, `negate`, …). kPeriod: `5m`, in nanoseconds.
struct QueryNode {
  enum class Kind { kInteger, kDouble, kText, kRegex, kField, kPeriod, kStar, kList, kCall };
  Kind kind = Kind::kField;
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  std::vector<QueryNodePtr> arguments;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// `expr as name`; without `as` the name is the expression's own text.
struct QueryItem {
  QueryNodePtr expr;
  std::string name;
  bool descending = false;  ///< of sort
};

struct QueryCommand {
  enum class Kind { kFields, kDisplay, kFilter, kStats, kSort, kLimit, kDedup, kParse, kPattern, kUnnest };
  Kind kind = Kind::kFields;
  std::vector<QueryItem> items;  ///< kFilter and kPattern have one; kUnnest one, with the name of its elements
  std::vector<QueryItem> by;     ///< of stats
  std::uint64_t limit = 0;
  QueryNodePtr input;              ///< of parse
  std::string pattern;             ///< of parse: RE2, a group for each name
  std::vector<std::string> names;  ///< of parse; "" for a group without a name
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// `SOURCE`, in front of the commands: the groups that a query is of, in place of those of the request.
struct QuerySource {
  std::vector<std::string> names;  ///< `SOURCE "name" …`
  bool by_property = false;        ///< `SOURCE logGroups(…)`: all groups but for what stands there
  std::vector<std::string> prefixes;
  std::vector<std::string> accounts;
  std::vector<std::string> classes;
  std::optional<std::int64_t> start_ms;  ///< `START=…` and `END=…`, inclusive
  std::optional<std::int64_t> end_ms;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct InsightsQuery {
  std::optional<QuerySource> source;
  std::vector<QueryCommand> commands;
};

/// An error at the place of an expression.
inline std::unexpected<QueryError> wrong_query(const QueryNode& node, std::string message) {
  return std::unexpected(QueryError{std::move(message), node.begin, node.end});
}

inline constexpr std::size_t kMaxQueryBytes = 10'000;

Parsed<InsightsQuery> parse_insights_query(std::string_view text);

}  // namespace tetrascope::cloudwatch_logs
