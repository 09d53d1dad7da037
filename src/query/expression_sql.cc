// Writer: expressions.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>

#include "query/attribute_sql.h"
#include "query/encoding_sql.h"
#include "query/functions.h"
#include "query/subnet.h"
#include "query/time_format.h"
#include "query/types.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

using F = Function;

/// Patterns mean in every function what they mean in RE2: the engine's match() alone lets `.` be a line end.
std::string plain_pattern(const std::string& pattern) { return "(?-s)" + pattern; }

std::string_view operator_of(Function function) {
  switch (function) {
    case F::kAnd:
      return " AND ";
    case F::kOr:
      return " OR ";
    case F::kEq:
      return " = ";
    case F::kNe:
      return " != ";
    case F::kLt:
      return " < ";
    case F::kLe:
      return " <= ";
    case F::kGt:
      return " > ";
    case F::kGe:
      return " >= ";
    case F::kAdd:
      return " + ";
    case F::kSub:
      return " - ";
    case F::kMul:
      return " * ";
    default:
      return "";
  }
}

/// The engine's function of the same arguments; "" where there is more to it.
std::string_view plain_name(Function function) {
  switch (function) {
    case F::kNot:
      return "not";
    case F::kIf:
      return "multiIf";
    case F::kCoalesce:
      return "coalesce";
    case F::kIsMissing:
      return "isNull";
    case F::kDiv:
      return "divideOrNull";
    case F::kMod:
      return "moduloOrNull";
    case F::kNegate:
      return "negate";
    case F::kFloor:
      return "floor";
    case F::kCeil:
      return "ceil";
    case F::kLeast:
      return "least";
    case F::kGreatest:
      return "greatest";
    case F::kConcat:
      return "concat";
    case F::kStartsWith:
      return "startsWith";
    case F::kEndsWith:
      return "endsWith";
    case F::kLower:
      return "lowerUTF8";
    case F::kUpper:
      return "upperUTF8";
    case F::kReplace:
      return "replaceAll";
    case F::kIpIsV4:
      return "isIPv4String";
    case F::kIpIsV6:
      return "isIPv6String";
    default:
      return "";
  }
}

bool is_nonzero(const Expr& expr) {
  const auto* literal = std::get_if<Literal>(&expr.node);
  if (literal == nullptr) return false;
  if (const auto* integer = literal->value.as<std::int64_t>()) return *integer != 0;
  const auto* number = literal->value.as<double>();
  return number != nullptr && *number != 0;
}

/// Counted from the epoch, also before it.
std::string time_bucket_sql(const std::string& time, const std::string& width) {
  return fmt::format("({0} - positiveModulo({0}, {1}))", time, width);
}

std::string round_sql(const TypedSql& x) {
  if (x.type == Type::kInt) return x.text;
  return fmt::format("(trunc({0}) + if(abs({0} - trunc({0})) >= 0.5, sign({0}), 0))", x.text);
}

std::string substring_sql(const std::vector<TypedSql>& arguments) {
  // Beyond these bounds nothing changes, and the engine's own integers cannot overflow.
  const auto clamped = [](const std::string& x) { return fmt::format("greatest(least({}, 2147483647), 0)", x); };
  std::string sql = fmt::format("substringUTF8({}, {} + 1", arguments[0].text, clamped(arguments[1].text));
  if (arguments.size() == 3) sql += ", " + clamped(arguments[2].text);
  sql += ")";
  // Bounds that are missing would be taken for zero by greatest(), which skips what is missing.
  std::string missing;
  for (std::size_t i = 1; i < arguments.size(); ++i)
    missing += fmt::format("{}isNull({})", i > 1 ? " OR " : "", arguments[i].text);
  return fmt::format("if({}, NULL, {})", missing, sql);
}

/// The engine's own parser takes many other forms, and guesses.
std::string parse_time_sql(const std::string& x, StatementBuilder& out) {
  const std::string form =
      out.reference("String", R"re(^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$)re");
  return fmt::format("if(match({0}, {1}), toUnixTimestamp64Nano(parseDateTime64BestEffortOrNull({0}, 9, 'UTC')), NULL)",
                     x, form);
}

