#include "slices/cloudwatch_logs/insights_functions.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>

#include "query/functions.h"
#include "query/types.h"
#include "slices/cloudwatch_logs/insights_definitions.h"
#include "slices/cloudwatch_logs/insights_lexer.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Node = QueryNode::Kind;
using Arguments = FunctionArguments;
using Definitions = FunctionDefinitions;

ExprPtr zero_or_one(ExprPtr condition) {
  return call(F::kIf, {std::move(condition), literal_integer(1), literal_integer(0)});
}

Type number_type(const TypedQueryExpr& value) {
  return value.type == Type::kInt || value.type == Type::kTime || value.type == Type::kBool ? Type::kInt
                                                                                            : Type::kDouble;
}

/// A function of one number: `floor` and its like keep integers.
TypedQueryExpr of_number(F function, const TypedQueryExpr& value, bool keeps_integers) {
  const Type type = keeps_integers ? number_type(value) : Type::kDouble;
  return {call(function, {as_number(value)}), type};
}
TypedQueryExpr of_texts(F function, const Arguments& arguments, Type type) {
  std::vector<ExprPtr> texts;
  for (const auto& argument : arguments) texts.push_back(as_text(argument));
  return {call(function, std::move(texts)), type};
}

/// A boolean value of something that may be missing, which is then false.
TypedQueryExpr flag(ExprPtr condition) {
  return {call(F::kCoalesce, {std::move(condition), literal(Value(false))}), Type::kBool};
}

ExprPtr blank_condition(const TypedQueryExpr& value, bool trims) {
  const ExprPtr text = trims ? call(F::kTrim, {as_text(value)}) : as_text(value);
  return call(F::kEq, {call(F::kCoalesce, {text, literal(Value(std::string()))}), literal(Value(std::string()))});
}

/// By a pattern, since only one side is trimmed.
Parsed<TypedQueryExpr> trim_side(const QueryNode& node, const Arguments& arguments, bool left) {
  std::string set = R"(\s)";
  if (arguments.size() == 2) {
    const auto* characters = std::get_if<plan::Literal>(&arguments[1].expr->node);
    const auto* text = characters == nullptr ? nullptr : characters->value.as<std::string>();
    if (text == nullptr || text->empty()) return wrong_query(node, "the characters to trim must be a text");
    set = re2::RE2::QuoteMeta(*text);
  }
  const std::string pattern = left ? fmt::format("(?s)^[{}]*(.*)$", set) : fmt::format("(?s)^(.*?)[{}]*$", set);
  return TypedQueryExpr{call(F::kExtract, {as_text(arguments[0]), literal(Value(pattern))}), Type::kString};
}

/// Months since the year 0 of a time, in steps of `months`.
ExprPtr month_step(const ExprPtr& time, std::int64_t months) {
  const auto part = [&](std::string_view format) {
    return call(F::kToInt, {call(F::kFormatTime, {time, literal_text(format)})});
  };
  const ExprPtr index = call(F::kAdd, {call(F::kMul, {part("%Y"), literal_integer(12)}), part("%m")});
  const ExprPtr from_zero = call(F::kSub, {index, literal_integer(1)});
  return call(F::kSub, {from_zero, call(F::kMod, {from_zero, literal_integer(months)})});
}

/// When the month begins of which month_step() is the number.
ExprPtr month_start(const ExprPtr& step) {
  const ExprPtr in_year = call(F::kMod, {step, literal_integer(12)});
  const ExprPtr year = call(F::kToInt, {call(F::kDiv, {call(F::kSub, {step, in_year}), literal_integer(12)})});
  const ExprPtr digits =
      call(F::kSubstring, {call(F::kToString, {call(F::kAdd, {in_year, literal_integer(101)})}), literal_integer(1)});
  return call(
      F::kParseTime,
      {call(F::kConcat, {call(F::kToString, {year}), literal_text("-"), digits, literal_text("-01T00:00:00Z")})});
}

