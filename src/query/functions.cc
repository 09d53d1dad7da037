#include "query/functions.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "query/function_table.h"
#include "query/subnet.h"
#include "query/time_format.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

using F = Function;

/// Types whose values the engine keeps as the same bytes in every column.
bool has_hash(Type type) {
  return type == Type::kString || type == Type::kInt || type == Type::kTime || type == Type::kId;
}

/// One call under examination.
class Signature {
 public:
  Signature(const Call& call, std::span<const Type> types) : call_(call), types_(types) {}

  [[nodiscard]] Result<Type> result() const;

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::size_t argument, std::string_view want) const {
    return fail(ErrorCode::kInvalid, fmt::format("{}: argument {} is {}, want {}", function_name(call_.function),
                                                 argument + 1, type_words(types_[argument]), want));
  }
  [[nodiscard]] std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", function_name(call_.function), what));
  }
  template <class Predicate>
  [[nodiscard]] Result<Type> all(Predicate predicate, std::string_view want, Type result) const {
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (!predicate(types_[i])) return wrong(i, want);
    }
    return result;
  }
  [[nodiscard]] Result<Type> all(Type want, Type result) const {
    return all([want](Type type) { return type == want; }, type_words(want), result);
  }
  [[nodiscard]] const Literal* literal_at(std::size_t argument) const {
    return std::get_if<Literal>(&call_.arguments[argument]->node);
  }
  [[nodiscard]] Result<Type> branches(std::size_t first, std::size_t step) const;
  [[nodiscard]] Result<Type> comparison() const;
  [[nodiscard]] Result<Type> membership() const;
  [[nodiscard]] Result<Type> arithmetic() const;
  [[nodiscard]] Result<Type> extreme() const;
  [[nodiscard]] Result<Type> substring() const;
  [[nodiscard]] Result<Type> with_pattern(Type result) const;
  [[nodiscard]] Result<Type> time() const;
  [[nodiscard]] Result<void> zone(std::size_t argument) const;
  [[nodiscard]] Result<Type> time_like() const;
  [[nodiscard]] Result<Type> json_member(Type result) const;
  [[nodiscard]] Result<Type> address() const;

  const Call& call_;
  std::span<const Type> types_;
};

/// The type that the arguments first, first + step, … and the last have together.
Result<Type> Signature::branches(std::size_t first, std::size_t step) const {
  Type type = types_.back();
  for (std::size_t i = first; i < types_.size(); i += step) {
    const std::optional<Type> met = meet(type, types_[i]);
    if (!met) return wrong(i, type_words(type));
    type = *met;
  }
  return type;
}

Result<Type> Signature::comparison() const {
  const bool equality = call_.function == F::kEq || call_.function == F::kNe;
  if (types_[0] == Type::kId && types_[1] == Type::kId && equality) return Type::kBool;
  for (const std::size_t i : {0U, 1U}) {
    if (!is_ordered(types_[i]))
      return wrong(i, equality ? "a scalar of one known type" : "a number, text, a time or true or false");
  }
  const std::optional<Type> met = meet(types_[0], types_[1]);
  if (!met || *met == Type::kAny) return wrong(1, type_words(types_[0]));
  return Type::kBool;
}

Result<Type> Signature::membership() const {
  const Literal* list = literal_at(1);
  const Array* values = list == nullptr ? nullptr : list->value.as<Array>();
  if (values == nullptr || !is_array(types_[1])) return wrong(1, "a literal list of one type");
  if (!is_ordered(types_[0]) && types_[0] != Type::kId) return wrong(0, "a scalar of one known type");
  if (values->empty()) return Type::kBool;
  const Type element = element_type(types_[1]);
  if (element != types_[0] && !(is_number(element) && is_number(types_[0])))
    return wrong(1, fmt::format("a list of {}", type_words(types_[0])));
  return Type::kBool;
}

Result<Type> Signature::arithmetic() const {
  const Type a = types_[0];
  const Type b = types_[1];
  if (a == Type::kTime && b == Type::kInt && (call_.function == F::kAdd || call_.function == F::kSub))
    return Type::kTime;
  if (a == Type::kTime && b == Type::kTime && call_.function == F::kSub) return Type::kInt;
  for (const std::size_t i : {0U, 1U}) {
    if (!is_number(types_[i])) return wrong(i, "a number");
  }
  if (call_.function == F::kDiv) return Type::kDouble;
  return a == Type::kInt && b == Type::kInt ? Type::kInt : Type::kDouble;
}

Result<Type> Signature::extreme() const {
  for (std::size_t i = 0; i < types_.size(); ++i) {
    if (!is_ordered(types_[i])) return wrong(i, "a number, text or a time");
  }
  ASSIGN_OR_RETURN(const Type type, branches(0, 1));
  if (type == Type::kAny) return bad("numbers and other values have no common order");
  return type;
}

