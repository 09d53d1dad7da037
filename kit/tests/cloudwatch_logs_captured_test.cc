// What watchtower sent, beside what the sink sends for the same lines.
#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "test_server.h"
#include "tetrascope/kit/cloudwatch_logs.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;

std::map<std::string, json> captured_by_operation() {
  std::map<std::string, json> out;
  for (const char* name : {"watchtower_signed.jsonl", "watchtower_put.json"}) {
    std::ifstream lines(std::string(KIT_TESTS) + "/captures/" + name);
    for (std::string line; std::getline(lines, line);) {
      const json record = json::parse(line);
      out[record["x-amz-target"]] = record;
    }
  }
  return out;
}

TEST(CapturedCalls, GroupStreamAndEventsAreWatchtowers) {
  const auto python = captured_by_operation();
  const json put = json::parse(python.at("Logs_20140328.PutLogEvents")["body"].get<std::string>());
  std::atomic<int> refused = 0;
  test::TestServer server([&](const test::Received& request) -> test::Reply {
    const std::string& target = request.headers.at("x-amz-target");
    // As a service in which neither group nor stream is there yet.
    if (target == "Logs_20140328.CreateLogGroup" || refused >= 2) return {};
    ++refused;
    return {400, {}, R"({"__type":"ResourceNotFoundException","message":"m"})", 0, -1};
  });
  CloudWatchLogsOptions options;
  options.log_group = put["logGroupName"];
  options.log_stream = put["logStreamName"];
  options.endpoint = server.url();
  options.credentials = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 0};
  CloudWatchLogsSink sink(options);
  sink.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  for (const json& event : put["logEvents"]) {
    const std::string message = event["message"];
    spdlog::log_clock::time_point time(std::chrono::milliseconds(event["timestamp"].get<std::int64_t>()));
    sink.log(spdlog::details::log_msg(time, spdlog::source_loc(), "app", spdlog::level::info, message));
  }
  ASSERT_TRUE(sink.flush_within(5'000));

  std::map<std::string, std::string> bodies;
  for (const test::Received& each : server.received()) {
    EXPECT_EQ(each.method + " " + each.path, "POST /");
    const std::string& target = each.headers.at("x-amz-target");
    ASSERT_EQ(python.count(target), 1U) << target << ": watchtower called no such operation";
    EXPECT_EQ(each.headers.at("content-type"), python.at(target)["content-type"].get<std::string>());
    bodies[target] = each.body;
  }
  EXPECT_EQ(bodies.size(), 3U) << "PutLogEvents, CreateLogStream, CreateLogGroup";
  for (const auto& [target, body] : bodies) {
    // Byte for byte but for Python's spaces: members in the same order, times as whole milliseconds.
    const auto theirs = nlohmann::ordered_json::parse(python.at(target)["body"].get<std::string>());
    EXPECT_EQ(body, theirs.dump()) << target;
  }
}

}  // namespace
}  // namespace tetrascope::kit
