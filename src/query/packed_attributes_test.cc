#include "query/packed_attributes.h"

#include <gtest/gtest.h>

#include <bit>

#include "model/attribute_form.h"

namespace tetrascope::plan {
namespace {

AttributeLayout layout() {
  return AttributeLayout({{"http.route", FieldType::kString, true},
                          {"size", FieldType::kInt, false},
                          {"ratio", FieldType::kDouble, false},
                          {"ok", FieldType::kBool, false}});
}

const Value kNoRatio(std::bit_cast<double>(kMissingDoubleBits));

std::string in_map(std::int64_t number) { return std::string(number_bytes(number)); }

TEST(PackedAttributes, AreTheColumnsAndTheMap) {
  EXPECT_EQ(packed_attributes_sql(layout()),
            "tuple(`string http:route`, `int size`, `double ratio`, `bool ok`, attributes)");
  EXPECT_EQ(packed_attributes_sql(AttributeLayout()), "tuple(attributes)");
}

TEST(PackedAttributes, GiveTheObject) {
  const Value packed(Array{"/home", std::int64_t{3}, 0.5, std::int64_t{0},
                           Object{{"sname", "a"}, {"in", in_map(-7)}, {"bok too", "1"}, {"jlist", "[1,2]"}}});
  EXPECT_EQ(to_json(unpacked_attributes(packed, layout())),
            R"({"http.route":"/home","size":3,"ratio":0.5,"ok":false,"name":"a","n":-7,"ok too":true,"list":[1,2]})");
}

TEST(PackedAttributes, OfRowsThatHaveNoneOfTheColumnsAreThoseOfTheMap) {
  const Value packed(Array{Value(), kMissingInt, kNoRatio, std::int64_t{kMissingBool}, Object{{"ssize", "large"}}});
  EXPECT_EQ(to_json(unpacked_attributes(packed, layout())), R"({"size":"large"})");
}

TEST(PackedAttributes, ThatStandInBothAreOne) {
  const Value packed(Array{"/", std::int64_t{3}, kNoRatio, std::int64_t{kMissingBool},
                           Object{{"shttp.route", "/"}, {"isize", in_map(3)}}});
  EXPECT_EQ(to_json(unpacked_attributes(packed, layout())), R"({"http.route":"/","size":3})");
}

/// Such a value is written into the map, since in its column it says that there is none.
TEST(PackedAttributes, WhoseValueIsTheOneForNoneAreSeen) {
  const Value packed(
      Array{Value(), kMissingInt, kNoRatio, std::int64_t{kMissingBool}, Object{{"isize", in_map(kMissingInt)}}});
  EXPECT_EQ(to_json(unpacked_attributes(packed, layout())), R"({"size":-9223372036854775808})");
}

TEST(PackedAttributes, BrokenElementsAreTextOrZeroes) {
  const Value packed(Array{Value(), kMissingInt, kNoRatio, std::int64_t{kMissingBool},
                           Object{{"jlist", "[1,"}, {"in", "\x05"}, {"", "x"}, {"sgone", Value()}}});
  EXPECT_EQ(to_json(unpacked_attributes(packed, layout())), R"({"list":"[1,","n":5,"gone":null})");
}

}  // namespace
}  // namespace tetrascope::plan
