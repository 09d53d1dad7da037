#include <fmt/core.h>

#include "query/functions.h"
#include "query/time_format.h"
#include "query/types.h"
#include "slices/cloudwatch_logs/insights_definitions.h"
#include "slices/cloudwatch_logs/plan_literals.h"

// Source: Logs Insights' documentation, "Boolean, comparison, numeric, datetime, and other functions", "Hashing
// functions", of 2026.

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;
using Arguments = FunctionArguments;
using Node = QueryNode::Kind;

FunctionDefinition of_text(F function, Type type) {
  return {1, 1, [function, type](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
            return TypedQueryExpr{call(function, {as_text(in[0])}), type};
          }};
}

Parsed<std::string> text_argument(const QueryNode& node, std::size_t place, std::string_view what) {
  const QueryNode& argument = *node.arguments[place];
  if (argument.kind != Node::kText) return wrong_query(argument, fmt::format("{} is expected", what));
  return argument.text;
}

/// Letters of java.time.format.DateTimeFormatter, as the plan has them.
Parsed<std::string> date_pattern(const QueryNode& node, std::size_t place) {
  auto pattern = text_argument(node, place, "a pattern such as \"yyyy-MM-dd\"");
  if (!pattern) return pattern;
  bool quoted = false;
  for (char& c : *pattern) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && c == 'u') c = 'y';
    if (!quoted && (c == 'X' || c == 'x')) c = 'Z';
  }
  if (!plan::is_time_pattern(*pattern))
    return wrong_query(*node.arguments[place], "a pattern such as \"yyyy-MM-dd\" is expected");
  return pattern;
}

/// Errors: `call` has something that no plan takes, at its last argument.
Parsed<ExprPtr> sound(const QueryNode& node, ExprPtr call, std::vector<Type> types) {
  const auto type = plan::result_type(std::get<plan::Call>(call->node), types);
  if (!type) return wrong_query(*node.arguments.back(), type.error().message);
  return call;
}

Parsed<TypedQueryExpr> parse_date(const QueryNode& node, const Arguments& in) {
  auto pattern = date_pattern(node, 1);
  if (!pattern) return std::unexpected(pattern.error());
  auto zone = in.size() == 3 ? text_argument(node, 2, "a time zone") : Parsed<std::string>("UTC");
  if (!zone) return std::unexpected(zone.error());
  auto time = sound(node, call(F::kParseTimeLike, {as_text(in[0]), literal(Value(*pattern)), literal(Value(*zone))}),
                    {Type::kString, Type::kString, Type::kString});
  if (!time) return std::unexpected(time.error());
  return TypedQueryExpr{as_number({*time, Type::kTime}), Type::kInt};
}

Parsed<TypedQueryExpr> format_date(const QueryNode& node, const Arguments& in) {
  auto format = text_argument(node, 1, "a format such as \"%Y-%m-%d\"");
  if (!format) return std::unexpected(format.error());
  auto zone = in.size() == 3 ? text_argument(node, 2, "a time zone") : Parsed<std::string>("UTC");
  if (!zone) return std::unexpected(zone.error());
  auto text = sound(node, call(F::kFormatTime, {as_time(in[0]), literal(Value(*format)), literal(Value(*zone))}),
                    {Type::kTime, Type::kString, Type::kString});
  if (!text) return std::unexpected(text.error());
  return TypedQueryExpr{*text, Type::kString};
}

Parsed<TypedQueryExpr> round(const QueryNode& node, const Arguments& in) {
  const ExprPtr number = as_number(in[0]);
  if (in.size() == 1) return TypedQueryExpr{call(F::kToInt, {call(F::kRound, {number})}), Type::kInt};
  const QueryNode& places = *node.arguments[1];
  if (places.kind != Node::kInteger || places.integer < -15 || places.integer > 15)
    return wrong_query(places, "a whole number from -15 to 15 is expected");
  double scale = 1;
  for (std::int64_t i = 0; i < (places.integer < 0 ? -places.integer : places.integer); ++i) scale *= 10;
  const bool fraction = places.integer > 0;
  const ExprPtr by = literal(Value(scale));
  const ExprPtr whole = call(F::kRound, {call(fraction ? F::kMul : F::kDiv, {number, by})});
  return TypedQueryExpr{call(fraction ? F::kDiv : F::kMul, {whole, by}), Type::kDouble};
}

Parsed<TypedQueryExpr> case_of(const QueryNode& node, const Arguments& in) {
  constexpr std::size_t kMostBranches = 10;
  if (in.size() / 2 > kMostBranches)
    return wrong_query(node, fmt::format("case has at most {} branches", kMostBranches));
  const bool otherwise = in.size() % 2 == 1;
  std::vector<const TypedQueryExpr*> values;
  for (std::size_t i = 1; i < in.size(); i += 2) values.push_back(&in[i]);
  if (otherwise) values.push_back(&in.back());
  bool same = true;
  for (const auto* value : values) same = same && value->type == values.front()->type;
  const Type type = same ? values.front()->type : Type::kAny;
  std::vector<ExprPtr> branches;
  for (std::size_t i = 0; i + 1 < in.size(); i += 2) {
    branches.push_back(as_condition(in[i]));
    branches.push_back(same ? in[i + 1].expr : as_any(in[i + 1]));
  }
  branches.push_back(!otherwise ? literal(Value(), type) : same ? in.back().expr : as_any(in.back()));
  return TypedQueryExpr{call(F::kIf, std::move(branches)), type};
}

