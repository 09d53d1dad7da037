#include "query/function_table.h"

#include <algorithm>
#include <array>

#include "query/functions.h"

namespace tetrascope::plan {
namespace {

using F = Function;
constexpr std::size_t kMany = 10'000;

constexpr Arity kFunctions[] = {
    {F::kAnd, "and", 1, kMany},
    {F::kOr, "or", 1, kMany},
    {F::kNot, "not", 1, 1},
    {F::kIf, "if", 3, kMany},
    {F::kCoalesce, "coalesce", 1, kMany},
    {F::kIsMissing, "is_missing", 1, 1},
    {F::kEq, "eq", 2, 2},
    {F::kNe, "ne", 2, 2},
    {F::kLt, "lt", 2, 2},
    {F::kLe, "le", 2, 2},
    {F::kGt, "gt", 2, 2},
    {F::kGe, "ge", 2, 2},
    {F::kIn, "in", 2, 2},
    {F::kAdd, "add", 2, 2},
    {F::kSub, "sub", 2, 2},
    {F::kMul, "mul", 2, 2},
    {F::kDiv, "div", 2, 2},
    {F::kMod, "mod", 2, 2},
    {F::kNegate, "negate", 1, 1},
    {F::kAbs, "abs", 1, 1},
    {F::kFloor, "floor", 1, 1},
    {F::kCeil, "ceil", 1, 1},
    {F::kLog10, "log10", 1, 1},
    {F::kSqrt, "sqrt", 1, 1},
    {F::kRound, "round", 1, 1},
    {F::kHaversine, "haversine", 4, 4},
    {F::kLeast, "least", 1, kMany},
    {F::kGreatest, "greatest", 1, kMany},
    {F::kConcat, "concat", 1, kMany},
    {F::kStartsWith, "starts_with", 2, 2},
    {F::kEndsWith, "ends_with", 2, 2},
    {F::kContains, "contains", 2, 2},
    {F::kContainsAnyCase, "contains_any_case", 2, 2},
    {F::kLower, "lower", 1, 1},
    {F::kUpper, "upper", 1, 1},
    {F::kLength, "length", 1, 1},
    {F::kByteLength, "byte_length", 1, 1},
    {F::kSubstring, "substring", 2, 3},
    {F::kReplace, "replace", 3, 3},
    {F::kReplaceMatches, "replace_matches", 3, 3},
    {F::kTrim, "trim", 1, 2},
    {F::kMatches, "matches", 2, 2},
    {F::kExtract, "extract", 2, 2},
    {F::kCountMatches, "count_matches", 2, 2},
    {F::kAllMatches, "all_matches", 2, 2},
    {F::kNaturalKey, "natural_key", 1, 1},
    {F::kUrlEncode, "url_encode", 1, 1},
    {F::kUrlDecode, "url_decode", 1, 1},
    {F::kBase64Encode, "base64_encode", 1, 1},
    {F::kBase64Decode, "base64_decode", 1, 1},
    {F::kHexDecode, "hex_decode", 1, 1},
    {F::kHexToInt, "hex_to_int", 1, 1},
    {F::kIntToHex, "int_to_hex", 1, 1},
    {F::kMd5, "md5", 1, 1},
    {F::kSha256, "sha256", 1, 1},
    {F::kHash, "hash", 1, 1},
    {F::kToInt, "to_int", 1, 1},
    {F::kToDouble, "to_double", 1, 1},
    {F::kToString, "to_string", 1, 1},
    {F::kToBool, "to_bool", 1, 1},
    {F::kToAny, "to_any", 1, 1},
    {F::kTypeName, "type_name", 1, 1},
    {F::kTimeBucket, "time_bucket", 2, 2},
    {F::kFormatTime, "format_time", 2, 3},
    {F::kParseTime, "parse_time", 1, 1},
    {F::kParseTimeLike, "parse_time_like", 3, 3},
    {F::kToNanos, "to_nanos", 1, 1},
    {F::kFromNanos, "from_nanos", 1, 1},
    {F::kJsonGet, "json_get", 1, 33},
    {F::kJsonText, "json_text", 1, 33},
    {F::kJsonElements, "json_elements", 1, 1},
    {F::kJsonSplit, "json_split", 2, 2},
    {F::kJsonLength, "json_length", 1, 1},
    {F::kJsonHas, "json_has", 2, 2},
    {F::kIdText, "id_text", 1, 1},
    {F::kArrayLength, "array_length", 1, 1},
    {F::kIpIsV4, "ip_is_v4", 1, 1},
    {F::kIpIsV6, "ip_is_v6", 1, 1},
    {F::kIpToInt, "ip_to_int", 1, 1},
    {F::kIpInSubnet, "ip_in_subnet", 2, 2},
    {F::kIpIsPrivate, "ip_is_private", 1, 1},
};

}  // namespace

const Arity& arity(Function function) { return *std::ranges::find(kFunctions, function, &Arity::function); }

std::string_view function_name(Function function) { return arity(function).name; }

std::string_view aggregate_name(AggregateOp op) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "count",    "count_distinct", "sum",        "average", "min",        "max",
      "quantile", "histogram",      "first",      "last",    "any_value",  "standard_deviation",
      "variance", "values",         "top_values", "ranges",  "concurrency"};
  return kNames[static_cast<std::size_t>(op)];
}

}  // namespace tetrascope::plan
