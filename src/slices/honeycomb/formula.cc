// Formulas: the parser. Precedence, loosest first: OR, AND, = and !=, comparisons, +, -, then * / and %; all of them
// bind to the left, and ! before any of them. (The vendor's grammar has minus tighter than plus.)

#include "slices/honeycomb/formula.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "slices/honeycomb/formula_functions.h"
#include "slices/honeycomb/formula_text.h"

namespace tetrascope::honeycomb {
namespace {

struct FormulaOperator {
  std::string_view word;
  int tightness;
  FormulaFunction function;
};
/// Those that begin like another one stand before it.
constexpr std::array kFormulaOperators = {
    FormulaOperator{"OR", 1, FormulaFunction::kOr},          FormulaOperator{"AND", 2, FormulaFunction::kAnd},
    FormulaOperator{"!=", 3, FormulaFunction::kNot},         FormulaOperator{"=", 3, FormulaFunction::kEquals},
    FormulaOperator{"<=", 4, FormulaFunction::kLessOrEqual}, FormulaOperator{">=", 4, FormulaFunction::kGreaterOrEqual},
    FormulaOperator{"<", 4, FormulaFunction::kLess},         FormulaOperator{">", 4, FormulaFunction::kGreater},
    FormulaOperator{"+", 5, FormulaFunction::kSum},          FormulaOperator{"-", 6, FormulaFunction::kSubtract},
    FormulaOperator{"*", 7, FormulaFunction::kMultiply},     FormulaOperator{"/", 7, FormulaFunction::kDivide},
    FormulaOperator{"%", 7, FormulaFunction::kModulo},
};

bool is_associative(FormulaFunction function) {
  return function == FormulaFunction::kSum || function == FormulaFunction::kMultiply ||
         function == FormulaFunction::kAnd || function == FormulaFunction::kOr;
}

/// A part of the text, and how deep it goes.
struct ParsedFormula {
  Formula formula;
  int depth = 1;
};

class FormulaParser {
 public:
  explicit FormulaParser(std::string_view text) : in_(text) {}

  Result<Formula> whole() {
    in_.skip_blanks();
    if (in_.done()) return fail(ErrorCode::kInvalid, "empty expression");
    ASSIGN_OR_RETURN(ParsedFormula parsed, operators(1, 0));
    in_.skip_blanks();
    if (!in_.done()) return in_.wrong("unexpected text");
    return std::move(parsed.formula);
  }

 private:
  Result<ParsedFormula> operators(int least, int nesting);
  Result<ParsedFormula> operand(int nesting);
  Result<ParsedFormula> call(std::string_view name, std::size_t at, int nesting);
  Result<ParsedFormula> number(bool negative);
  Result<ParsedFormula> column();
  std::optional<FormulaOperator> operator_ahead();
  [[nodiscard]] Result<ParsedFormula> combine(const FormulaOperator& op, ParsedFormula left, ParsedFormula right) const;