/// Blocks that no public host has: IANA's registries of special-purpose addresses.
ExprPtr in_any(const ExprPtr& address, std::initializer_list<std::string_view> subnets) {
  std::vector<ExprPtr> any;
  for (const std::string_view subnet : subnets) any.push_back(call(F::kIpInSubnet, {address, literal_text(subnet)}));
  return call(F::kCoalesce, {call(F::kOr, std::move(any)), literal(Value(false))});
}
ExprPtr is_private(const ExprPtr& address) {
  return in_any(address, {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"});
}
ExprPtr is_reserved(const ExprPtr& address) {
  return in_any(address, {"0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24",
                          "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/127",
                          "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8"});
}

}  // namespace

void add_date_functions(FunctionDefinitions& table) {
  table["parsedate"] = {2, 3, parse_date};
  table["formatdate"] = {2, 3, format_date};
  table["strftime"] = {2, 3, format_date};
  table["round"] = {1, 2, round};
  table["haversine"] = {4, 4, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                          std::vector<ExprPtr> degrees;
                          for (const auto& each : in) degrees.push_back(call(F::kToDouble, {as_number(each)}));
                          return TypedQueryExpr{call(F::kHaversine, std::move(degrees)), Type::kDouble};
                        }};
  const auto whole = [](std::int64_t most) {
    return [most](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
      const ExprPtr number = call(F::kToInt, {as_number(in[0])});
      const ExprPtr fits = call(
          F::kAnd, {call(F::kLe, {number, literal_integer(most)}), call(F::kGe, {number, literal_integer(-most - 1)})});
      return TypedQueryExpr{call(F::kIf, {fits, number, literal(Value(), Type::kInt)}), Type::kInt};
    };
  };
  table["toint"] = {1, 1, whole(INT32_MAX)};
  table["tolong"] = {1, 1, whole(INT64_MAX)};
  const auto real = [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
    return TypedQueryExpr{call(F::kToDouble, {as_number(in[0])}), Type::kDouble};
  };
  table["todouble"] = {1, 1, real};
  table["tonumber"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                         return TypedQueryExpr{as_number(in[0]), in[0].type == Type::kInt ? Type::kInt : Type::kDouble};
                       }};
  table["isnumeric"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                          return TypedQueryExpr{call(F::kNot, {call(F::kIsMissing, {as_number(in[0])})}), Type::kBool};
                        }};
}

void add_code_functions(FunctionDefinitions& table) {
  table["md5"] = of_text(F::kMd5, Type::kString);
  table["sha256"] = of_text(F::kSha256, Type::kString);
  table["urlencode"] = of_text(F::kUrlEncode, Type::kString);
  table["urldecode"] = of_text(F::kUrlDecode, Type::kString);
  table["base64encode"] = of_text(F::kBase64Encode, Type::kString);
  table["base64decode"] = of_text(F::kBase64Decode, Type::kString);
  table["hextoascii"] = of_text(F::kHexDecode, Type::kString);
  table["hextodec"] = of_text(F::kHexToInt, Type::kInt);
  table["messagesize"] = of_text(F::kByteLength, Type::kInt);
  table["dectohex"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                         return TypedQueryExpr{call(F::kIntToHex, {call(F::kToInt, {as_number(in[0])})}),
                                               Type::kString};
                       }};
  table["regexreplace"] = {
      3, 3, [](const QueryNode& node, const Arguments& in) -> Parsed<TypedQueryExpr> {
        auto pattern = text_argument(node, 1, "a regular expression in quotes");
        if (!pattern) return std::unexpected(pattern.error());
        auto by = text_argument(node, 2, "a text");
        if (!by) return std::unexpected(by.error());
        auto text =
            sound(node, call(F::kReplaceMatches, {as_text(in[0]), literal(Value(*pattern)), literal(Value(*by))}),
                  {Type::kString, Type::kString, Type::kString});
        if (!text) return std::unexpected(text.error());
        return TypedQueryExpr{*text, Type::kString};
      }};
}

void add_list_functions(FunctionDefinitions& table) {
  table["case"] = {2, 2 * 10 + 1, case_of};
  table["split"] = {2, 2, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                      return TypedQueryExpr{call(F::kJsonSplit, {as_text(in[0]), as_text(in[1])}), Type::kAny};
                    }};
  table["jsonarraysize"] = of_text(F::kJsonLength, Type::kInt);
  table["jsonarraycontains"] = {2, 2, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                                  return TypedQueryExpr{call(F::kJsonHas, {as_text(in[0]), as_text(in[1])}),
                                                        Type::kBool};
                                }};
  table["ipv4tonumber"] = of_text(F::kIpToInt, Type::kInt);
  table["isprivateip"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                            return TypedQueryExpr{is_private(as_text(in[0])), Type::kBool};
                          }};
  table["isreservedip"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                             return TypedQueryExpr{is_reserved(as_text(in[0])), Type::kBool};
                           }};
  table["ispublicip"] = {1, 1, [](const QueryNode&, const Arguments& in) -> Parsed<TypedQueryExpr> {
                           const ExprPtr text = as_text(in[0]);
                           const ExprPtr address = call(F::kOr, {call(F::kIpIsV4, {text}), call(F::kIpIsV6, {text})});
                           const ExprPtr other = call(F::kOr, {is_private(text), is_reserved(text)});
                           const ExprPtr open = call(F::kAnd, {address, call(F::kNot, {other})});
                           return TypedQueryExpr{call(F::kCoalesce, {open, literal(Value(false))}), Type::kBool};
                         }};
}

}  // namespace tetrascope::cloudwatch_logs