Parsed<TypedQueryExpr> bucket(const QueryNode& node, const Arguments& arguments, std::size_t period, bool up) {
  const std::int64_t width = rounding_period(node.arguments[period]->text);
  if (node.arguments[period]->kind != Node::kPeriod || width < 1 || width > plan::kMaxBucketNanos)
    return wrong_query(*node.arguments[period], "a period such as 5m is expected");
  const ExprPtr time = as_time(arguments[0]);
  const std::int64_t months = period_months(node.arguments[period]->text);
  const ExprPtr step = months > 0 ? month_step(time, months) : nullptr;
  const ExprPtr start = step ? month_start(step) : call(F::kTimeBucket, {time, literal_integer(width)});
  if (!up) return TypedQueryExpr{start, Type::kTime};
  const ExprPtr next = step ? month_start(call(F::kAdd, {step, literal_integer(months)}))
                            : call(F::kAdd, {start, literal_integer(width)});
  return TypedQueryExpr{call(F::kIf, {call(F::kEq, {start, time}), start, next}), Type::kTime};
}

/// Integer powers of what is on the left, which is all that plans can say.
Parsed<TypedQueryExpr> power(const QueryNode& node, const Arguments& arguments) {
  constexpr std::int64_t kMostFactors = 16;
  const QueryNode& exponent = *node.arguments[1];
  if (exponent.kind != Node::kInteger || exponent.integer < 0 || exponent.integer > kMostFactors)
    return wrong_query(exponent, fmt::format("the right side of ^ must be a whole number from 0 to {}", kMostFactors));
  const Type type = number_type(arguments[0]);
  ExprPtr product = literal_integer(1);
  for (std::int64_t i = 0; i < exponent.integer; ++i) product = call(F::kMul, {product, as_number(arguments[0])});
  return TypedQueryExpr{product, exponent.integer == 0 ? Type::kInt : type};
}

Parsed<TypedQueryExpr> in_subnet(const QueryNode& node, const Arguments& arguments) {
  const auto* subnet = std::get_if<plan::Literal>(&arguments[1].expr->node);
  if (subnet == nullptr || subnet->value.as<std::string>() == nullptr)
    return wrong_query(*node.arguments[1], "a subnet such as \"10.0.0.0/8\" is expected");
  ExprPtr inside = call(F::kIpInSubnet, {as_text(arguments[0]), arguments[1].expr});
  const plan::Call& made = std::get<plan::Call>(inside->node);
  const Type types[] = {Type::kString, Type::kString};
  if (!plan::result_type(made, types))
    return wrong_query(*node.arguments[1], "a subnet such as \"10.0.0.0/8\" is expected");
  return flag(std::move(inside));
}

TypedQueryExpr common(F function, std::vector<ExprPtr> before, const Arguments& values) {
  bool same = true;
  for (const auto& value : values) same = same && value.type == values.front().type;
  for (const auto& value : values) before.push_back(same ? value.expr : as_any(value));
  return {call(function, std::move(before)), same ? values.front().type : Type::kAny};
}

