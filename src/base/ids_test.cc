#include "base/ids.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x7f\xff\x0a", 4)), "007fff0a");
  EXPECT_EQ(from_hex("007FfF0a"), std::string("\x00\x7f\xff\x0a", 4));
  EXPECT_EQ(from_hex(""), "");
  for (const std::string_view bad : {"0", "0g", " 00", "0x00", "00 "}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(Ids, TextThatIsHexIsThatId) {
  struct Case {
    std::string_view text, hex, kept;
  };
  for (const Case& c : {
           Case{"5759e988bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793", ""},
           {"5759E988BD862E3FE1BE46A994272793", "5759e988bd862e3fe1be46a994272793", "5759E988BD862E3FE1BE46A994272793"},
           {"1-5759e988-bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793",
            "1-5759e988-bd862e3fe1be46a994272793"},
           {"e1be46a994272793", "0000000000000000e1be46a994272793", "e1be46a994272793"},
           {"7", "00000000000000000000000000000007", "7"},
           {"", "00000000000000000000000000000000", ""},
       }) {
    const auto named = trace_id_from_text(c.text);
    EXPECT_EQ(to_hex(named.id), c.hex) << c.text;
    EXPECT_EQ(named.text, c.kept) << c.text;
  }
  EXPECT_EQ(to_hex(span_id_from_text("53995c3f42cd8ad8").id), "53995c3f42cd8ad8");
  EXPECT_EQ(span_id_from_text("53995c3f42cd8ad8").text, "");
}

TEST(Ids, OtherTextIsHashedAndKept) {
  for (const std::string_view text :
       {"req-17", "5759e988bd862e3fe1be46a9942727930", "1-5759e988-bd862e3fe1be46a99427279g", "zz"}) {
    const auto trace = trace_id_from_text(text);
    EXPECT_EQ(trace.text, text);
    EXPECT_FALSE(trace.id.empty());
    EXPECT_EQ(trace.id, trace_id_from_text(text).id);
    EXPECT_EQ(span_id_from_text(text).text, text);
  }
  EXPECT_NE(trace_id_from_text("req-17").id, trace_id_from_text("req-18").id);
}

TEST(Ids, BytesArePaddedOrHashed) {
  struct Case {
    std::string_view bytes, hex, kept;
  };
  for (const Case& c : {Case{"", "0000000000000000", ""},
                        {"abcdefgh", "6162636465666768", ""},
                        {"abc", "0000000000616263", "616263"}}) {
    const auto named = span_id_from_bytes(c.bytes);
    EXPECT_EQ(to_hex(named.id), c.hex);
    EXPECT_EQ(named.text, c.kept);
  }
  // Longer ones must not meet by their first bytes.
  const auto one = span_id_from_bytes("abcdefgh1");
  const auto two = span_id_from_bytes("abcdefgh2");
  EXPECT_NE(one.id, two.id);
  EXPECT_EQ(one.text, "616263646566676831");
  EXPECT_TRUE(trace_id_from_bytes("").id.empty());
  EXPECT_EQ(to_hex(trace_id_from_bytes("abcdefghabcdefgh").id), "61626364656667686162636465666768");
}

TEST(StableHash, NeverChanges) {
  // Stored data depends on it. XXH3's own test vector for no bytes, and a text that takes another path through it.
  EXPECT_EQ(stable_hash(""), (std::array<std::uint64_t, 2>{0x6001c324468d497f, 0x99aa06d3014798d8}));
  EXPECT_EQ(to_hex(trace_id_from_text("req-17").id), "194afdb09255dfe1d72eddefef31cd53");
}

}  // namespace
}  // namespace tetrascope
