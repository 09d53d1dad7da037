// What every published figure rests on: that the generated data has the shape that it is said to have. The bodies are
// read here with a reader of their own.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <protozero/pbf_reader.hpp>

#include "data/otlp_logs.h"
#include "data/otlp_spans.h"
#include "data/rounds.h"

namespace tetrascope::bench {
namespace {

using protozero::pbf_reader;

constexpr std::uint64_t kFirst = 1'767'225'600'000'000'000;
constexpr std::size_t kBodies = 60;
constexpr std::size_t kPerBody = 1000;

struct ReadSpan {
  std::string trace, id, parent, name;
  std::string service;
  std::uint64_t start = 0, end = 0;
  std::size_t attributes = 0, events = 0, links = 0;
  bool error = false, exception = false;
};

std::pair<std::string, std::string> read_attribute(pbf_reader pair) {
  std::pair<std::string, std::string> result;
  while (pair.next()) {
    if (pair.tag() == 1) {
      result.first = pair.get_string();
    } else {
      pbf_reader value = pair.get_message();
      while (value.next()) {
        if (value.tag() == 1) {
          result.second = value.get_string();
        } else {
          value.skip();
        }
      }
    }
  }
  return result;
}

struct Content {
  std::size_t bytes = 0, resources = 0, resource_attributes = 0;
  std::vector<ReadSpan> spans;
  std::set<std::string> keys;

  void read_span(pbf_reader message, const std::string& service) {
    ReadSpan span;
    span.service = service;
    while (message.next()) {
      switch (message.tag()) {
        case 1:
          span.trace = message.get_bytes();
          break;
        case 2:
          span.id = message.get_bytes();
          break;
        case 4:
          span.parent = message.get_bytes();
          break;
        case 5:
          span.name = message.get_string();
          break;
        case 7:
          span.start = message.get_fixed64();
          break;
        case 8:
          span.end = message.get_fixed64();
          break;
        case 9:
          ++span.attributes;
          keys.insert(read_attribute(message.get_message()).first);
          break;
        case 11: {
          ++span.events;
          pbf_reader event = message.get_message();
          while (event.next()) {
            if (event.tag() != 3) {
              event.skip();
            } else if (event.get_view().size() > 500) {
              span.exception = true;  // only a stack is that long
            }
          }
          break;
        }
        case 13:
          ++span.links, message.skip();
          break;
        case 15: {
          pbf_reader status = message.get_message();
          while (status.next()) {
            if (status.tag() == 3) {
              span.error = status.get_enum() == 2;
            } else {
              status.skip();
            }
          }
          break;
        }
        default:
          message.skip();
      }
    }
    spans.push_back(std::move(span));
  }