Result<Type> Signature::substring() const {
  if (types_[0] != Type::kString) return wrong(0, "text");
  for (std::size_t i = 1; i < types_.size(); ++i) {
    if (types_[i] != Type::kInt) return wrong(i, "an integer");
  }
  return Type::kString;
}

Result<Type> Signature::with_pattern(Type result) const {
  if (types_[0] != Type::kString) return wrong(0, "text");
  const std::string* pattern = literal_text(*call_.arguments[1]);
  if (pattern == nullptr) return wrong(1, "a literal pattern");
  if (auto groups = count_groups(*pattern); !groups) return bad(groups.error().message);
  return result;
}

Result<Type> Signature::time() const {
  if (types_[0] != Type::kTime) return wrong(0, "a time");
  if (call_.function == F::kFormatTime) {
    const std::string* format = literal_text(*call_.arguments[1]);
    if (format == nullptr) return wrong(1, "a literal format");
    if (auto written = engine_time_format(*format); !written) return bad(written.error().message);
    if (types_.size() == 3) RETURN_IF_ERROR(zone(2));
    return Type::kString;
  }
  const Literal* width = literal_at(1);
  const auto* nanos = width == nullptr ? nullptr : width->value.as<std::int64_t>();
  if (nanos == nullptr || types_[1] != Type::kInt) return wrong(1, "a literal width in nanoseconds");
  if (*nanos < 1 || *nanos > kMaxBucketNanos) return bad(fmt::format("width of {} ns, want 1 ns to 366 days", *nanos));
  return Type::kTime;
}

/// The engine says whether there is such a zone.
Result<void> Signature::zone(std::size_t argument) const {
  const std::string* name = literal_text(*call_.arguments[argument]);
  constexpr std::string_view kAlso = "_/+-";
  const auto fits = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || kAlso.contains(c); };
  if (name == nullptr || name->empty() || name->size() > 64 || !std::ranges::all_of(*name, fits))
    return fail(ErrorCode::kInvalid, fmt::format("{}: want the name of a time zone", arity(call_.function).name));
  return {};
}

Result<Type> Signature::time_like() const {
  if (types_[0] != Type::kString) return wrong(0, "text");
  const std::string* pattern = literal_text(*call_.arguments[1]);
  if (pattern == nullptr || !is_time_pattern(*pattern)) return wrong(1, "a literal pattern of a time");
  RETURN_IF_ERROR(zone(2));
  return Type::kTime;
}

Result<Type> Signature::json_member(Type result) const {
  if (types_[0] != Type::kString && types_[0] != Type::kAny) return wrong(0, "text or a value of any type");
  for (std::size_t i = 1; i < types_.size(); ++i) {
    const Literal* step = literal_at(i);
    const auto* index = step == nullptr ? nullptr : step->value.as<std::int64_t>();
    const std::string* key = literal_text(*call_.arguments[i]);
    if (index != nullptr && types_[i] == Type::kInt) {
      if (*index < 0 || *index > 1'000'000) return bad(fmt::format("index {}, want 0 to 1000000", *index));
    } else if (key == nullptr) {
      return wrong(i, "a literal key or index");
    } else if (key->empty()) {
      return bad(fmt::format("argument {} is an empty key", i + 1));
    }
  }
  return result;
}

Result<Type> Signature::address() const {
  if (types_[0] != Type::kString) return wrong(0, "text");
  if (call_.function == F::kIpInSubnet) {
    const std::string* subnet = literal_text(*call_.arguments[1]);
    if (subnet == nullptr) return wrong(1, "a literal subnet");
    if (auto range = parse_subnet(*subnet); !range) return bad(range.error().message);
  }
  return Type::kBool;
}