Definitions number_functions() {
  const auto extreme = [](F function) {
    return [function](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      std::vector<ExprPtr> numbers;
      Type type = Type::kInt;
      for (const auto& each : in) {
        numbers.push_back(as_number(each));
        if (number_type(each) == Type::kDouble) type = Type::kDouble;
      }
      return TypedQueryExpr{call(function, std::move(numbers)), type};
    };
  };
  const auto of = [](F function, bool keeps) {
    return [function, keeps](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      return of_number(function, in[0], keeps);
    };
  };
  Definitions table;
  table["abs"] = {1, 1, of(F::kAbs, true)};
  table["ceil"] = {1, 1, of(F::kCeil, true)};
  table["floor"] = {1, 1, of(F::kFloor, true)};
  table["negate"] = {1, 1, of(F::kNegate, true)};
  table["sqrt"] = {1, 1, of(F::kSqrt, false)};
  table["log"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                    constexpr double kLogOfTen = 2.302585092994046;
                    return TypedQueryExpr{
                        call(F::kMul, {call(F::kLog10, {as_number(in[0])}), literal(Value(kLogOfTen))}), Type::kDouble};
                  }};
  table["greatest"] = {1, 50, extreme(F::kGreatest)};
  table["least"] = {1, 50, extreme(F::kLeast)};
  table["^"] = {2, 2, power};
  const auto arithmetic = [](F function) {
    return [function](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      const bool whole = function != F::kDiv && number_type(in[0]) == Type::kInt && number_type(in[1]) == Type::kInt;
      return TypedQueryExpr{call(function, {as_number(in[0]), as_number(in[1])}), whole ? Type::kInt : Type::kDouble};
    };
  };
  table["+"] = {2, 2, arithmetic(F::kAdd)};
  table["-"] = {2, 2, arithmetic(F::kSub)};
  table["*"] = {2, 2, arithmetic(F::kMul)};
  table["/"] = {2, 2, arithmetic(F::kDiv)};
  table["%"] = {2, 2, arithmetic(F::kMod)};
  return table;
}

void add_text_functions(Definitions& table) {
  const auto of = [](F function, Type type) {
    return [function, type](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      return of_texts(function, in, type);
    };
  };
  table["concat"] = {1, 50, of(F::kConcat, Type::kString)};
  table["tolower"] = {1, 1, of(F::kLower, Type::kString)};
  table["toupper"] = {1, 1, of(F::kUpper, Type::kString)};
  table["strlen"] = {1, 1, of(F::kLength, Type::kInt)};
  table["replace"] = {3, 3, of(F::kReplace, Type::kString)};
  table["strcontains"] = {2, 3, [](const QueryNode& node, const Arguments& in) -> Parsed<TypedQueryExpr> {
                            Arguments texts = {in[0], in[1]};
                            // true and false are names, as everywhere.
                            const bool folded = in.size() == 3 && lower_case(node.arguments[2]->text) == "true";
                            if (in.size() == 3 && !folded && lower_case(node.arguments[2]->text) != "false")
                              return wrong_query(*node.arguments[2], "true or false is expected");
                            if (folded) {
                              for (auto& text : texts) text = {call(F::kLower, {as_text(text)}), Type::kString};
                            }
                            return TypedQueryExpr{zero_or_one(of_texts(F::kContains, texts, Type::kBool).expr),
                                                  Type::kInt};
                          }};
  for (const auto& [name, function] : {std::pair{"startswith", F::kStartsWith}, std::pair{"endswith", F::kEndsWith}}) {
    table[name] = {2, 2, [function](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                     return TypedQueryExpr{zero_or_one(of_texts(function, in, Type::kBool).expr), Type::kInt};
                   }};
  }
  table["trim"] = {1, 2, [](const QueryNode& node, const Arguments& in) -> Parsed<TypedQueryExpr> {
                     if (in.size() == 2 && !std::holds_alternative<plan::Literal>(in[1].expr->node))
                       return wrong_query(node, "the characters to trim must be a text");
                     return of_texts(F::kTrim, in, Type::kString);
                   }};
  table["ltrim"] = {1, 2, [](const QueryNode& node, const Arguments& in) { return trim_side(node, in, true); }};
  table["rtrim"] = {1, 2, [](const QueryNode& node, const Arguments& in) { return trim_side(node, in, false); }};
  table["substr"] = {2, 3, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                       std::vector<ExprPtr> parts = {as_text(in[0])};
                       for (std::size_t i = 1; i < in.size(); ++i) parts.push_back(call(F::kToInt, {as_number(in[i])}));
                       return TypedQueryExpr{call(F::kSubstring, std::move(parts)), Type::kString};
                     }};
  table["isempty"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                        return TypedQueryExpr{blank_condition(in[0], false), Type::kBool};
                      }};
  table["isblank"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                        return TypedQueryExpr{blank_condition(in[0], true), Type::kBool};
                      }};
}

