#include "query/functions.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "query/subnet.h"
#include "query/time_format.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

using F = Function;
constexpr std::size_t kMany = 10'000;

struct Arity {
  Function function;
  std::string_view name;
  std::size_t least;
  std::size_t most;
};
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
    {F::kLeast, "least", 1, kMany},
    {F::kGreatest, "greatest", 1, kMany},
    {F::kConcat, "concat", 1, kMany},
    {F::kStartsWith, "starts_with", 2, 2},
    {F::kEndsWith, "ends_with", 2, 2},
    {F::kContains, "contains", 2, 2},
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
    {F::kToInt, "to_int", 1, 1},
    {F::kToDouble, "to_double", 1, 1},
    {F::kToString, "to_string", 1, 1},
    {F::kToBool, "to_bool", 1, 1},
    {F::kToAny, "to_any", 1, 1},
    {F::kTypeName, "type_name", 1, 1},
    {F::kTimeBucket, "time_bucket", 2, 2},
    {F::kFormatTime, "format_time", 2, 2},
    {F::kParseTime, "parse_time", 1, 1},
    {F::kToNanos, "to_nanos", 1, 1},
    {F::kFromNanos, "from_nanos", 1, 1},
    {F::kJsonGet, "json_get", 1, 33},
    {F::kJsonText, "json_text", 1, 33},
    {F::kJsonElements, "json_elements", 1, 1},
    {F::kIdText, "id_text", 1, 1},
    {F::kArrayLength, "array_length", 1, 1},
    {F::kIpIsV4, "ip_is_v4", 1, 1},
    {F::kIpIsV6, "ip_is_v6", 1, 1},
    {F::kIpInSubnet, "ip_in_subnet", 2, 2},
    {F::kIpIsPrivate, "ip_is_private", 1, 1},
};

const Arity& arity(Function function) { return *std::ranges::find(kFunctions, function, &Arity::function); }

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
    return Type::kString;
  }
  const Literal* width = literal_at(1);
  const auto* nanos = width == nullptr ? nullptr : width->value.as<std::int64_t>();
  if (nanos == nullptr || types_[1] != Type::kInt) return wrong(1, "a literal width in nanoseconds");
  if (*nanos < 1 || *nanos > kMaxBucketNanos) return bad(fmt::format("width of {} ns, want 1 ns to 366 days", *nanos));
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
      return all(is_number, "a number", Type::kDouble);
    case F::kLeast:
    case F::kGreatest:
      return extreme();
    case F::kConcat:
    case F::kLower:
    case F::kUpper:
    case F::kReplace:
      return all(Type::kString, Type::kString);
    case F::kStartsWith:
    case F::kEndsWith:
    case F::kContains:
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

std::string_view function_name(Function function) { return arity(function).name; }

std::string_view aggregate_name(AggregateOp op) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "count",     "count_distinct",     "sum",        "average", "min",
      "max",       "quantile",           "histogram",  "first",   "last",
      "any_value", "standard_deviation", "concurrency"};
  return kNames[static_cast<std::size_t>(op)];
}

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
