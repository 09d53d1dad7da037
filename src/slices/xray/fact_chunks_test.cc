#include "slices/xray/fact_chunks.h"

#include <gtest/gtest.h>

#include <limits>

namespace tetrascope::xray {
namespace {

TraceId id_of(std::uint8_t last) {
  TraceId id;
  id.bytes[0] = 0x65;
  id.bytes[15] = last;
  return id;
}

class FactChunks : public testing::Test {
 protected:
  FactChunks() {
    client_ = places_.number({Place::Kind::kCall, {"web", "client"}, {"web", ""}});
    (void)places_.number({Place::Kind::kLink, {"unused", ""}, {"unused", ""}});
    web_ = places_.number({Place::Kind::kRequest, {}, {"web", "AWS::ECS::Container"}});
  }

  static Fact fact(std::uint32_t place, Fact::Outcome outcome, std::int32_t begin, std::int32_t end, double seconds) {
    Fact made;
    made.place = place;
    made.outcome = outcome;
    made.begin = begin;
    made.end = end;
    made.answered = end - 3;
    made.seconds = seconds;
    made.root = outcome == Fact::Outcome::kFault;
    made.real = !made.root;
    return made;
  }

  std::string chunk() {
    constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
    const std::vector<Fact> facts = {fact(web_, Fact::Outcome::kFault, 12, 34'567, 0.123457),
                                     fact(client_, Fact::Outcome::kNotCounted, -kMost, kMost - 3, 86'400.000001)};
    FactChunkWriter writer(places_);
    writer.add(id_of(1), {1'700'000'000'123'456'000}, 1'700'000'000, facts);
    writer.add(id_of(2), {-5}, -1, {});
    const IndexState state{{77}, {-78}, {{{1'000'000'000}, 12}, {{2'000'000'000}, 34}}};
    return writer.take("before", {99}, &state);
  }

  Places places_;
  std::uint32_t client_ = 0, web_ = 0;
};

TEST_F(FactChunks, GiveBackWhatWasWritten) {
  const auto read = read_fact_chunk(chunk());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->previous, "before");
  EXPECT_EQ(read->previous_time.value, 99);
  ASSERT_TRUE(read->state);
  EXPECT_EQ(read->state->updated.value, 77);
  EXPECT_EQ(read->state->horizon.value, -78);
  EXPECT_EQ(read->state->seen, (std::map<UnixNanos, std::int64_t>{{{1'000'000'000}, 12}, {{2'000'000'000}, 34}}));
  ASSERT_EQ(read->traces.size(), 2U);
  EXPECT_EQ(read->traces[0].id, id_of(1));
  EXPECT_EQ(read->traces[0].start.value, 1'700'000'000'123'456'000);
  EXPECT_EQ(read->traces[0].base, 1'700'000'000);
  EXPECT_EQ(read->traces[1].id, id_of(2));
  EXPECT_EQ(read->traces[1].start.value, -5);
  EXPECT_TRUE(read->traces[1].facts.empty());
  ASSERT_EQ(read->traces[0].facts.size(), 2U);
  const Fact& first = read->traces[0].facts[0];
  EXPECT_EQ(read->places.at(first.place).to, (NodeKey{"web", "AWS::ECS::Container"}));
  EXPECT_EQ(first.outcome, Fact::Outcome::kFault);
  EXPECT_TRUE(first.root);
  EXPECT_FALSE(first.real);
  EXPECT_EQ(first.begin, 12);
  EXPECT_EQ(first.end, 34'567);
  EXPECT_EQ(first.answered, 34'564);
  EXPECT_EQ(first.seconds, 0.123457);
  const Fact& second = read->traces[0].facts[1];
  EXPECT_EQ(read->places.at(second.place).from, (NodeKey{"web", "client"}));
  EXPECT_EQ(second.outcome, Fact::Outcome::kNotCounted);
  EXPECT_EQ(second.begin, -std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(second.end, std::numeric_limits<std::int32_t>::max() - 3);
  EXPECT_EQ(second.seconds, 86'400.000001);
  EXPECT_EQ(read->places.size(), 2U) << "only places of the chunk's own facts";
}

TEST_F(FactChunks, BeginAnewAfterEachTake) {
  FactChunkWriter writer(places_);
  writer.add(id_of(1), {1}, 0, std::vector{fact(web_, Fact::Outcome::kOk, 0, 9, 1)});
  (void)writer.take("", {}, nullptr);
  writer.add(id_of(2), {1}, 0, std::vector{fact(client_, Fact::Outcome::kOk, 0, 9, 1)});
  const auto read = read_fact_chunk(writer.take("x", {}, nullptr));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->state);
  ASSERT_EQ(read->traces.size(), 1U);
  EXPECT_EQ(read->places.at(read->traces[0].facts.at(0).place).from.first, "web");
}

TEST_F(FactChunks, WhatIsCutOffOrOfAnotherVersionIsNone) {
  const std::string whole = chunk();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_fact_chunk(std::string_view(whole).substr(0, size))) << size;
  EXPECT_FALSE(read_fact_chunk(whole + "x"));
  std::string other = whole;
  other[other.find('/') + 1] = '0';
  EXPECT_FALSE(read_fact_chunk(other));
}

TEST_F(FactChunks, AnyByteMayBeWrong) {
  const std::string whole = chunk();
  for (std::size_t at = whole.find('\n') + 1; at < whole.size(); ++at) {
    for (const char byte : {'\x00', '\x7f', '\xff'}) {
      std::string bad = whole;
      bad[at] = byte;
      const auto read = read_fact_chunk(bad);
      if (!read) continue;
      for (const TraceFacts& trace : read->traces) {
        for (const Fact& fact : trace.facts) EXPECT_LT(fact.place, read->places.size()) << at;
      }
    }
  }
}

}  // namespace
}  // namespace tetrascope::xray
