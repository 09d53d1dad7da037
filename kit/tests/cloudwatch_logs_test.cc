#include "tetrascope/kit/cloudwatch_logs.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "cloudwatch_logs/credentials.h"
#include "cloudwatch_logs/log_batch.h"
#include "cloudwatch_logs/sigv4.h"
#include "test_server.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/diagnostics.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using test::Received;
using test::Reply;

/// The service, as far as a sink sees it; `trouble` may answer first.
class Service {
 public:
  using Trouble = std::function<std::optional<Reply>(int call, const std::string& operation)>;
  explicit Service(Trouble trouble = [](int, const std::string&) { return std::nullopt; })
      : trouble_(std::move(trouble)), server_([this](const Received& request) { return answer(request); }) {}

  static Reply refuse(const std::string& code, int status = 400) {
    return {status, {}, R"({"__type":"com.amazonaws.logs#)" + code + R"(","message":"m"})", 0, -1};
  }

  CloudWatchLogsOptions options() const {
    CloudWatchLogsOptions options;
    options.log_group = "cruddur";
    options.log_stream = "app";
    options.endpoint = server_.url();
    options.credentials = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 0};
    options.send_every_ms = 20;
    return options;
  }
  std::vector<std::string> messages() {
    std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<std::string> operations() {
    std::vector<std::string> all;
    for (const Received& each : server_.received()) all.push_back(each.headers.at("x-amz-target").substr(14));
    return all;
  }
  std::vector<Received> received() { return server_.received(); }

 private:
  Reply answer(const Received& request) {
    const std::string operation = request.headers.at("x-amz-target").substr(14);
    std::lock_guard lock(mutex_);
    if (auto reply = trouble_(calls_++, operation)) return *reply;
    const json body = json::parse(request.body);
    const auto exists = [](bool& made) {
      return std::exchange(made, true) ? refuse("ResourceAlreadyExistsException") : Reply();
    };
    if (operation == "CreateLogGroup") return exists(group_);
    if (operation == "CreateLogStream") return group_ ? exists(stream_) : refuse("ResourceNotFoundException");
    if (operation == "PutRetentionPolicy") return {};
    if (!stream_) return refuse("ResourceNotFoundException");
    std::int64_t last = 0;
    for (const json& event : body["logEvents"]) {
      if (event["timestamp"] < last) return refuse("InvalidParameterException");
      last = event["timestamp"];
    }
    for (const json& event : body["logEvents"]) messages_.push_back(event["message"]);
    return {200, {}, R"({"nextSequenceToken":"1"})", 0, -1};
  }

  Trouble trouble_;
  std::mutex mutex_;
  std::vector<std::string> messages_;
  bool group_ = false;
  bool stream_ = false;
  int calls_ = 0;
  test::TestServer server_;
};

std::shared_ptr<CloudWatchLogsSink> sink_to(CloudWatchLogsOptions options) {
  return std::make_shared<CloudWatchLogsSink>(std::move(options));
}

void log(const std::shared_ptr<CloudWatchLogsSink>& sink, int count, const std::string& text = "event ") {
  spdlog::logger logger("app", sink);
  for (int i = 0; i < count; ++i) logger.info("{}{}", text, i);
}

TEST(SigV4, SignsAsWatchtowersClientDid) {
  std::ifstream file(std::string(KIT_TESTS) + "/captures/watchtower_signed.jsonl");
  int seen = 0;
  for (std::string line; std::getline(file, line); ++seen) {
    const json record = json::parse(line);
    std::tm parts{};
    ASSERT_NE(strptime(record["x-amz-date"].get<std::string>().c_str(), "%Y%m%dT%H%M%SZ", &parts), nullptr);
    std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", record["content-type"]},
                                                             {"X-Amz-Target", record["x-amz-target"]}};
    const std::string body = record["body"];
    sign({record["host"], "/", "us-east-1", "logs", body, timegm(&parts)},
         {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 0}, headers);
    EXPECT_EQ(headers.back().first, "Authorization");
    EXPECT_EQ(headers.back().second, record["authorization"].get<std::string>());
  }
  EXPECT_EQ(seen, 3);
}

