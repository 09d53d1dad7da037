#include "slices/honeycomb_key.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

using Kind = HoneycombKey::Kind;

TEST(HoneycombKey, IsToldByItsShape) {
  const std::string classic_ingest = "hcaic_" + std::string(58, '7');
  const std::string ingest = "hcxik_" + std::string(58, 'z');
  const struct {
    std::string key;
    Kind kind;
    bool ingest_only;
  } table[] = {
      {"", Kind::kNone, false},
      {"0123456789abcdef0123456789abcdef", Kind::kClassic, false},
      {"0123456789ABCDEF0123456789abcdef", Kind::kEnvironment, false},  // lower case only
      {"0123456789abcdef0123456789abcde", Kind::kEnvironment, false},   // 31
      {"g123456789abcdef0123456789abcdef", Kind::kEnvironment, false},
      {classic_ingest, Kind::kClassic, true},
      {classic_ingest.substr(1), Kind::kEnvironment, false},
      {"hcAic_" + std::string(58, '7'), Kind::kEnvironment, false},
      {"hcaic_" + std::string(58, 'Z'), Kind::kEnvironment, true},  // no Classic key, and still no key to ask with
      {ingest, Kind::kEnvironment, true},
      {"abcdefghijklmnopqrstuv", Kind::kEnvironment, false},
      {"anything else", Kind::kEnvironment, false},
  };
  for (const auto& [key, kind, ingest_only] : table) {
    const HoneycombKey parsed = parse_honeycomb_key(key);
    EXPECT_EQ(parsed.kind, kind) << key;
    EXPECT_EQ(parsed.ingest_only, ingest_only) << key;
    EXPECT_EQ(parsed.environment, kind == Kind::kClassic ? kClassicEnvironment : kDefaultEnvironment) << key;
  }
}

TEST(HoneycombKey, ComesFromEitherHeader) {
  Headers headers;
  EXPECT_EQ(honeycomb_key(headers).kind, Kind::kNone);
  headers.add("x-hny-team", "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(honeycomb_key(headers).kind, Kind::kClassic);
  headers.add("x-honeycomb-team", "opaque");
  EXPECT_EQ(honeycomb_key(headers).kind, Kind::kEnvironment);
}

TEST(OtlpDataset, FollowsKeySignalServiceAndHeader) {
  const HoneycombKey none, classic = parse_honeycomb_key("0123456789abcdef0123456789abcdef"),
                           modern = parse_honeycomb_key("opaque");
  const struct {
    HoneycombKey key;
    OtlpSignal signal;
    std::string_view service, header, dataset;  ///< dataset "": refused
  } table[] = {
      {none, OtlpSignal::kTraces, "shop", "", "shop"},
      {modern, OtlpSignal::kTraces, "shop", "ignored", "shop"},
      {modern, OtlpSignal::kTraces, "  shop\t", "", "shop"},
      {modern, OtlpSignal::kTraces, "", "ignored", "unknown_service"},
      {modern, OtlpSignal::kTraces, "   ", "", "unknown_service"},
      {modern, OtlpSignal::kTraces, "unknown_service:node", "", "unknown_service"},
      {classic, OtlpSignal::kTraces, "shop", "mine", "mine"},
      {classic, OtlpSignal::kTraces, "shop", "", ""},
      {modern, OtlpSignal::kLogs, "shop", "mine", "shop"},
      {modern, OtlpSignal::kLogs, "unknown_service", "mine", "mine"},
      {modern, OtlpSignal::kLogs, "", "", "unknown_log_source"},
      {classic, OtlpSignal::kLogs, "shop", "mine", "shop"},
      {classic, OtlpSignal::kLogs, "", "", "unknown_log_source"},
      {modern, OtlpSignal::kMetrics, "shop", "mine", "mine"},
      {modern, OtlpSignal::kMetrics, "shop", "", "unknown_metrics"},
      {classic, OtlpSignal::kMetrics, "shop", "mine", "mine"},
      {classic, OtlpSignal::kMetrics, "shop", "", ""},
  };
  for (const auto& row : table) {
    const auto dataset = otlp_dataset(row.key, row.signal, row.service, row.header);
    if (row.dataset.empty()) {
      ASSERT_FALSE(dataset);
      EXPECT_EQ(dataset.error().code, ErrorCode::kUnauthenticated);
      EXPECT_EQ(dataset.error().message, "missing 'x-honeycomb-dataset' header");
    } else {
      ASSERT_TRUE(dataset) << row.dataset;
      EXPECT_EQ(*dataset, row.dataset);
    }
  }
}

}  // namespace
}  // namespace tetrascope
