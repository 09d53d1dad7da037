// What real exporters sent, decoded and counted.

#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/inflate.h"
#include "slices/otlp/decode.h"

namespace tetrascope::otlp {
namespace {

struct Capture {
  int line = 0;
  std::string client, path, content_type, encoding, body;
  nlohmann::json holds;
};

std::vector<Capture> read_captures() {
  std::vector<Capture> captures;
  std::ifstream file(TETRASCOPE_TESTS_DIR "/captures/otlp.jsonl");
  std::string line;
  while (std::getline(file, line)) {
    const auto json = nlohmann::json::parse(line);
    Capture capture;
    capture.line = static_cast<int>(captures.size()) + 1;
    capture.client = json["client"];
    capture.holds = json["holds"];
    capture.body = json.contains("body") ? json["body"].get<std::string>()
                                         : from_base64(json["body_base64"].get<std::string>()).value();
    Headers headers;
    for (const auto& header : json["headers"]) headers.add(header[0], header[1]);
    capture.content_type = headers.get("content-type");
    capture.encoding = headers.get(json["port"] == "grpc" ? "grpc-encoding" : "content-encoding");
    if (json["port"] == "grpc") {
      capture.path = headers.get(":path");
      if (capture.body[0] == 0) capture.encoding.clear();
      capture.body.erase(0, 5);
    } else {
      capture.path = json["request_line"];
    }
    captures.push_back(std::move(capture));
  }
  return captures;
}

OtlpSignal signal_of(const std::string& path) {
  if (path.find("trace") != std::string::npos) return OtlpSignal::kTraces;
  return path.find("logs") != std::string::npos ? OtlpSignal::kLogs : OtlpSignal::kMetrics;
}

TEST(Captures, EveryRequestOfRealExportersIsDecoded) {
  const auto captures = read_captures();
  ASSERT_GE(captures.size(), 40U) << "tests/captures/otlp.jsonl is missing or cut";
  for (const Capture& capture : captures) {
    SCOPED_TRACE(capture.client + " " + capture.path + ", line " + std::to_string(capture.line));
    std::string body;
    ASSERT_TRUE(inflate(capture.encoding, capture.body, kMaxInflated, body));
    const OtlpSignal signal = signal_of(capture.path);
    const Format format = capture.content_type == "application/json" ? Format::kJson : Format::kProtobuf;
    Batch batch;
    const auto report = decode(signal, format, body, OtlpContext{{}, {}, UnixNanos{1}}, batch);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rejected, 0U) << report->rejection;
    EXPECT_EQ(batch.spans.misaligned(), "");
    EXPECT_EQ(batch.logs.misaligned(), "");
    EXPECT_EQ(batch.metrics.misaligned(), "");
    EXPECT_EQ(batch.occurrences.misaligned(), "");
    EXPECT_EQ(batch.spans.rows(), capture.holds.value("spans", 0U));
    EXPECT_EQ(batch.spans.event_time.elements.size(), capture.holds.value("span_events", 0U));
    EXPECT_EQ(batch.logs.rows(), capture.holds.value("log_records", 0U));
    EXPECT_EQ(report->metrics, capture.holds.value("metrics", 0U));
    EXPECT_GE(batch.metrics.rows(), report->metrics);
  }
}

}  // namespace
}  // namespace tetrascope::otlp
