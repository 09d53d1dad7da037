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

struct InsightsQuery;
struct QueryNode;
using QueryNodePtr = std::shared_ptr<const QueryNode>;

/// An expression. kCall: a function by its name in lower case, or an operator by its sign (`and`, `not`, `=`, `like`,
/// `in`, `+`, `negate`, …). kPeriod: `5m`, in nanoseconds. kQuery: what stands in the parentheses behind `in`.
/// The name of a kField has its steps behind dots, list places among them; a dot that is part of a step, between
/// backticks, is kQuotedDot.
struct QueryNode {
  enum class Kind { kInteger, kDouble, kText, kRegex, kField, kPeriod, kStar, kList, kCall, kQuery };
  Kind kind = Kind::kField;
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  std::vector<QueryNodePtr> arguments;
  std::shared_ptr<const InsightsQuery> query;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// `expr as name`; without `as` the name is the expression's own text.
struct QueryItem {
  QueryNodePtr expr;
  std::string name;
  bool descending = false;  ///< of sort
};

inline constexpr char kQuotedDot = '\x01';

/// `name=value` behind a command's word.
struct QueryOption {
  std::string name;   ///< in lower case
  std::string value;  ///< as it stands there
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct QueryCommand {
  enum class Kind {
    kFields,
    kDisplay,
    kFilter,
    kStats,
    kSort,
    kLimit,
    kDedup,
    kParse,
    kLogfmt,
    kJson,  ///< `json field=…`: the member `pattern` of `input`
    kPattern,
    kDiff,
    kUnnest,
    kJoin,
    kAppendColumns,
    kFillMissing,
    kFillDown,
    kAddTotals,
    kAccumulate,
    kAutoregress,
    kSessionize,
    kOutlier,
    kCountFrequent
  };
  Kind kind = Kind::kFields;
  std::vector<QueryItem> items;  ///< kFilter and kPattern have one; kUnnest one, with the name of its elements
  std::vector<QueryItem> by;     ///< of stats
  std::uint64_t limit = 0;
  QueryNodePtr input;              ///< of parse and json
  std::string pattern;             ///< of parse: RE2, a group for each name
  std::vector<std::string> names;  ///< of parse; "" for a group without a name. Of filldown: with `*` for any letters
  std::vector<QueryOption> options;
  std::string output;       ///< the name behind `as`; "" without
  std::int64_t nanos = 0;   ///< of sessionize the gap, of diff and of stats how much earlier; 0: not said
  std::int64_t months = 0;  ///< of diff, in the place of `nanos`
  bool multiple = false;    ///< of parse: a row for each match
  bool quoted = false;      ///< of parse: values may stand in double quotes, doubled ones in them
  bool any = false;         ///< of limit: of any rows
  std::shared_ptr<const InsightsQuery> query;  ///< in parentheses
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
  struct Time {
    std::int64_t millis = 0;  ///< since 1970; of a relative one, how long ago
    bool relative = false;    ///< `-1d`, `now`
  };
  std::optional<Time> start;  ///< `START=…` and `END=…`, inclusive
  std::optional<Time> end_time;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct InsightsQuery {
  std::optional<QuerySource> source;
  std::vector<QueryCommand> commands;
  std::vector<std::shared_ptr<const InsightsQuery>> inner;  ///< those in parentheses, wherever they stand
};

/// An error at the place of an expression.
inline std::unexpected<QueryError> wrong_query(const QueryNode& node, std::string message) {
  return std::unexpected(QueryError{std::move(message), node.begin, node.end});
}

inline constexpr std::size_t kMaxQueryBytes = 10'000;

Parsed<InsightsQuery> parse_insights_query(std::string_view text);

}  // namespace tetrascope::cloudwatch_logs
