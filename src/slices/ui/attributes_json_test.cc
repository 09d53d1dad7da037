#include "slices/ui/attributes_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "slices/ui/producer_json.h"

namespace tetrascope::ui {
namespace {

std::string shown(const Value& value) {
  const Value list = attributes_json(Value(Object{{"k", value}}));
  const auto* attributes = list.as<Array>();
  if (attributes == nullptr || attributes->size() != 1) return "not one attribute";
  const auto& members = *attributes->front().as<Object>();
  return *members[1].second.as<std::string>() + " " + *members[2].second.as<std::string>();
}

TEST(AttributesJson, EveryTypeKeepsItsNameAndItsDigits) {
  EXPECT_EQ(shown(std::string("a \"b\"")), "string a \"b\"");
  EXPECT_EQ(shown(std::int64_t{9'007'199'254'740'993}), "int 9007199254740993");
  EXPECT_EQ(shown(4.0), "double 4.0");
  EXPECT_EQ(shown(std::numeric_limits<double>::quiet_NaN()), "double NaN");
  EXPECT_EQ(shown(-std::numeric_limits<double>::infinity()), "double -Infinity");
  EXPECT_EQ(shown(true), "bool true");
  EXPECT_EQ(shown(Bytes{std::string("\x01\xff", 2)}), "bytes Af8=");
  EXPECT_EQ(shown(Array{std::int64_t{1}, std::string("x")}), R"(array [1,"x"])");
  EXPECT_EQ(shown(Object{{"in", true}}), R"(map {"in":true})");
  EXPECT_EQ(shown(Value()), "empty ");
}

TEST(AttributesJson, AMapStandsForItsLeaves) {
  // As the store has them: the map, and its leaves under dotted keys. A key that only looks like one stays.
  const Value list = attributes_json(
      std::string_view(R"({"m":{"a":1,"n":{"b":true}},"m.a":1,"m.n.b":true,"m.other":"kept","mm.a":2})"));
  std::string keys;
  for (const Value& one : *list.as<Array>()) keys += *(*one.as<Object>())[0].second.as<std::string>() + " ";
  EXPECT_EQ(keys, "m m.other mm.a ");
}

TEST(ProducerJson, SaysEverythingThatWasSent) {
  EXPECT_EQ(
      to_json(producer_json(
          R"({"name":"lib","version":"1.2","attributes":{"k":"v"},"schema_url":"https://s","dropped_attributes":3,)"
          R"("entity_refs":[{"type":"host","id_keys":["host.id"]}]})")),
      R"({"name":"lib","version":"1.2","attributes":[{"key":"k","type":"string","text":"v"}],)"
      R"("schema_url":"https://s","dropped_attributes_count":3,)"
      R"("entity_refs":[{"type":"host","id_keys":["host.id"]}]})");
  for (const std::string_view none : {"", "{}", "[]", "no json", R"({"attributes":7,"name":1,"schema_url":[]})"}) {
    EXPECT_EQ(
        to_json(producer_json(none)),
        R"({"name":"","version":"","attributes":[],"schema_url":"","dropped_attributes_count":0,"entity_refs":[]})")
        << none;
  }
}

}  // namespace
}  // namespace tetrascope::ui