  FormulaReader in_;
};

std::optional<FormulaOperator> FormulaParser::operator_ahead() {
  in_.skip_blanks();
  for (const FormulaOperator& op : kFormulaOperators) {
    const bool is_word = op.word == "OR" || op.word == "AND";
    if (is_word ? in_.name_ahead() == op.word : in_.rest().starts_with(op.word)) return op;
  }
  return std::nullopt;
}

Result<ParsedFormula> FormulaParser::combine(const FormulaOperator& op, ParsedFormula left, ParsedFormula right) const {
  auto* chain = std::get_if<FormulaCall>(&left.formula.node);
  if (is_associative(op.function) && chain != nullptr && chain->function == op.function) {
    left.depth = std::max(left.depth, right.depth + 1);
    chain->arguments.push_back(std::move(right.formula));
    return left;
  }
  const int depth = std::max(left.depth, right.depth) + 1;
  if (depth > kMaxFormulaDepth) return in_.too_deep();
  FormulaCall call{op.word == "!=" ? FormulaFunction::kEquals : op.function, {}};
  call.arguments.push_back(std::move(left.formula));
  call.arguments.push_back(std::move(right.formula));
  if (op.word != "!=") return ParsedFormula{Formula{std::move(call)}, depth};
  FormulaCall negated{FormulaFunction::kNot, {}};
  negated.arguments.push_back(Formula{std::move(call)});
  return ParsedFormula{Formula{std::move(negated)}, depth + 1};
}

Result<ParsedFormula> FormulaParser::operators(int least, int nesting) {
  ASSIGN_OR_RETURN(ParsedFormula left, operand(nesting));
  while (true) {
    const auto op = operator_ahead();
    if (!op || op->tightness < least) return left;
    in_.skip(op->word.size());
    ASSIGN_OR_RETURN(ParsedFormula right, operators(op->tightness + 1, nesting + 1));
    ASSIGN_OR_RETURN(left, combine(*op, std::move(left), std::move(right)));
  }
}

Result<ParsedFormula> FormulaParser::operand(int nesting) {
  // Precedence alone nests seven times before anything stands in anything.
  if (nesting > 8 * kMaxFormulaDepth) return in_.too_deep();
  in_.skip_blanks();
  if (in_.done()) return in_.wrong("the expression ends early");
  const char next = in_.rest().front();
  if (next == '!') {
    in_.skip(1);
    ASSIGN_OR_RETURN(ParsedFormula inner, operand(nesting + 8));
    if (++inner.depth > kMaxFormulaDepth) return in_.too_deep();
    FormulaCall negated{FormulaFunction::kNot, {}};
    negated.arguments.push_back(std::move(inner.formula));
    return ParsedFormula{Formula{std::move(negated)}, inner.depth};
  }
  if (next == '(') {
    in_.skip(1);
    ASSIGN_OR_RETURN(ParsedFormula inner, operators(1, nesting + 8));
    in_.skip_blanks();
    if (!in_.take(')')) return in_.wrong("expected )");
    return inner;
  }
  if (next == '$') return column();
  if (next == '"' || next == '`') {
    ASSIGN_OR_RETURN(std::string text, in_.text());
    return ParsedFormula{Formula{Value(std::move(text))}};
  }
  if (in_.take('-')) {
    in_.skip_blanks();
    return number(true);
  }
  const std::size_t at = in_.position();
  const std::string_view name = in_.name_ahead();
  if (name.empty()) return number(false);
  in_.skip(name.size());
  if (name == "true" || name == "false") return ParsedFormula{Formula{Value(name == "true")}};
  if (name == "null") return ParsedFormula{};
  return call(name, at, nesting);
}

Result<ParsedFormula> FormulaParser::column() {
  in_.skip(1);
  std::string name;
  if (!in_.done() && (in_.rest().front() == '"' || in_.rest().front() == '`')) {
    ASSIGN_OR_RETURN(name, in_.text());
  } else {
    name = in_.column_name();
  }
  if (name.empty()) return in_.wrong("expected the name of a column after $");
  return ParsedFormula{Formula{FormulaColumn{std::move(name)}}};
}

Result<ParsedFormula> FormulaParser::number(bool negative) {
  const std::string_view digits = in_.number_ahead();
  if (digits.empty()) return in_.wrong("expected a value");
  const std::string text = (negative ? "-" : "") + std::string(digits);
  Value value;
  std::int64_t integer = 0;
  const bool whole = digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (whole && std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc{}) {
    value = Value(integer);
  } else {
    double number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
      return in_.wrong("a number out of range");
    value = Value(number);
  }
  in_.skip(digits.size());
  return ParsedFormula{Formula{std::move(value)}};
}

Result<ParsedFormula> FormulaParser::call(std::string_view name, std::size_t at, int nesting) {
  in_.skip_blanks();
  if (!in_.take('(')) return in_.wrong_at(at, fmt::format("{} is neither a $column nor a function with (", name));
  if (is_time_series_function(name))
    return in_.wrong_at(at, fmt::format("{}: functions of time series are not available on this server yet", name));
  const FormulaSignature* signature = find_formula_function(name);
  if (signature == nullptr) return fail(ErrorCode::kInvalid, fmt::format("invalid function: {}", name));
  FormulaCall call{signature->function, {}};
  int depth = 0;
  for (in_.skip_blanks(); !in_.take(')'); in_.skip_blanks()) {
    if (!call.arguments.empty()) {
      if (!in_.take(',')) return in_.wrong("expected , or )");
      in_.skip_blanks();
      if (in_.take(')')) break;  // a comma may stand behind the last argument
    }
    ASSIGN_OR_RETURN(ParsedFormula argument, operators(1, nesting + 8));
    depth = std::max(depth, argument.depth);
    call.arguments.push_back(std::move(argument.formula));
  }
  const std::size_t count = call.arguments.size();
  if (count < signature->least || count > signature->most) {
    const std::string want = signature->least == signature->most
                                 ? fmt::format("{}", signature->least)
                                 : fmt::format("{} to {}", signature->least, signature->most);
    return in_.wrong_at(at, fmt::format("{} takes {} arguments, not {}", name, want, count));
  }
  if (++depth > kMaxFormulaDepth) return in_.too_deep();
  return ParsedFormula{Formula{std::move(call)}, depth};
}

}  // namespace

Result<Formula> parse_formula(std::string_view text) {
  if (text.size() > kMaxFormulaBytes)
    return fail(ErrorCode::kInvalid, fmt::format("an expression has at most {} bytes", kMaxFormulaBytes));
  return FormulaParser(text).whole();
}

}  // namespace tetrascope::honeycomb
