#include "upkeep/typed_texts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tetrascope::upkeep {
namespace {

TEST(TypedTexts, SayWhatPeopleReadAndKeepTheType) {
  const std::vector<std::tuple<Value, std::string, std::string>> cases = {
      {std::string("GET"), "GET", ""},
      {std::string("7"), "7", ""},
      {std::string(), "", ""},
      {std::int64_t{7}, "7", "int"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808", "int"},
      {2.5, "2.5", "double"},
      {0.1 + 0.2, "0.30000000000000004", "double"},
      {1e300, "1e+300", "double"},
      {-std::numeric_limits<double>::infinity(), "-inf", "double"},
      {true, "true", "bool"},
      {false, "false", "bool"},
      {Bytes{std::string("\0\1\2", 3)}, "AAEC", "bytes"},
      {Array(std::vector<Value>{std::string("x"), std::int64_t{7}, 7.0}), R"(["x",7,7.0])", "array"},
      {Object{{"k", Bytes{"a"}}}, R"({"k":{"$bytes":"YQ=="}})", "map"},
      {Value(), "", "empty"},
  };
  for (const auto& [value, text, type] : cases) {
    const TypedTexts typed = typed_texts(Object{{"k", value}});
    EXPECT_EQ(typed.texts, Value(Object{{"k", text}}));
    EXPECT_EQ(typed.types, Value(type.empty() ? Object{} : Object{{"k", type}}));
    const auto back = from_typed_texts(typed.texts, typed.types);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(Value(*back), Value(Object{{"k", value}})) << text;
  }
}

TEST(TypedTexts, NoNumberIsOneToo) {
  const TypedTexts typed = typed_texts(Object{{"k", std::numeric_limits<double>::quiet_NaN()}});
  const auto back = from_typed_texts(typed.texts, typed.types);
  ASSERT_TRUE(back);
  ASSERT_NE(back->at(0).second.as<double>(), nullptr);
  EXPECT_TRUE(std::isnan(*back->at(0).second.as<double>()));
}

TEST(TypedTexts, AKeyThatComesTwiceKeepsBothTypes) {
  const Value sent = Object{{"k", std::string("1")}, {"other", 2.0}, {"k", std::int64_t{1}}, {"k", std::string("2")}};
  const TypedTexts typed = typed_texts(sent);
  const auto back = from_typed_texts(typed.texts, typed.types);
  ASSERT_TRUE(back);
  EXPECT_EQ(Value(*back), sent);
}

TEST(TypedTexts, TextThatIsNotUtf8IsMended) {
  EXPECT_EQ(utf8_text("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(utf8_text("\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(typed_texts(Object{{"k\xFF", std::string("v\xFE")}}).texts,
            Value(Object{{"k\xEF\xBF\xBD", std::string("v\xEF\xBF\xBD")}}));
}

TEST(TypedTexts, WhatIsNoneOfItsTypeIsRefusedWithTheKey) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1.5", "int"},    {"9223372036854775808", "int"},
      {"", "int"},       {"1 ", "int"},
      {"one", "double"}, {"1", "bool"},
      {"*", "bytes"},    {"{}", "array"},
      {"[]", "map"},     {"[", "array"},
      {"text", "str"},   {"", ""},
  };
  for (const auto& [text, type] : cases) {
    const auto back = from_typed_texts(Object{{"the.key", text}}, Object{{"the.key", type}});
    ASSERT_FALSE(back) << text << " " << type;
    EXPECT_EQ(back.error().code, ErrorCode::kInvalid);
    EXPECT_NE(back.error().message.find("the.key"), std::string::npos);
  }
  EXPECT_TRUE(from_typed_texts(Value(), Value())->empty());
  EXPECT_EQ(from_typed_texts(Object{{"k", std::string("v")}}, Value())->size(), 1U);
}

}  // namespace
}  // namespace tetrascope::upkeep
