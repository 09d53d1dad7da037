#include "model/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tetrascope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Object map_of(std::string key, Value value) {
  Object object;
  object.emplace_back(std::move(key), std::move(value));
  return object;
}

struct Written {
  Value value;
  std::string json, plain;
};

std::vector<Written> written() {
  return {
      {Value(), "null", "null"},
      {true, "true", "true"},
      {false, "false", "false"},
      {std::int64_t{0}, "0", "0"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808", "-9223372036854775808"},
      {std::numeric_limits<std::int64_t>::max(), "9223372036854775807", "9223372036854775807"},
      {1.5, "1.5", "1.5"},
      {4.0, "4.0", "4.0"},
      {-0.0, "-0.0", "-0.0"},
      {1e22, "1e+22", "1e+22"},
      {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
      {kInfinity, R"({"$double":"Infinity"})", R"("Infinity")"},
      {-kInfinity, R"({"$double":"-Infinity"})", R"("-Infinity")"},
      {std::string("a\"b\\c\n\t\r\x01"), R"("a\"b\\c\n\t\r\u0001")", R"("a\"b\\c\n\t\r\u0001")"},
      {std::string("grüße 🌍"), R"("grüße 🌍")", R"("grüße 🌍")"},
      {std::string(), R"("")", R"("")"},
      {Bytes{std::string("\0\xFF\x10", 3)}, R"({"$bytes":"AP8Q"})", R"("AP8Q")"},
      {Bytes{}, R"({"$bytes":""})", R"("")"},
      {Array{}, "[]", "[]"},
      {Array{std::int64_t{1}, std::string("x"), Value(), Array{true}}, R"([1,"x",null,[true]])",
       R"([1,"x",null,[true]])"},
      {Object{}, "{}", "{}"},
      {Object{{"b", std::int64_t{1}}, {"a", 2.5}}, R"({"b":1,"a":2.5})", R"({"b":1,"a":2.5})"},
      // What a client calls `$bytes` stays a map.
      {map_of("$bytes", std::string("AP8Q")), R"({"$map":{"$bytes":"AP8Q"}})", R"({"$bytes":"AP8Q"})"},
      {map_of("$map", map_of("$double", std::string("NaN"))), R"({"$map":{"$map":{"$map":{"$double":"NaN"}}}})",
       R"({"$map":{"$double":"NaN"}})"},
      {map_of("$", Value()), R"({"$map":{"$":null}})", R"({"$":null})"},
      {Object{{"$bytes", std::string("AP8Q")}, {"x", true}}, R"({"$bytes":"AP8Q","x":true})",
       R"({"$bytes":"AP8Q","x":true})"},
  };
}

TEST(Value, IsWrittenAndComesBackWithItsTypes) {
  for (const auto& [value, json, plain] : written()) {
    EXPECT_EQ(to_json(value), json);
    EXPECT_EQ(to_plain_json(value), plain);
    const auto back = value_from_json(json);
    ASSERT_TRUE(back) << json << ": " << back.error().message;
    EXPECT_TRUE(*back == value) << json << " came back as " << to_json(*back);
    EXPECT_EQ(back->data.index(), value.data.index()) << json;
  }
}

TEST(Value, NotANumberComesBack) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(to_json(nan), R"({"$double":"NaN"})");
  EXPECT_EQ(to_plain_json(nan), R"("NaN")");
  const auto back = value_from_json(to_json(nan));
  ASSERT_TRUE(back && back->as<double>());
  EXPECT_TRUE(std::isnan(*back->as<double>()));
}

TEST(Value, BytesThatAreNoTextBecomeReplacementCharacters) {
  const struct {
    std::string_view text, json;
  } table[] = {
      {"a\xFFz", "\"a\xEF\xBF\xBDz\""},
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                                  // overlong
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // a surrogate
      {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // over U+10FFFF
      {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                                  // ends early
      {"\xE2\x82\xAC", "\"\xE2\x82\xAC\""},
      {"\x7F", "\"\x7F\""},
  };
  for (const auto& [text, json] : table) {
    std::string out;
    append_json_string(text, out);
    EXPECT_EQ(out, json);
    EXPECT_TRUE(value_from_json(out)) << out;
  }
}

TEST(Value, ForeignJsonIsRead) {
  EXPECT_TRUE(*value_from_json("18446744073709551615") == Value(18446744073709551615.0));
  EXPECT_TRUE(*value_from_json(" [ 1 , 2.0 ] ") == Value(Array{std::int64_t{1}, 2.0}));
  // Not one of the store's forms: kept as the map that it is.
  EXPECT_TRUE(*value_from_json(R"({"$bytes":"not base64!"})") == Value(map_of("$bytes", std::string("not base64!"))));
  EXPECT_TRUE(*value_from_json(R"({"$double":"1.5"})") == Value(map_of("$double", std::string("1.5"))));
  EXPECT_TRUE(*value_from_json(R"({"$map":1})") == Value(map_of("$map", std::int64_t{1})));
}

TEST(Value, OnlyWantedMembersAreRead) {
  const auto wanted = [](std::span<const std::string_view> path) { return path.size() < 2 || path.back() != "b"; };
  const auto read = [&](std::string_view json) { return to_json(*value_from_json(json, wanted)); };
  EXPECT_EQ(read(R"({"a":1,"b":2})"), R"({"a":1,"b":2})");
  EXPECT_EQ(read(R"({"a":[{"b":[{"c":1}],"c":{"b":3,"d":4}},5],"b":{"b":{}}})"), R"({"a":[{"c":{"d":4}},5],"b":{}})");
  EXPECT_FALSE(value_from_json(R"({"a":{"b":nul}})", wanted));
  const std::string deep = std::string(kMaxValueDepth + 10, '[') + std::string(kMaxValueDepth + 10, ']');
  EXPECT_FALSE(value_from_json(R"({"a":{"b":)" + deep + "}}", wanted));
}

TEST(Value, WhatIsNoJsonIsMalformed) {
  for (const std::string_view json : {"", "{", "[1,]", "nul", "\"\xFF\"", "{\"a\":1}}", "1 2"}) {
    const auto value = value_from_json(json);
    ASSERT_FALSE(value) << json;
    EXPECT_EQ(value.error().code, ErrorCode::kMalformed) << json;
  }
}

Value nested_arrays(int depth) {
  Value value = Bytes{"x"};
  for (int i = 0; i < depth; ++i) {
    Array around;
    around.push_back(std::move(value));
    value = std::move(around);
  }
  return value;
}

Value nested_maps(int depth) {
  Value value = std::int64_t{1};
  for (int i = 0; i < depth; ++i) value = map_of("$", std::move(value));
  return value;
}

TEST(Value, WhatMayBeTakenInIsReadBackInsideTheStoresOwnObjects) {
  for (const Value& deepest : {nested_arrays(kMaxValueDepth), nested_maps(kMaxValueDepth)}) {
    // As an attribute of an exemplar: [{"attributes":{"key":…}}].
    const Value stored = Array{map_of("attributes", map_of("key", deepest))};
    const auto back = value_from_json(to_json(stored));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(*back == stored);
  }
}

TEST(Value, DeeperJsonIsRefusedNotRecursedInto) {
  EXPECT_FALSE(value_from_json(to_json(nested_arrays(kMaxValueDepth + 10))));
  EXPECT_FALSE(value_from_json(std::string(10'000, '[') + std::string(10'000, ']')));
  std::string maps;
  for (int i = 0; i < 10'000; ++i) maps += R"({"$map":)";
  EXPECT_FALSE(value_from_json(maps));
}

}  // namespace
}  // namespace tetrascope