void add_general_functions(Definitions& table) {
  table["ispresent"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                          return TypedQueryExpr{call(F::kNot, {call(F::kIsMissing, {in[0].expr})}), Type::kBool};
                        }};
  table["coalesce"] = {1, 50, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                         return common(F::kCoalesce, {}, in);
                       }};
  table["if"] = {3, 3, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                   return common(F::kIf, {as_condition(in[0])}, {in[1], in[2]});
                 }};
  table["unmask"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> { return in[0]; }};
  table["jsonparse"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                          return TypedQueryExpr{call(F::kJsonGet, {as_text(in[0])}), Type::kAny};
                        }};
  table["jsonstringify"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                              return TypedQueryExpr{as_text(in[0]), Type::kString};
                            }};
  const auto address = [](std::vector<F> kinds) {
    return [kinds](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      std::vector<ExprPtr> any;
      for (const F kind : kinds) any.push_back(call(kind, {as_text(in[0])}));
      return flag(any.size() == 1 ? any.front() : call(F::kOr, std::move(any)));
    };
  };
  table["isvalidip"] = {1, 1, address({F::kIpIsV4, F::kIpIsV6})};
  table["isvalidipv4"] = {1, 1, address({F::kIpIsV4})};
  table["isvalidipv6"] = {1, 1, address({F::kIpIsV6})};
  for (const std::string_view name : {"isipinsubnet", "isipv4insubnet", "isipv6insubnet"})
    table[name] = {2, 2, in_subnet};
}

void add_time_functions(Definitions& table) {
  table["datefloor"] = {2, 2, [](const QueryNode& node, const Arguments& in) { return bucket(node, in, 1, false); }};
  table["dateceil"] = {2, 2, [](const QueryNode& node, const Arguments& in) { return bucket(node, in, 1, true); }};
  table["frommillis"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                           return TypedQueryExpr{as_time(in[0]), Type::kTime};
                         }};
  table["tomillis"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                         return TypedQueryExpr{as_number(in[0]), number_type(in[0])};
                       }};
}

const Definitions& function_definitions() {
  static const Definitions kAll = [] {
    Definitions table = number_functions();
    add_text_functions(table);
    add_general_functions(table);
    add_time_functions(table);
    add_date_functions(table);
    add_code_functions(table);
    add_list_functions(table);
    return table;
  }();
  return kAll;
}

}  // namespace

Parsed<TypedQueryExpr> apply_function(const QueryNode& node, const Arguments& arguments, const QueryTimes& times) {
  if (arguments.empty()) {
    const auto number = [](std::int64_t value) { return TypedQueryExpr{literal_integer(value), Type::kInt}; };
    const std::int64_t length = times.range.to.value - times.range.from.value;
    if (node.text == "now") return number(times.now.value / kNanosPerSecond);
    if (node.text == "querystarttime") return number(times.range.from.value / kNanosPerMilli);
    if (node.text == "queryendtime") return number(times.range.to.value / kNanosPerMilli);
    if (node.text == "querytimerange") return number(length / kNanosPerMilli);
  }
  const auto found = function_definitions().find(node.text);
  if (found == function_definitions().end()) return wrong_query(node, fmt::format("unknown function {}", node.text));
  const FunctionDefinition& definition = found->second;
  if (arguments.size() < definition.least || arguments.size() > definition.most)
    return wrong_query(node, fmt::format("{} arguments for {}, {} expected", arguments.size(), node.text,
                                         definition.least == definition.most
                                             ? std::to_string(definition.least)
                                             : fmt::format("{} to {}", definition.least, definition.most)));
  return definition.make(node, arguments);
}

}  // namespace tetrascope::cloudwatch_logs
