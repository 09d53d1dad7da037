#include "query/encoding_sql.h"

#include <fmt/core.h>

namespace tetrascope::plan {
namespace {

/// Digits without `0x` in front.
std::string bare_hex(const std::string& x) { return fmt::format("replaceRegexpOne({}, '^0[xX]', '')", x); }

/// In front of each run of digits how many they are, by a digit first: among other characters a run stands where its
/// digits would.
std::string natural_key(const std::string& x) {
  return fmt::format(
      "if(isNull({0}), NULL, arrayStringConcat(arrayMap(run -> if(match(run, '^[0-9]'), "
      "concat('0', leftPad(toString(length(run)), 8, '0'), run), run), extractAll(ifNull({0}, ''), "
      "'[0-9]+|[^0-9]+'))))",
      x);
}

}  // namespace

std::string encoding_sql(Function function, const std::string& x) {
  switch (function) {
    case Function::kNaturalKey:
      return natural_key(x);
    case Function::kUrlEncode:
      return fmt::format("encodeURLComponent({})", x);
    case Function::kUrlDecode:
      return fmt::format("toValidUTF8(decodeURLComponent({}))", x);
    case Function::kBase64Encode:
      return fmt::format("base64Encode({})", x);
    case Function::kBase64Decode:  // the engine's own answer to what it cannot decode is empty
      return fmt::format("if({0} != '' AND tryBase64Decode({0}) = '', NULL, toValidUTF8(tryBase64Decode({0})))", x);
    case Function::kHexDecode:
      return fmt::format("if(match({}, '^(0[xX])?([0-9a-fA-F]{{2}})*$'), toValidUTF8(unhex({})), NULL)", x,
                         bare_hex(x));
    case Function::kHexToInt:
      return fmt::format(
          "if(match({0}, '^(0[xX])?0*([0-9a-fA-F]{{1,15}}|[0-7][0-9a-fA-F]{{15}})$'), "
          "reinterpretAsInt64(reverse(unhex(right(leftPad({1}, 16, '0'), 16)))), NULL)",
          x, bare_hex(x));
    case Function::kIntToHex:
      return fmt::format("concat(if({0} < 0, '-0x', '0x'), replaceRegexpOne(lower(hex(abs({0}))), '^0+(.)', '\\\\1'))",
                         x);
    case Function::kMd5:
      return fmt::format("lower(hex(MD5({})))", x);
    case Function::kSha256:
      return fmt::format("lower(hex(SHA256({})))", x);
    case Function::kHash:
      return fmt::format("toInt64(bitAnd(cityHash64({}), 9223372036854775807))", x);
    default:
      return x;
  }
}

}  // namespace tetrascope::plan