Result<Type> Signature::result() const {
  switch (call_.function) {
    case F::kAnd:
    case F::kOr:
    case F::kNot:
      return all(Type::kBool, Type::kBool);
    case F::kIf:
      if (types_.size() % 2 == 0) return bad("want condition, then, …, else");
      for (std::size_t i = 0; i + 1 < types_.size(); i += 2) {
        if (types_[i] != Type::kBool) return wrong(i, "true or false");
      }
      return branches(1, 2);
    case F::kCoalesce:
      return branches(0, 1);
    case F::kIsMissing:
      return Type::kBool;
    case F::kEq:
    case F::kNe:
    case F::kLt:
    case F::kLe:
    case F::kGt:
    case F::kGe:
      return comparison();
    case F::kIn:
      return membership();
    case F::kAdd:
    case F::kSub:
    case F::kMul:
    case F::kDiv:
    case F::kMod:
      return arithmetic();
    case F::kNegate:
    case F::kAbs:
    case F::kFloor:
    case F::kCeil:
    case F::kRound:
      return all(is_number, "a number", types_[0]);
    case F::kLog10:
    case F::kSqrt:
    case F::kHaversine:
      return all(is_number, "a number", Type::kDouble);
    case F::kLeast:
    case F::kGreatest:
      return extreme();
    case F::kConcat:
    case F::kLower:
    case F::kUpper:
    case F::kReplace:
    case F::kNaturalKey:
    case F::kUrlEncode:
    case F::kUrlDecode:
    case F::kBase64Encode:
    case F::kBase64Decode:
    case F::kHexDecode:
    case F::kMd5:
    case F::kSha256:
      return all(Type::kString, Type::kString);
    case F::kHash:
      return all(has_hash, "text, an integer, a time or an id", Type::kInt);
    case F::kJsonSplit:
      return all(Type::kString, Type::kAny);
    case F::kHexToInt:
    case F::kIpToInt:
      return all(Type::kString, Type::kInt);
    case F::kIntToHex:
      return all(Type::kInt, Type::kString);
    case F::kStartsWith:
    case F::kEndsWith:
    case F::kContains:
    case F::kContainsAnyCase:
      return all(Type::kString, Type::kBool);
    case F::kLength:
    case F::kByteLength:
      return all(Type::kString, Type::kInt);
    case F::kSubstring:
      return substring();
    case F::kTrim:
      if (types_.size() == 2 && literal_text(*call_.arguments[1]) == nullptr) return wrong(1, "literal characters");
      return all(Type::kString, Type::kString);
    case F::kMatches:
      return with_pattern(Type::kBool);
    case F::kReplaceMatches:
      if (literal_text(*call_.arguments[2]) == nullptr) return wrong(2, "literal text");
      return with_pattern(Type::kString);
    case F::kExtract:
      return with_pattern(Type::kString);
    case F::kCountMatches:
      return with_pattern(Type::kInt);
    case F::kAllMatches:
      return with_pattern(Type::kStringArray);
    case F::kToInt:
      return all(is_plain, "a number, text or true or false", Type::kInt);
    case F::kToDouble:
      return all(is_plain, "a number, text or true or false", Type::kDouble);
    case F::kToString:
      return all(is_plain, "a number, text or true or false", Type::kString);
    case F::kToBool:
      return all(is_plain, "a number, text or true or false", Type::kBool);
    case F::kToAny:
      return all(is_plain, "a number, text or true or false", Type::kAny);
    case F::kTypeName:
      return all(is_plain, "a number, text or true or false", Type::kString);
    case F::kTimeBucket:
    case F::kFormatTime:
      return time();
    case F::kParseTime:
      return all(Type::kString, Type::kTime);
    case F::kParseTimeLike:
      return time_like();
    case F::kToNanos:
      return all(Type::kTime, Type::kInt);
    case F::kFromNanos:
      return all(Type::kInt, Type::kTime);
    case F::kJsonGet:
      return json_member(Type::kAny);
    case F::kJsonText:
      return json_member(Type::kString);
    case F::kJsonElements:
      return json_member(Type::kStringArray);
    case F::kJsonLength:
      return json_member(Type::kInt);
    case F::kJsonHas:
      if (types_[1] != Type::kString) return wrong(1, "text");
      return types_[0] == Type::kString || types_[0] == Type::kAny ? Result<Type>(Type::kBool)
                                                                   : wrong(0, "text or a value of any type");
    case F::kIdText:
      return all(Type::kId, Type::kString);
    case F::kArrayLength:
      return all(is_array, "a list", Type::kInt);
    case F::kIpIsV4:
    case F::kIpIsV6:
    case F::kIpInSubnet:
    case F::kIpIsPrivate:
      return address();
  }
  return bad("unknown");
}

}  // namespace

Result<Type> result_type(const Call& call, std::span<const Type> arguments) {
  const Arity& want = arity(call.function);
  if (arguments.size() < want.least || arguments.size() > want.most) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {} arguments, want {}", want.name, arguments.size(),
                                                 want.most == want.least ? std::to_string(want.least)
                                                                         : fmt::format("at least {}", want.least)));
  }
  return Signature(call, arguments).result();
}

Result<int> count_groups(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return fail(ErrorCode::kInvalid,
                fmt::format("pattern of {} bytes, want at most {}", pattern.size(), kMaxPatternBytes));
  }
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
  if (!compiled.ok()) return fail(ErrorCode::kInvalid, "bad pattern: " + compiled.error());
  return compiled.NumberOfCapturingGroups();
}

const std::string* literal_text(const Expr& expr) {
  const auto* literal = std::get_if<Literal>(&expr.node);
  return literal == nullptr || literal->type != Type::kString ? nullptr : literal->value.as<std::string>();
}

}  // namespace tetrascope::plan
