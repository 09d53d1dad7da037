#pragma once
// Filter patterns: of FilterLogEvents, metric filters and subscription filters. One language in three shapes: terms,
// `{ JSON conditions }` and `[space, delimited, fields]`. Source: dossier cloudwatch_logs 4.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace tetrascope::cloudwatch_logs {

/// `%re%`: a search, with the letters that AWS allows; at most kMaxPattern characters long, like the whole pattern.
using RegexPtr = std::shared_ptr<const re2::RE2>;

struct PatternTerm {
  enum class Kind { kRequired, kExcluded, kOptional };
  Kind kind = Kind::kRequired;
  std::string text;  ///< what must occur; of a regex its source
  RegexPtr regex;    ///< null: `text` as it is
};

/// What a field is compared with: text in which `*` stands for anything, and a number where it reads as one; or a
/// regex.
struct PatternOperand {
  std::string text;
  bool is_number = false;
  double number = 0;
  bool has_wildcard = false;
  RegexPtr regex;
};

enum class PatternOp { kEq, kNe, kLt, kGt, kLe, kGe, kIsNull, kIsTrue, kIsFalse, kNotExists };

struct AnyElement {};
/// `$.a.b[0]`: keys, indices and `[*]`.
struct PatternSelector {
  std::string text;  ///< as written
  std::vector<std::variant<std::string, std::size_t, AnyElement>> steps;
};

struct PatternComparison {
  PatternSelector selector;  ///< of JSON patterns
  PatternOp op = PatternOp::kEq;
  PatternOperand operand;
};

/// Conditions joined by && (all of an inner list) and || (any of the lists), nested where there are parentheses.
struct PatternExpr;
using PatternExprPtr = std::shared_ptr<const PatternExpr>;
struct PatternExpr {
  enum class Kind { kAll, kAny, kCondition };
  Kind kind = Kind::kCondition;
  std::vector<PatternExprPtr> parts;
  PatternComparison condition;
};

struct PatternField {
  bool ellipsis = false;
  std::string name;          ///< "" for one without
  PatternExprPtr condition;  ///< null: anything
};

struct FilterPattern {
  enum class Kind { kEverything, kTerms, kJson, kFields };
  Kind kind = Kind::kEverything;
  std::vector<PatternTerm> terms;
  PatternExprPtr json;
  std::vector<PatternField> fields;
};

/// How the service speaks of a sign that stands in no quotes.
inline constexpr std::string_view kBadCharacter = "Invalid character(s) in term";
/// Errors: kInvalid, with what was seen and what was expected.
Result<FilterPattern> parse_filter_pattern(std::string_view text);

/// A number as patterns and messages write it; nullopt for text that is none.
std::optional<double> pattern_number(std::string_view text);

bool matches(const FilterPattern& pattern, std::string_view message);

/// What TestMetricFilter shows of a message that matches: `$.selector` or `$name` (`$3` for a field without a name),
/// and the value's text.
std::vector<std::pair<std::string, std::string>> extracted_values(const FilterPattern& pattern,
                                                                  std::string_view message);

}  // namespace tetrascope::cloudwatch_logs
