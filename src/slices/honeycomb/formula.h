#pragma once
// The language of calculated fields and of query formulas (dossier honeycomb_otlp 5): text → tree. formula_plan.h makes
// expressions of a plan out of trees.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace tetrascope::honeycomb {

inline constexpr std::size_t kMaxFormulaBytes = 16'384;
/// Of calls, operators and parentheses in each other. A chain of one operator that is associative counts once.
inline constexpr int kMaxFormulaDepth = 24;

enum class FormulaFunction {
  kIf,
  kSwitch,
  kCoalesce,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kEquals,
  kIn,
  kNot,
  kAnd,
  kOr,
  kExists,
  kMin,
  kMax,
  kSum,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kLog10,
  kBucket,
  kInt,
  kFloat,
  kBool,
  kString,
  kConcat,
  kStartsWith,
  kEndsWith,
  kContains,
  kToLower,
  kLength,
  kRegMatch,
  kRegValue,
  kRegCount,
  kUnixTimestamp,
  kEventTimestamp,
  kIngestTimestamp,
  kFormatTime,
  kRawMetric,
};
/// As the vendor writes it: `STARTS_WITH`.
std::string_view formula_function_name(FormulaFunction function);

struct Formula;
/// `$name`
struct FormulaColumn {
  std::string name;
};
/// A function with as many arguments as it takes. Operators are the functions that they stand for; `!=` is NOT of
/// EQUALS.
struct FormulaCall {
  FormulaFunction function = FormulaFunction::kIf;
  std::vector<Formula> arguments;
};
struct Formula {
  std::variant<Value, FormulaColumn, FormulaCall> node;  ///< a Value is null, a bool, an int, a double or text
};

/// Errors: kInvalid, in words about `text`, with the place (characters counted from 1).
Result<Formula> parse_formula(std::string_view text);

/// Formulas by the names of the fields that they calculate.
using CalculatedFields = std::map<std::string, Formula, std::less<>>;

}  // namespace tetrascope::honeycomb
