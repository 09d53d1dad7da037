#include "slices/honeycomb/formula.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "slices/honeycomb/formula_plan.h"

namespace tetrascope::honeycomb {
namespace {

/// A tree as calls alone, which shows what binds to what.
std::string shown(const Formula& formula) {
  if (const auto* value = std::get_if<Value>(&formula.node)) return value->missing() ? "null" : to_plain_json(*value);
  if (const auto* column = std::get_if<FormulaColumn>(&formula.node)) return "$" + column->name;
  const auto& call = std::get<FormulaCall>(formula.node);
  std::string text(formula_function_name(call.function));
  text += "(";
  for (const Formula& argument : call.arguments) text += (text.ends_with("(") ? "" : ",") + shown(argument);
  return text + ")";
}

struct Parsed {
  std::string_view text;
  std::string_view tree;
};

TEST(Formula, Trees) {
  const Parsed cases[] = {
      {"$duration_ms", "$duration_ms"},
      {"  LOG10( $duration_ms ) ", "LOG10($duration_ms)"},
      {"IF(1,2,)", "IF(1,2)"},
      {"EVENT_TIMESTAMP()", "EVENT_TIMESTAMP()"},
      // columns
      {"$http.status_code", "$http.status_code"},
      {"$a-1", "$a-1"},
      {"$a - 1", "SUB($a,1)"},
      {"$\"Context Key Length\"", "$Context Key Length"},
      {"$`1st token`", "$1st token"},
      {"$\"0\"-5-$\"1\"--5", "SUB(SUB(SUB($0,5),$1),-5)"},
      {"$größe", "$größe"},
      // literals
      {"- 5", "-5"},
      {"4.2E-3", "0.0042"},
      {".5", "0.5"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9.223372036854775808e18"},
      {"true", "true"},
      {"null", "null"},
      {R"("a\"b\\\n\x41\u00e9\101")", "\"a\\\"b\\\\\\nAéA\""},
      {"`a\\b\"`", "\"a\\\\b\\\"\""},
      // what binds tighter
      {"1 + 2 * 3", "SUM(1,MUL(2,3))"},
      {"1 + 2 - 3", "SUM(1,SUB(2,3))"},
      {"1 - 2 + 3", "SUM(SUB(1,2),3)"},
      {"10 / 5 / 2", "DIV(DIV(10,5),2)"},
      {"10 % 4 * 2", "MUL(MOD(10,4),2)"},
      {"$a < 1 = $b >= 2", "EQUALS(LT($a,1),GTE($b,2))"},
      {"$a != 1", "NOT(EQUALS($a,1))"},
      {"!$a = 1", "EQUALS(NOT($a),1)"},
      {"!!$a", "NOT(NOT($a))"},
      {"$aa OR $bb AND $cc", "OR($aa,AND($bb,$cc))"},
      {"$foo AND AND($bar AND $baz, $quux)", "AND($foo,AND(AND($bar,$baz),$quux))"},
      {"($a + 1) * 2", "MUL(SUM($a,1),2)"},
      {"1 + 2 + 3 + 4", "SUM(1,2,3,4)"},
  };
  for (const auto& [text, tree] : cases) {
    const auto formula = parse_formula(text);
    ASSERT_TRUE(formula) << text << ": " << formula.error().message;
    const std::string found = shown(*formula);
    if (text == "9223372036854775808") {
      EXPECT_NE(std::get<Value>(formula->node).as<double>(), nullptr);
    } else {
      EXPECT_EQ(found, tree) << text;
    }
  }
}

TEST(Formula, WhatIsNoFormulaSaysWhere) {
  const Parsed cases[] = {
      {"", "empty expression"},
      {"  ", "empty expression"},
      {"IF(1,2", "expected , or ) at character 7"},
      {"(1", "expected ) at character 3"},
      {"1 2", "unexpected text at character 3"},
      {"1 +", "the expression ends early at character 4"},
      {"DECREASE(1)", "invalid function: DECREASE"},
      {"if(1, 2)", "invalid function: if"},
      {"duration_ms", "duration_ms is neither a $column nor a function with ( at character 1"},
      {"LOG10()", "LOG10 takes 1 arguments, not 0 at character 1"},
      {"1 + LT(1)", "LT takes 2 arguments, not 1 at character 5"},
      {"SUM(1, RATE($m))", "RATE: functions of time series are not available on this server yet at character 8"},
      {"\"abc", "\" without its end at character 1"},
      {"é `abc", "expected a value at character 1"},
      {"$\"é\" + `abc", "` without its end at character 8"},
      {R"("\q")", "an unknown escape at character 3"},
      {R"("\ud800")", "an escape that stands for no character at character 3"},
      {R"("\xff")", "an escape that stands for no character at character 3"},
      {"$", "expected the name of a column after $ at character 2"},
      {"$\"\"", "expected the name of a column after $ at character 4"},
      {"1e999", "a number out of range at character 1"},
      {"IF(1,,2)", "expected a value at character 6"},
  };
  for (const auto& [text, words] : cases) {
    const auto formula = parse_formula(text);
    ASSERT_FALSE(formula) << text;
    EXPECT_EQ(formula.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(formula.error().message, words) << text;
  }
}

TEST(Formula, DepthAndSizeAreBounded) {
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  // Long chains are fine, deep ones are not.
  EXPECT_TRUE(parse_formula("1" + repeated(" + 1", 2'000)));
  EXPECT_TRUE(parse_formula("$aa" + repeated(" AND $aa", 1'000)));
  for (const std::string_view open : {"(", "!", "NOT("}) {
    EXPECT_FALSE(parse_formula(repeated(open, 5'000) + "1")) << open;
  }
  EXPECT_FALSE(parse_formula("1" + repeated(" - 1", 2'000)));
  EXPECT_FALSE(parse_formula("1" + repeated(" ", kMaxFormulaBytes)));
}

/// Columns `text`, `int`, `float`, `bool`; everything else is unknown.
class TypedNames : public FormulaNames {
 public:
  Result<FormulaValue> column(const std::string& name) override {
    const std::pair<std::string_view, plan::Type> columns[] = {{"text", plan::Type::kString},
                                                               {"int", plan::Type::kInt},
                                                               {"float", plan::Type::kDouble},
                                                               {"bool", plan::Type::kBool}};
    for (const auto& [known, type] : columns) {
      if (known == name) return FormulaValue{.expr = plan::field(name), .type = type};
    }
    return fail(ErrorCode::kInvalid, "no column " + name);
  }
  Result<plan::ExprPtr> presence(const std::string& name) override { return plan::field(name + "?"); }
  Result<plan::ExprPtr> event_time() override { return plan::field("time"); }
  Result<plan::ExprPtr> ingest_time() override { return plan::field("arrival"); }
};

struct Typed {
  std::string_view text;
  plan::Type type;
};

TEST(FormulaPlan, Types) {
  using T = plan::Type;
  const Typed cases[] = {
      {"$int + 1", T::kDouble},
      {"IF($bool, 1, 2)", T::kInt},
      {"IF($bool, 1, 2.5)", T::kDouble},
      {"IF($bool, 1, null)", T::kInt},
      {"IF($bool, 1)", T::kInt},
      {"IF($bool, 1, \"x\")", T::kAny},
      {"IF($bool, null, null)", T::kString},
      {"SWITCH($text, \"a\", 1, \"b\", 2.0)", T::kDouble},
      {"COALESCE($text, \"x\")", T::kString},
      {"COALESCE($int, $text)", T::kAny},
      {"MIN($int, 3)", T::kInt},
      {"MAX($int, 3.5)", T::kDouble},
      {"MIN($text, $int)", T::kString},
      {"BUCKET($float, 100)", T::kString},
      {"INT($text)", T::kInt},
      {"LENGTH($text)", T::kInt},
      {"REG_VALUE($text, `a(b)`)", T::kString},
      {"$int < $text", T::kBool},
      {"EXISTS($nowhere)", T::kBool},
      {"EVENT_TIMESTAMP()", T::kDouble},
      {"FORMAT_TIME(\"%Y\", INGEST_TIMESTAMP())", T::kString},
  };
  TypedNames names;
  for (const auto& [text, type] : cases) {
    const auto formula = parse_formula(text);
    ASSERT_TRUE(formula) << text;
    const auto value = plan_formula(*formula, names);
    ASSERT_TRUE(value) << text << ": " << value.error().message;
    EXPECT_EQ(value->type, type) << text;
  }
}

TEST(FormulaPlan, WhatMustBeWrittenOut) {
  const Parsed cases[] = {
      {"SWITCH($text, $text, 1)", "SWITCH: its cases must be text in quotes"},
      {"REG_MATCH($text, $text)", "REG_MATCH: its pattern must be text in quotes"},
      {"BUCKET($int, 0)", "BUCKET: its size must be more than 0"},
      {"BUCKET($int, $int)", "BUCKET: its size and its ends must be numbers"},
      {"BUCKET($int, 1, 5, 5)", "BUCKET: its end must be more than its start"},
      {"LENGTH($text, \"words\")", "LENGTH: its unit must be \"bytes\" or \"chars\""},
      {"FORMAT_TIME($text, 1)", "FORMAT_TIME: its format must be text in quotes"},
      {"FORMAT_TIME(\"%Q\", 1)", "FORMAT_TIME: unknown conversion %Q in the format"},
      {"$other", "no column other"},
  };
  TypedNames names;
  for (const auto& [text, words] : cases) {
    const auto formula = parse_formula(text);
    ASSERT_TRUE(formula) << text;
    const auto value = plan_formula(*formula, names);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().message, words) << text;
  }
  const auto bad_pattern = plan_formula(*parse_formula("REG_MATCH($text, `(`)"), names);
  ASSERT_FALSE(bad_pattern);
  EXPECT_THAT(bad_pattern.error().message, testing::StartsWith("REG_MATCH: bad pattern"));
}

}  // namespace
}  // namespace tetrascope::honeycomb