  void read(const std::string& body) {
    bytes += body.size();
    pbf_reader request(body);
    while (request.next(1)) {
      ++resources;
      std::string service;
      pbf_reader resource_spans = request.get_message();
      while (resource_spans.next()) {
        const bool is_resource = resource_spans.tag() == 1;
        pbf_reader part = resource_spans.get_message();
        if (is_resource) {
          while (part.next(1)) {
            ++resource_attributes;
            const auto [key, value] = read_attribute(part.get_message());
            if (key == "service.name") service = value;
          }
          continue;
        }
        while (part.next()) {
          if (part.tag() == 2) {
            read_span(part.get_message(), service);
          } else {
            part.skip();
          }
        }
      }
    }
  }
};

std::vector<MarkedBytes> trace_bodies(std::uint64_t seed, std::size_t count) {
  TraceStream traces(seed, kPerBody, kFirst);
  TraceRequest request(seed);
  std::vector<MarkedBytes> bodies;
  while (bodies.size() < count) {
    const Trace trace = traces.next();
    for (std::size_t place = 0; place < trace.spans.size(); ++place) request.add(trace, place);
    if (request.spans() == kPerBody) bodies.push_back(request.take());
  }
  return bodies;
}

const Content& content() {
  static const Content all = [] {
    Content made;
    for (const auto& body : trace_bodies(1, kBodies)) made.read(body.bytes());
    return made;
  }();
  return all;
}

double share(auto&& condition) {
  return static_cast<double>(std::ranges::count_if(content().spans, condition)) /
         static_cast<double>(content().spans.size());
}

TEST(GeneratedSpans, HaveTheSizeAndTheAttributesThatTheFiguresAreFor) {
  const Content& all = content();
  ASSERT_EQ(all.spans.size(), kBodies * kPerBody);
  const auto spans = static_cast<double>(all.spans.size());
  EXPECT_NEAR(static_cast<double>(all.bytes) / spans, 686.6, 686.6 * 0.02);
  double attributes = 0;
  for (const auto& span : all.spans) attributes += static_cast<double>(span.attributes);
  EXPECT_NEAR(attributes / spans, 15.6, 0.2);
  EXPECT_THAT(all.keys.size(), testing::AllOf(testing::Ge(55), testing::Le(65)));
  EXPECT_EQ(all.resource_attributes, all.resources * 10);
  EXPECT_NEAR(static_cast<double>(all.resources) / kBodies, 45, 3);
}

TEST(GeneratedSpans, ErrorsEventsAndLinksComeInTheirShares) {
  EXPECT_NEAR(share([](const ReadSpan& span) { return span.error; }), 0.03, 0.003);
  EXPECT_NEAR(share([](const ReadSpan& span) { return span.events > 0; }), 0.069, 0.004);
  EXPECT_NEAR(share([](const ReadSpan& span) { return span.links > 0; }), 0.045, 0.004);
  EXPECT_EQ(share([](const ReadSpan& span) { return span.error != span.exception; }), 0);
}

TEST(GeneratedSpans, TracesAreWholeTreesNestedInTime) {
  std::map<std::string, std::vector<const ReadSpan*>> traces;
  for (const auto& span : content().spans) traces[span.trace].push_back(&span);
  EXPECT_NEAR(static_cast<double>(content().spans.size()) / static_cast<double>(traces.size()), 28, 0.5);
  for (const auto& [id, spans] : traces) {
    ASSERT_THAT(spans.size(), testing::AllOf(testing::Ge(8), testing::Le(60)));
    std::map<std::string, const ReadSpan*> by_id;
    std::set<std::string> services;
    for (const auto* span : spans) by_id[span->id] = span, services.insert(span->service);
    ASSERT_EQ(by_id.size(), spans.size()) << "an id twice";
    ASSERT_THAT(services.size(), testing::AllOf(testing::Ge(5), testing::Le(12)));
    std::size_t roots = 0;
    for (const auto* span : spans) {
      ASSERT_LE(span->start, span->end);
      if (span->parent.empty()) {
        ++roots;
        continue;
      }
      ASSERT_TRUE(by_id.contains(span->parent));
      ASSERT_GE(span->start, by_id[span->parent]->start);
      ASSERT_LE(span->end, by_id[span->parent]->end);
    }
    ASSERT_EQ(roots, 1);
  }
}

TEST(GeneratedSpans, AMillionIsAnHour) {
  std::uint64_t last = 0;
  for (const auto& span : content().spans) last = std::max(last, span.start);
  EXPECT_NEAR(static_cast<double>(last - kFirst) / 1e9, 3600.0 * kBodies * kPerBody / 1e6, 5);
}

TEST(GeneratedSpans, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  EXPECT_EQ(trace_bodies(1, 1)[0].bytes(), trace_bodies(1, 2)[0].bytes());
  EXPECT_NE(trace_bodies(1, 1)[0].bytes(), trace_bodies(2, 1)[0].bytes());
}

TEST(Rounds, MoveTimesAndChangeIdsButKeepTheShape) {
  const MarkedBytes body = trace_bodies(1, 1)[0];
  std::string later = body.bytes();
  apply({salt_of_round(3), 7200}, body.marks(), later.data());
  ASSERT_EQ(later.size(), body.bytes().size());
  Content before, after;
  before.read(body.bytes());
  after.read(later);
  std::map<std::string, std::string> renamed;
  for (std::size_t i = 0; i < before.spans.size(); ++i) renamed[before.spans[i].id] = after.spans[i].id;
  for (std::size_t i = 0; i < before.spans.size(); ++i) {
    EXPECT_NE(after.spans[i].trace, before.spans[i].trace);
    EXPECT_NE(after.spans[i].id, before.spans[i].id);
    EXPECT_EQ(after.spans[i].start, before.spans[i].start + 7'200'000'000'000);
    EXPECT_EQ(after.spans[i].end - after.spans[i].start, before.spans[i].end - before.spans[i].start);
    EXPECT_EQ(after.spans[i].name, before.spans[i].name);
    EXPECT_EQ(after.spans[i].parent,
              before.spans[i].parent.empty() ? std::string() : renamed.at(before.spans[i].parent));
  }
  apply({salt_of_round(3), -7200}, body.marks(), later.data());
  EXPECT_EQ(later, body.bytes()) << "the same salt twice and the way back lead to where it began";
}

TEST(Rounds, ChangeTextAndBytesOfOneIdAlike) {
  MarkedBytes body;
  body.add_marked("\x01\x23\x45\x67\x89\xab\xcd\xef", MarkKind::kIdBytes);
  body.add_marked("0123456789abcdef", MarkKind::kIdHex);
  body.add_marked("1767225600123456789", MarkKind::kNanosText);
  body.add_marked("1767225600.25", MarkKind::kSecondsText);
  body.add_marked("1767225600123", MarkKind::kMillisText);
  body.add_marked("6955b900", MarkKind::kSecondsHex);
  std::string bytes = body.bytes();
  apply({0xff, 60}, body.marks(), bytes.data());
  EXPECT_EQ(bytes,
            "\x01\x23\x45\x67\x89\xab\xcd\x10"
            "0123456789abcd10"
            "1767225660123456789"
            "1767225660.25"
            "1767225660123"
            "6955b93c");
}

TEST(GeneratedLogs, HaveTheSizeAndTheShares) {
  constexpr std::size_t kRecords = 20'000;
  std::string body;  // requests one after the other read as one
  for (std::size_t begin = 0; begin < kRecords; begin += kPerBody)
    body += log_request(1, begin, kPerBody, kFirst).bytes();
  EXPECT_NEAR(static_cast<double>(body.size()) / kRecords, 386, 386 * 0.02);
  std::size_t records = 0, with_trace = 0, with_word = 0, attributes = 0;
  pbf_reader request(body);
  while (request.next(1)) {
    pbf_reader resource_logs = request.get_message();
    while (resource_logs.next(2)) {
      pbf_reader scope_logs = resource_logs.get_message();
      while (scope_logs.next(2)) {
        ++records;
        const std::string record = scope_logs.get_string();
        if (record.find("timeout") != std::string::npos) ++with_word;
        pbf_reader fields(record);
        while (fields.next()) {
          attributes += fields.tag() == 6 ? 1 : 0;
          with_trace += fields.tag() == 9 ? 1 : 0;
          fields.skip();
        }
      }
    }
  }
  EXPECT_EQ(records, kRecords);
  EXPECT_EQ(attributes, 8 * kRecords);
  EXPECT_NEAR(static_cast<double>(with_trace) / kRecords, 0.3, 0.015);
  EXPECT_NEAR(static_cast<double>(with_word) / kRecords, 0.04, 0.006);
}

TEST(GeneratedLogs, BelongToTracesOfTheSameSeed) {
  std::set<TraceIdPair> traces;
  TraceStream stream(1, kPerBody, kFirst);
  for (int i = 0; i < 100; ++i) traces.insert(stream.next().id);
  std::size_t found = 0;
  for (std::uint64_t number = 0; number < 2000; ++number) {
    const LogLine line = make_log_line(1, number, kFirst);
    if (!line.has_trace) continue;
    EXPECT_TRUE(traces.contains(line.trace));
    ++found;
  }
  EXPECT_GT(found, 500);
}

}  // namespace
}  // namespace tetrascope::bench