std::string in_range_sql(const std::string& address, const AddressRange& range, StatementBuilder& out) {
  // One after the other: parameters are numbered as they come, and compilers differ in the order of arguments.
  const std::string first = out.reference("String", range.first);
  const std::string last = out.reference("String", range.last);
  return fmt::format("(toIPv6OrNull({0}) >= toIPv6({1}) AND toIPv6OrNull({0}) <= toIPv6({2}))", address, first, last);
}

/// By the mean radius of the earth.
std::string haversine_sql(const std::vector<TypedSql>& degrees) {
  const std::string &lat1 = degrees[0].text, &lon1 = degrees[1].text, &lat2 = degrees[2].text, &lon2 = degrees[3].text;
  return fmt::format(
      "(2 * 6371 * asin(sqrt(least(1, pow(sin(radians({2} - {0}) / 2), 2) + cos(radians({0})) * cos(radians({2})) * "
      "pow(sin(radians({3} - {1}) / 2), 2)))))",
      lat1, lon1, lat2, lon2);
}

/// Letters, digits and `_/+-` only, as result_type() has seen.
std::string zone_sql(const std::string& name) { return fmt::format("'{}'", name); }

std::string private_address_sql(const std::string& address, StatementBuilder& out) {
  std::vector<std::string> ranges;
  for (const std::string_view subnet : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}) {
    ranges.push_back(in_range_sql(address, *parse_subnet(subnet), out));
  }
  return fmt::format("({})", fmt::join(ranges, " OR "));
}

}  // namespace

TypedSql Writer::expr(const ExprPtr& expr, const Scope& scope) {
  TypedSql sql = std::visit([&](const auto& one) { return node(one, scope); }, expr->node);
  measure(sql);
  return sql;
}

TypedSql Writer::node(const Literal& literal, const Scope& /*scope*/) { return literal_sql(literal, out_); }

TypedSql Writer::node(const Field& field, const Scope& scope) {
  const Column& column = used(*scope.relation, field.name);
  return {column.id, column.type};
}

TypedSql Writer::node(const InPlan& in, const Scope& scope) {
  const TypedSql needle = operand(in.needle, scope);
  Relation found = inner_plan(*in.plan);
  return {fmt::format("({} IN (SELECT {} FROM {}))", needle.text, found.columns.front().id, source(found)),
          Type::kBool};
}

/// One side of a comparison: a table's column stands as it is, so that keys and indexes see it.
TypedSql Writer::operand(const ExprPtr& expr, const Scope& scope) {
  if (const auto* column = std::get_if<TableColumn>(&expr->node)) {
    const TypedSql sql = node(*column, scope);
    if (sql.type == Type::kInt && std::ranges::find(scope.read->unnest, column->name) == scope.read->unnest.end()) {
      return {column->name, sql.type};
    }
    return sql;
  }
  return this->expr(expr, scope);
}

std::string Writer::comparison(const Call& call, const Scope& scope) {
  const TypedSql left = operand(call.arguments[0], scope);
  if (call.function != F::kIn) {
    return fmt::format("({}{}{})", left.text, operator_of(call.function), operand(call.arguments[1], scope).text);
  }
  const Literal& list = std::get<Literal>(call.arguments[1]->node);
  if (list.value.as<Array>()->empty()) return fmt::format("if(isNull({}), NULL, false)", left.text);
  return fmt::format("({} IN {})", left.text, set_sql(list, left.type, out_));
}

/// `column` where it is not a certain text, else missing: as one function, so that a column of few distinct texts stays
/// numbers into a dictionary. Grouped by that, two million rows take 120 ms of CPU instead of 165.
std::optional<TypedSql> Writer::text_unless(const Call& call, const Scope& scope) {
  if (call.function != F::kIf || call.arguments.size() != 3) return std::nullopt;
  const auto* condition = std::get_if<Call>(&call.arguments[0]->node);
  const auto* column = std::get_if<TableColumn>(&call.arguments[1]->node);
  const auto* otherwise = std::get_if<Literal>(&call.arguments[2]->node);
  if (condition == nullptr || condition->function != F::kNe || column == nullptr || otherwise == nullptr ||
      !otherwise->value.missing())
    return std::nullopt;
  const auto* compared = std::get_if<TableColumn>(&condition->arguments[0]->node);
  const auto* unless = std::get_if<Literal>(&condition->arguments[1]->node);
  if (compared == nullptr || compared->name != column->name || unless == nullptr || unless->type != Type::kString)
    return std::nullopt;
  const TypedSql text = node(*column, scope);
  if (text.type != Type::kString) return std::nullopt;
  return TypedSql{fmt::format("nullIf({}, {})", text.text, node(*unless, scope).text), Type::kString};
}

