#include "slices/xray/segment.h"

#include <gtest/gtest.h>

#include "model/members.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {
namespace {

constexpr std::string_view kGood =
    R"({"name":"a","id":"70DE5b6f19ff9a0a","trace_id":"1-581cf771-a006649127e371903a2de979","start_time":1.478293361271E9,"end_time":1478293361.449})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const auto at = text.find(from);
  return text.replace(at, from.size(), to);
}

TEST(ReadSegment, TakesACompleteSegment) {
  const auto segment = read_segment(kGood);
  ASSERT_TRUE(segment) << segment.error().message;
  EXPECT_EQ(segment->name, "a");
  EXPECT_EQ(to_hex(segment->id), "70de5b6f19ff9a0a");
  EXPECT_EQ(to_hex(segment->trace_id.id), "581cf771a006649127e371903a2de979");
  EXPECT_EQ(segment->start.value, 1'478'293'361'271'000'000);
  EXPECT_FALSE(segment->in_progress);
  EXPECT_FALSE(segment->is_subsegment);
}

TEST(ReadSegment, RefusesWithTheCodeOfTheVendor) {
  struct Case {
    std::string document, code, id;
  };
  const std::string id = "70DE5b6f19ff9a0a";
  const Case cases[] = {
      {"{", "ParseError", ""},
      {"[]", "MissingId", ""},
      {with("70DE5b6f19ff9a0a", ""), "MissingId", ""},
      {with("70DE5b6f19ff9a0a", "xyz"), "InvalidId", "xyz"},
      {with("1-581cf771", "1-581cf77"), "InvalidTraceId", id},
      {with("\"name\":\"a\"", "\"name\":\"\""), "InvalidName", id},
      {with("\"name\":\"a\"", "\"name\":\"a*b\""), "InvalidName", id},
      {with("\"name\":\"a\"", "\"name\":\"" + std::string(201, 'a') + "\""), "InvalidName", id},
      {with("1.478293361271E9", "\"now\""), "InvalidStartTime", id},
      {with("1.478293361271E9", "1e300"), "InvalidStartTime", id},
      {with("\"name\":\"a\"", R"("name":"a","type":"subsegment")"), "MissingParentId", id},
      {with("\"name\":\"a\"", R"("name":"a","subsegments":[{"name":"b"},{"name":"c|d"}])"), "InvalidName", id},
      {std::string(70'000, ' '), "SegmentTooLarge", ""},
  };
  for (const auto& [document, code, wanted_id] : cases) {
    const auto segment = read_segment(document);
    ASSERT_FALSE(segment) << document.substr(0, 200);
    EXPECT_EQ(segment.error().code, code) << document.substr(0, 200);
    EXPECT_EQ(segment.error().id, wanted_id);
    EXPECT_TRUE(segment.error().message.contains("ErrorCode: " + code)) << segment.error().message;
  }
}

TEST(ReadSegment, IgnoresWhatDoesNotFitElsewhere) {
  for (const std::string extra : {R"("http":7)", R"("annotations":[1])", R"("subsegments":{})", R"("cause":"abc")",
                                  R"("parent_id":null)", R"("Dummy":false)", R"("aws":null)"}) {
    EXPECT_TRUE(read_segment(with("\"name\":\"a\"", "\"name\":\"a\"," + extra))) << extra;
  }
}

TEST(ReadSegment, MendsHalvesOfCharacters) {
  const auto segment = read_segment(with("\"name\":\"a\"", R"("name":"a","user":"cut \ud83d")"));
  ASSERT_TRUE(segment);
  EXPECT_NE(segment->mended.find(R"("user":"cut \ufffd")"), std::string::npos) << segment->mended;
  EXPECT_EQ(text_at(segment->body, {"user"}), "cut \xEF\xBF\xBD");
  EXPECT_TRUE(read_segment(with("\"name\":\"a\"", R"("name":"a","user":"\ud83d\ude00")"))->mended.empty());
}

TEST(ReadSegment, InProgressWithoutEnd) {
  const auto segment = read_segment(with(",\"end_time\":1478293361.449", ""));
  ASSERT_TRUE(segment);
  EXPECT_TRUE(segment->in_progress);
}

TEST(Datagram, HasAHeaderLineAndADocument) {
  EXPECT_EQ(document_of_datagram("{\"format\":\"json\",\"version\":1}\n{}"), "{}");
  EXPECT_EQ(document_of_datagram("{\"format\": \"JSON\", \"version\": 1, \"x\": 2}\n{}\n"), "{}\n");
  for (const std::string_view bad :
       {"", "{}", "{}\n{}", "{\"format\":\"json\",\"version\":2}\n{}", "{\"format\":\"xml\",\"version\":1}\n{}",
        "{\"format\":\"json\",\"version\":1}\n", "{\"format\":\"json\",\"version\":1}"}) {
    EXPECT_FALSE(document_of_datagram(bad)) << bad;
  }
}

TEST(Outcome, FlagsBeforeStatus) {
  const auto of = [](std::string_view json) { return outcome_of(*value_from_json(json)); };
  EXPECT_TRUE(of(R"({"http":{"response":{"status":503}}})").fault);
  EXPECT_TRUE(of(R"({"http":{"response":{"status":"429"}}})").throttle);
  EXPECT_TRUE(of(R"({"error":true,"http":{"response":{"status":503}}})").error);
  EXPECT_FALSE(of(R"({"error":true,"http":{"response":{"status":503}}})").fault);
  EXPECT_TRUE(of(R"({"http":{"response":{"status":200}}})").ok());
}

TEST(SpanRows, OneForEachCompletePart) {
  const auto segment = read_segment(with(
      "\"name\":\"a\"",
      R"("name":"a","fault":true,"user":"u","annotations":{"n":3,"s":"x"},"metadata":{"default":{"k":[1]}},)"
      R"("http":{"request":{"url":"http://h/","method":"GET"},"response":{"status":500}},)"
      R"("cause":{"exceptions":[{"id":"1","type":"E","message":"m","stack":[{"path":"p","line":3,"label":"f"}]}]},)"
      R"("subsegments":[{"id":"1111111111111111","name":"b","namespace":"aws","start_time":1478293361.3,"end_time":1478293361.4},)"
      R"({"id":"2222222222222222","name":"c","start_time":1478293361.3,"in_progress":true}])"));
  ASSERT_TRUE(segment) << segment.error().message;
  Batch batch;
  append_rows(*segment, kGood, "", UnixNanos{5}, batch);
  EXPECT_EQ(batch.documents.rows(), 1U);
  EXPECT_EQ(batch.spans.rows(), 2U);
  EXPECT_EQ(batch.spans.misaligned(), "");
  EXPECT_EQ(batch.documents.misaligned(), "");
}

TEST(SpanRows, NoneForWhatIsInProgress) {
  const auto segment = read_segment(with(",\"end_time\":1478293361.449", ",\"in_progress\":true"));
  ASSERT_TRUE(segment);
  Batch batch;
  append_rows(*segment, kGood, "", UnixNanos{5}, batch);
  EXPECT_EQ(batch.documents.rows(), 1U);
  EXPECT_EQ(batch.spans.rows(), 0U);
}

}  // namespace
}  // namespace tetrascope::xray