TEST(Sink, MakesGroupAndStreamOnceAndSendsInOrder) {
  Service service;
  auto options = service.options();
  options.retention_days = 7;
  auto sink = sink_to(options);
  log(sink, 3);
  ASSERT_TRUE(sink->flush_within(5'000));
  log(sink, 1, "later ");
  ASSERT_TRUE(sink->flush_within(5'000));
  EXPECT_EQ(service.operations(),
            (std::vector<std::string>{"PutLogEvents", "CreateLogStream", "CreateLogGroup", "PutRetentionPolicy",
                                      "CreateLogStream", "PutLogEvents", "PutLogEvents"}));
  EXPECT_EQ(service.messages(), (std::vector<std::string>{"event 0", "event 1", "event 2", "later 0"}));
  EXPECT_EQ(sink->stats().sent, 4U);
  EXPECT_NE(service.received()[0].headers.at("authorization").find("/us-east-1/logs/aws4_request"), std::string::npos);
}

TEST(Sink, ThrottledExpiredAndCutOffEveryEventOnceOrCounted) {
  int puts = 0;
  Service service([&](int, const std::string& operation) -> std::optional<Reply> {
    if (operation != "PutLogEvents") return std::nullopt;
    switch (puts++ % 5) {
      case 0:
        return Service::refuse("ThrottlingException");
      case 1:
        return Service::refuse("ExpiredTokenException");
      case 2:
        return Reply{200, {}, "{}", 0, 30};  // closes in the middle of an answer to what it did not keep
      case 3:
        return Service::refuse("ServiceUnavailableException", 503);
      default:
        return std::nullopt;
    }
  });
  auto sink = sink_to(service.options());
  log(sink, 20);
  ASSERT_TRUE(sink->flush_within(30'000));
  std::vector<std::string> want;
  for (int i = 0; i < 20; ++i) want.push_back("event " + std::to_string(i));
  EXPECT_EQ(service.messages(), want);
  const CloudWatchLogsStats stats = sink->stats();
  EXPECT_EQ(stats.sent, 20U);
  EXPECT_EQ(stats.sent_again, 20U) << "an answer was lost: that they may be there twice is said";
}

TEST(Sink, WhatTheServiceRefusesIsCounted) {
  Service service([](int, const std::string& operation) -> std::optional<Reply> {
    if (operation != "PutLogEvents") return std::nullopt;
    return Reply{
        200, {}, R"({"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":2,"tooNewLogEventStartIndex":4}})", 0, -1};
  });
  set_diagnostics([](std::string_view) {});
  auto sink = sink_to(service.options());
  log(sink, 5);
  ASSERT_TRUE(sink->flush_within(5'000));
  set_diagnostics(nullptr);
  EXPECT_EQ(sink->stats().rejected, 3U);
  EXPECT_EQ(sink->stats().sent, 2U);
}

TEST(Sink, ADeadServerCostsEventsButNeitherTimeNorMemory) {
  std::vector<std::string> said;
  std::mutex mutex;
  set_diagnostics([&](std::string_view line) {
    std::lock_guard lock(mutex);
    said.emplace_back(line);
  });
  CloudWatchLogsOptions options;
  options.log_group = "g";
  options.endpoint = "http://127.0.0.1:" + std::to_string(test::dead_port());
  options.credentials = {"AKID", "topsecret", "", 0};
  options.queue_events = 100;
  options.retry_for_ms = 200;
  options.send_every_ms = 10;
  CloudWatchLogsStats stats;
  {
    auto sink = sink_to(options);
    const auto begin = std::chrono::steady_clock::now();
    log(sink, 5'000);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    sink->flush_within(5'000);
    stats = sink->stats();
  }
  set_diagnostics(nullptr);
  EXPECT_EQ(stats.sent, 0U);
  EXPECT_GT(stats.dropped, 0U);
  EXPECT_EQ(stats.accepted + stats.dropped, 5'000U);
  EXPECT_EQ(stats.failed, stats.accepted);
  EXPECT_EQ(said.size(), 3U) << "full, not sent, and the sum: once each";
  for (const auto& line : said) EXPECT_EQ(line.find("topsecret"), std::string::npos);
}

TEST(Sink, WhatItSaysMayBeLoggedThroughItself) {
  CloudWatchLogsOptions options;
  options.log_group = "g";
  options.endpoint = "http://127.0.0.1:" + std::to_string(test::dead_port());
  options.credentials = {"AKID", "topsecret", "", 0};
  options.queue_events = 10;
  options.retry_for_ms = 0;
  options.send_every_ms = 10;
  auto sink = sink_to(options);
  spdlog::logger logger("kit", sink);
  std::atomic<int> full{0};
  set_diagnostics([&](std::string_view line) {
    full += line.find("queue is full") != std::string_view::npos ? 1 : 0;
    logger.warn("{}", line);
  });
  for (int round = 0; round < 500 && full == 0; ++round) {
    log(sink, 20);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(sink->flush_within(10'000)) << "the queue's thread waits for itself";
  set_diagnostics(nullptr);
  EXPECT_EQ(full, 1);
}

TEST(Sink, AWrongCertificateGetsNothing) {
  set_diagnostics([](std::string_view) {});
  test::TestServer server([](const Received&) { return Reply(); }, true);
  CloudWatchLogsOptions options;
  options.log_group = "g";
  options.endpoint = server.url();
  options.credentials = {"AKID", "topsecret", "", 0};
  options.retry_for_ms = 0;
  options.send_every_ms = 10;
  auto sink = sink_to(options);
  log(sink, 3);
  EXPECT_TRUE(sink->flush_within(30'000));
  set_diagnostics(nullptr);
  EXPECT_TRUE(server.received().empty());
  EXPECT_EQ(sink->stats().failed, 3U);
}

TEST(Sink, EventsCarryTheTrace) {
  Service service;
  auto sink = sink_to(service.options());
  Context context;
  context.span.trace_id = *TraceId::parse("5759e988bd862e3fe1be46a994272793");
  context.span.span_id = *SpanId::parse("53995c3f42cd8ad8");
  {
    Scope scope(context);
    log(sink, 1);
  }
  ASSERT_TRUE(sink->flush_within(5'000));
  EXPECT_EQ(service.messages().at(0), "event 0 trace_id=1-5759e988-bd862e3fe1be46a994272793 span_id=53995c3f42cd8ad8");
}

TEST(Sink, AForkedChildSendsItsOwn) {
  Service service;
  auto sink = sink_to(service.options());
  log(sink, 1, "parent ");
  const pid_t child = fork();
  if (child == 0) {
    log(sink, 1, "child ");
    _exit(sink->flush_within(5'000) && sink->stats().sent == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  ASSERT_TRUE(sink->flush_within(5'000));
  auto all = service.messages();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<std::string>{"child 0", "parent 0"}));
}

TEST(Sink, AForkFindsItFreeWhileOthersLog) {
  CloudWatchLogsOptions options;
  options.log_group = "g";
  options.endpoint = "http://127.0.0.1:" + std::to_string(test::dead_port());
  options.credentials = {"AKID", "topsecret", "", 0};
  options.retry_for_ms = 0;
  set_diagnostics([](std::string_view) {});
  auto sink = sink_to(options);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) log(sink, 100);
  });
  for (int i = 0; i < 30; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a child that finds the sink locked waits for ever
      log(sink, 1);
      _exit(sink->stats().accepted == 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0) << "round " << i;
  }
  stop = true;
  other.join();
  sink.reset();
  set_diagnostics(nullptr);
}

TEST(Batch, KeepsTheServicesLimits) {
  const auto sizes = [](std::deque<LogEvent> queue) {
    std::vector<std::size_t> out;
    while (!queue.empty()) out.push_back(take_batch(queue).size());
    return out;
  };
  EXPECT_EQ(sizes(std::deque<LogEvent>(25'000, LogEvent{1, "m"})), (std::vector<std::size_t>{10'000, 10'000, 5'000}));
  EXPECT_EQ(sizes(std::deque<LogEvent>(3, LogEvent{1, std::string(524'288 - 26, 'x')})),
            (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(sizes(std::deque<LogEvent>(3, LogEvent{1, std::string(524'288 - 25, 'x')})),
            (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(sizes({{0, "a"}, {86'399'999, "b"}, {86'400'000, "c"}}), (std::vector<std::size_t>{2, 1}));
  std::deque<LogEvent> unordered{{5, "c"}, {3, "a"}, {5, "d"}, {4, "b"}};
  std::string order;
  for (const auto& each : take_batch(unordered)) order += each.message;
  EXPECT_EQ(order, "abcd");
}

TEST(StreamName, FillsWhatStandsInBraces) {
  EXPECT_EQ(fill_stream_name("{logger_name}/{strftime:%Y-%m-%d}/{other}", "app", 0), "app/1970-01-01/{other}");
  EXPECT_EQ(fill_stream_name("{process_id}", "app", 0), std::to_string(getpid()));
  EXPECT_EQ(fill_stream_name("{program_name}", "app", 0), "kit_cloudwatch_logs_test");
  EXPECT_EQ(fill_stream_name("a:b*{open", "app", 0), "a-b-{open");
}

TEST(Credentials, OfSharedFilesAndEndpoints) {
  const char* file =
      "# mine\n[default]\naws_access_key_id = A\naws_secret_access_key=B\n\n[profile dev]\n"
      "aws_access_key_id=C\naws_secret_access_key = D \naws_session_token=E\n[half]\naws_access_key_id=F\n";
  EXPECT_EQ(read_profile(file, "default")->secret_key, "B");
  EXPECT_EQ(read_profile(file, "dev")->secret_key, "D");
  EXPECT_EQ(read_profile(file, "dev")->session_token, "E");
  EXPECT_FALSE(read_profile(file, "half"));
  EXPECT_FALSE(read_profile(file, "none"));
  const auto found = read_endpoint_answer(
      R"({"AccessKeyId":"A","SecretAccessKey":"B","Token":"T","Expiration":"1970-01-02T00:00:00Z"})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->expires_at, 86'400);
  for (const char* bad : {"", "[]", R"({"AccessKeyId":"A"})", R"({"AccessKeyId":1,"SecretAccessKey":2})"}) {
    EXPECT_FALSE(read_endpoint_answer(bad)) << bad;
  }
}

TEST(Credentials, OfAContainersAndAnInstancesEndpoint) {
  test::TestServer metadata([](const Received& request) -> Reply {
    if (request.path == "/latest/api/token") return {request.method == "PUT" ? 200 : 400, {}, "token", 0, -1};
    if (request.path == "/container") {
      if (request.headers.at("authorization") != "letmein") return {403, {}, "", 0, -1};
    } else if (request.headers.at("x-aws-ec2-metadata-token") != "token") {
      return {401, {}, "", 0, -1};
    }
    if (request.path == "/latest/meta-data/iam/security-credentials/") return {200, {}, "role\n", 0, -1};
    return {200, {}, R"({"AccessKeyId":"of)" + request.path + R"(","SecretAccessKey":"B","Token":"T"})", 0, -1};
  });
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"}) unsetenv(name);
  setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
  setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
  setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url("/").c_str(), 1);
  HttpClient http;
  Deadline deadline;
  auto found = find_credentials(http, deadline);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key, "of/latest/meta-data/iam/security-credentials/role");
  setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url("/container").c_str(), 1);
  setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "letmein", 1);
  found = find_credentials(http, deadline);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key, "of/container");
  for (const char* name : {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                           "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"}) {
    unsetenv(name);
  }
}

}  // namespace
}  // namespace tetrascope::kit