/// Buckets of whole seconds, of the rows' own time: nanoseconds cost ten times as much to read.
std::optional<TypedSql> Writer::bucket_of_seconds(const Call& call, const Scope& scope) {
  if (call.function != F::kTimeBucket || scope.read == nullptr) return std::nullopt;
  const auto* column = std::get_if<TableColumn>(&call.arguments[0]->node);
  const auto* width = std::get<Literal>(call.arguments[1]->node).value.as<std::int64_t>();
  if (column == nullptr || column->name != time_column(scope.read->table) || width == nullptr ||
      *width % kNanosPerSecond != 0)
    return std::nullopt;
  const std::string seconds = out_.reference("Int64", std::to_string(*width / kNanosPerSecond));
  return TypedSql{fmt::format("({} * {})", time_bucket_sql("second", seconds), kNanosPerSecond), Type::kTime};
}

TypedSql Writer::node(const Call& call, const Scope& scope) {
  if (auto text = text_unless(call, scope)) return *std::move(text);
  if (auto bucket = bucket_of_seconds(call, scope)) return *std::move(bucket);
  switch (call.function) {
    case F::kEq:
    case F::kNe:
    case F::kLt:
    case F::kLe:
    case F::kGt:
    case F::kGe:
    case F::kIn:
      return {comparison(call, scope), Type::kBool};
    default:
      break;
  }
  std::vector<TypedSql> arguments;
  std::vector<Type> types;
  for (const ExprPtr& argument : call.arguments) {
    arguments.push_back(expr(argument, scope));
    types.push_back(arguments.back().type);
  }
  const Type type = *result_type(call, types);
  return {call_sql(call, arguments, type), type};
}

