#include "model/members.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

Value parsed(std::string_view json) { return value_from_json(json).value(); }

TEST(Members, WhatIsAbsentNullOrNoObjectReadsAsNothing) {
  const Value value = parsed(R"({"a":{"b":{"c":"deep"}},"n":null,"t":"text","l":[1]})");
  EXPECT_EQ(text_at(value, {"a", "b", "c"}), "deep");
  for (const auto& path :
       {std::initializer_list<std::string_view>{"a", "x", "c"}, {"n"}, {"t", "b"}, {"l", "b"}, {"x"}})
    EXPECT_EQ(member(value, path), nullptr) << *path.begin();
  EXPECT_EQ(member(nullptr, "a"), nullptr);
  EXPECT_EQ(array_at(value, {"l"})->size(), 1U);
  EXPECT_EQ(object_at(value, {"l"}), nullptr);
  EXPECT_EQ(object_at(value, {"a"})->size(), 1U);
}

TEST(Members, TheLastOfSeveralCounts) {
  EXPECT_EQ(text_at(parsed(R"({"a":"first","a":"last"})"), {"a"}), "last");
  EXPECT_EQ(member(parsed(R"({"a":"first","a":null})"), "a"), nullptr);
}

TEST(Members, AnotherTypeIsNothing) {
  const Value value = parsed(R"({"i":3,"d":1.5,"s":"3","b":true})");
  EXPECT_EQ(integer_of(member(value, "i")), 3);
  EXPECT_EQ(integer_of(member(value, "d")), std::nullopt);
  EXPECT_EQ(number_of(member(value, "i")), 3.0);
  EXPECT_EQ(number_of(member(value, "d")), 1.5);
  EXPECT_EQ(number_of(member(value, "s")), std::nullopt);
  EXPECT_EQ(text_at(value, {"i"}), "");
  EXPECT_TRUE(flag_at(value, {"b"}));
  EXPECT_FALSE(flag_at(value, {"i"}));
  EXPECT_EQ(scalar_text(member(value, "i")), "3");
  EXPECT_EQ(scalar_text(member(value, "b")), "true");
  EXPECT_EQ(scalar_text(member(value, "d")), "1.5");
  EXPECT_EQ(scalar_text(&value), "");
}

TEST(Members, SetReplacesAndPutAdds) {
  Object object{{"a", Value(1)}};
  set_member(object, "a", Value(2));
  set_member(object, "b", Value("x"));
  put_text(object, "c", "");
  put_text(object, "d", "y");
  EXPECT_EQ(to_json(Value(object)), R"({"a":2,"b":"x","d":"y"})");
}

}  // namespace
}  // namespace tetrascope