std::string Writer::call_sql(const Call& call, std::vector<TypedSql>& arguments, Type type) {
  const std::string& x = arguments[0].text;
  const auto literal = [&](std::size_t i) -> const std::string& { return *literal_text(*call.arguments[i]); };
  switch (call.function) {
    case F::kIf:
      for (std::size_t i = 1; i < arguments.size(); i += 2) arguments[i].text = convert_sql(arguments[i], type);
      arguments.back().text = convert_sql(arguments.back(), type);
      break;
    case F::kCoalesce:
    case F::kLeast:
    case F::kGreatest:
      for (TypedSql& argument : arguments) argument.text = convert_sql(argument, type);
      break;
    case F::kDiv:
      // What has no NULL to begin with has none then either, which halves the cost of its quantiles.
      if (is_nonzero(*call.arguments[1])) return fmt::format("divide({}, {})", x, arguments[1].text);
      break;
    case F::kIsMissing:
      return fmt::format("{}({})", is_array(arguments[0].type) ? "empty" : "isNull", x);
    case F::kAbs:
      return type == Type::kInt ? fmt::format("toInt64(abs({}))", x) : fmt::format("abs({})", x);
    case F::kLog10:
      return fmt::format("if({0} > 0, log10({0}), NULL)", x);
    case F::kSqrt:
      return fmt::format("if({0} >= 0, sqrt({0}), NULL)", x);
    case F::kRound:
      return round_sql(arguments[0]);
    case F::kContains:
      return fmt::format("(position({}, {}) > 0)", x, arguments[1].text);
    case F::kContainsAnyCase:
      return contains_any_case_sql(x, arguments[1].text, literal_text(*call.arguments[1]));
    case F::kLength:
      return fmt::format("toInt64(lengthUTF8({}))", x);
    case F::kByteLength:
      return fmt::format("toInt64(length({}))", x);
    case F::kSubstring:
      return substring_sql(arguments);
    case F::kTrim:
      return fmt::format("trimBoth({}, {})", x,
                         arguments.size() == 2 ? arguments[1].text : out_.reference("String", " \t\n\r\f\v"));
    case F::kHaversine:
      return haversine_sql(arguments);
    case F::kAllMatches:  // as one group: the engine would give the first one of the pattern's own
      return fmt::format("extractAll(ifNull({}, ''), {})", x,
                         out_.reference("String", plain_pattern(fmt::format("({})", literal(1)))));
    case F::kNaturalKey:
    case F::kUrlEncode:
    case F::kUrlDecode:
    case F::kBase64Encode:
    case F::kBase64Decode:
    case F::kHexDecode:
    case F::kHexToInt:
    case F::kIntToHex:
    case F::kMd5:
    case F::kSha256:
    case F::kHash:
      return encoding_sql(call.function, x);
    case F::kMatches:
      return fmt::format("match({}, {})", x, out_.reference("String", plain_pattern(literal(1))));
    case F::kExtract: {
      const std::string pattern = out_.reference("String", plain_pattern(literal(1)));
      return fmt::format("if(match({0}, {1}), extract({0}, {1}), NULL)", x, pattern);
    }
    case F::kReplaceMatches: {
      // In the engine's replacement a backslash is special, and nothing else.
      std::string by = literal(2);
      for (std::size_t at = 0; (at = by.find('\\', at)) != std::string::npos; at += 2) by.insert(at, 1, '\\');
      const std::string pattern = out_.reference("String", plain_pattern(literal(1)));
      return fmt::format("replaceRegexpAll({}, {}, {})", x, pattern, out_.reference("String", std::move(by)));
    }
    case F::kCountMatches:
      return fmt::format("toInt64(countMatches({}, {}))", x, out_.reference("String", plain_pattern(literal(1))));
    case F::kToInt:
    case F::kToDouble:
    case F::kToString:
    case F::kToBool:
    case F::kToAny:
    case F::kTypeName:
      return cast_sql(call.function, arguments[0]);
    case F::kTimeBucket:
      return time_bucket_sql(x, arguments[1].text);
    case F::kFormatTime: {
      const std::string format = out_.reference("String", *engine_time_format(literal(1)));
      const std::string zone = arguments.size() == 3 ? zone_sql(literal(2)) : "'UTC'";
      return fmt::format("formatDateTime(fromUnixTimestamp64Nano({}, 'UTC'), {}, {})", x, format, zone);
    }
    case F::kParseTimeLike: {
      const std::string pattern = out_.reference("String", literal(1));
      return fmt::format("toUnixTimestamp64Nano(toDateTime64(parseDateTime64InJodaSyntaxOrNull({}, {}, {}), 9))", x,
                         pattern, zone_sql(literal(2)));
    }
    case F::kParseTime:
      return parse_time_sql(x, out_);
    case F::kToNanos:
    case F::kFromNanos:
      return x;
    case F::kJsonGet:
    case F::kJsonText: {
      std::string path;
      for (std::size_t i = 1; i < arguments.size(); ++i) {
        path += ", " + arguments[i].text + (arguments[i].type == Type::kInt ? " + 1" : "");  // the engine counts from 1
      }
      return call.function == F::kJsonGet ? json_any_sql(x, path) : json_text_sql(x, path);
    }
    case F::kJsonElements:
      return json_elements_sql(x);
    case F::kJsonSplit:
      return fmt::format("if(isNull({0}), NULL, toJSONString(splitByString(ifNull({1}, ''), ifNull({0}, ''))))", x,
                         arguments[1].text);
    case F::kJsonLength:
      return fmt::format("if(JSONType(ifNull({0}, '')) = 'Array', toInt64(JSONLength(ifNull({0}, ''))), NULL)", x);
    case F::kJsonHas:
      return fmt::format("(JSONType(ifNull({0}, '')) = 'Array' AND has({1}, ifNull({2}, '')) AND isNotNull({2}))", x,
                         json_elements_sql(x), arguments[1].text);
    case F::kIpToInt:
      return fmt::format("toInt64(IPv4StringToNumOrNull({}))", x);
    case F::kIdText:
      return fmt::format("replaceRegexpOne(lower(hex({})), '^0+$', '')", x);
    case F::kArrayLength:
      return fmt::format("toInt64(length({}))", x);
    case F::kIpInSubnet:
      return in_range_sql(x, *parse_subnet(literal(1)), out_);
    case F::kIpIsPrivate:
      return private_address_sql(x, out_);
    default:
      break;
  }
  std::vector<std::string> texts;
  for (TypedSql& argument : arguments) texts.push_back(std::move(argument.text));
  if (const std::string_view between = operator_of(call.function); !between.empty()) {
    return fmt::format("({})", fmt::join(texts, between));
  }
  return fmt::format("{}({})", plain_name(call.function), fmt::join(texts, ", "));
}

}  // namespace tetrascope::plan
