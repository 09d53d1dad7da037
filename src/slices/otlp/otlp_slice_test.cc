// The slice as exporters see it: routes, statuses, bodies, and what is counted. The store is played by the test.

#include "slices/otlp/otlp_slice.h"

#include <gtest/gtest.h>

#include <future>

#include "base/inflate.h"
#include "slices/otlp/responses.h"
#include "support/otlp_body.h"

namespace tetrascope {
namespace {

using namespace otlp_body;

class FakeStorage : public Storage {
 public:
  Result<void> insert(const Insert& /*rows*/) override {
    if (refuse) return std::unexpected(*refuse);
    return {};
  }
  Result<Rows> execute(const Statement& /*statement*/, const QueryBounds& /*bounds*/) override { return Rows{}; }
  Result<Usage> usage() override { return Usage{}; }
  std::optional<Error> refuse;
};

class NoControl : public ControlStore {
 public:
  Result<std::optional<ControlDocument>> get(std::string_view, std::string_view) override { return std::nullopt; }
  Result<std::vector<ControlDocument>> list(std::string_view, std::string_view, std::string_view,
                                            std::size_t) override {
    return std::vector<ControlDocument>{};
  }
  Result<std::int64_t> commit(std::span<const ControlWrite>) override { return 1; }
  Result<std::int64_t> allocate(std::string_view, std::int64_t) override { return 1; }
};

class OtlpSlice : public testing::Test {
 protected:
  OtlpSlice() {
    slice_ = make_otlp_slice(middle_);
    router_.add(slice_.http);
  }

  static Request request(std::string path, std::string type, std::string body, std::string method = "POST") {
    Request request;
    request.method = std::move(method);
    request.target = request.path = std::move(path);
    if (!type.empty()) request.headers.add("Content-Type", std::move(type));
    request.headers.add("User-Agent", "OTel-Test/1");
    request.body = std::move(body);
    request.received = UnixNanos::now();
    return request;
  }
  /// As the HTTP server would: by the route, else in the slice's error shape.
  Response send(Request request) {
    const Router::Match match = router_.find(request);
    if (match.route == nullptr) return router_.shape(request, match.error);
    std::promise<Response> promise;
    auto answered = promise.get_future();
    match.route->handler(std::move(request), [&](Response response) { promise.set_value(std::move(response)); });
    return answered.get();
  }
  Response post(std::string path, std::string type, std::string body) {
    return send(request(std::move(path), std::move(type), std::move(body)));
  }
  GrpcAnswer call(std::string_view method, std::string message) {
    for (const auto& each : slice_.grpc) {
      if (each.name != method) continue;
      std::promise<GrpcAnswer> promise;
      auto answered = promise.get_future();
      GrpcCall call;
      call.method = method;
      call.message = std::move(message);
      call.metadata.add("user-agent", "OTel-Test-Grpc/1");
      each.handler(std::move(call), [&](GrpcAnswer answer) { promise.set_value(std::move(answer)); });
      return answered.get();
    }
    ADD_FAILURE() << "no method " << method;
    return {};
  }
  IngestStats::Rejected newest_rejection() {
    const auto all = stats_.all_rejected();
    return all.empty() ? IngestStats::Rejected{} : all.front();
  }

  FakeStorage storage_;
  NoControl control_;
  FieldCatalogue fields_;
  IngestStats stats_;
  SliceSettings settings_;
  AttributeLayouts layouts_;
  plan::Runner runner_{storage_, layouts_};
  WorkerPool queries_{1, 8};
  Batcher batcher_{storage_, fields_, layouts_, [] {
                     BatcherLimits limits;
                     limits.gather = std::chrono::milliseconds(1);
                     limits.retry_for = std::chrono::milliseconds(1);
                     return limits;
                   }()};
  Middle middle_{batcher_, runner_, fields_, stats_, control_, queries_, settings_};
  Slice slice_;
  Router router_;
};

const std::string kProtobufType = "application/x-protobuf", kJsonType = "application/json";
std::string one_span() { return otlp_body::request({}, {}, {span("a")}); }
std::string lost_span() { return otlp_body::request({}, {}, {bytes(5, "lost")}); }

TEST_F(OtlpSlice, SuccessIsAnEmptyMessageInTheRequestsFormat) {
  const struct {
    std::string path, type, body, answer_type, answer;
  } table[] = {
      {"/v1/traces", kProtobufType, one_span(), kProtobufType, ""},
      {"/v1/traces/", kProtobufType, "", kProtobufType, ""},
      {"/v1/logs", "application/protobuf", otlp_body::request({}, {}, {bytes(5, text("line"))}), "application/protobuf",
       ""},
      {"/v1/metrics", "Application/X-Protobuf; v=1", otlp_body::request({}, {}, {bytes(1, "m")}), kProtobufType, ""},
      {"/v1/traces", kJsonType, "{}", kJsonType, "{}"},
      {"/v1/logs", "application/json; charset=utf-8", R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]})",
       kJsonType, "{}"},
  };
  for (const auto& row : table) {
    const Response response = post(row.path, row.type, row.body);
    EXPECT_EQ(response.status, 200) << row.path;
    EXPECT_EQ(response.headers.get("Content-Type"), row.answer_type) << row.path;
    EXPECT_EQ(response.body, row.answer) << row.path;
  }
  EXPECT_TRUE(stats_.all_rejected().empty());
}

TEST_F(OtlpSlice, AcceptedRecordsAreCounted) {
  post("/v1/traces", kProtobufType, otlp_body::request({}, {}, {span("a"), span("b")}));
  post("/v1/traces", kProtobufType, one_span());
  const auto all = stats_.all_accepted();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].protocol, "otlp/http");
  EXPECT_EQ(all[0].signal, "traces");
  EXPECT_EQ(all[0].requests, 2U);
  EXPECT_EQ(all[0].records, 3U);
}

TEST_F(OtlpSlice, PartialSuccessSaysHowManyAndWhy) {
  const std::string why = R"(the span "lost" of service "" has no trace id)";
  const Response protobuf = post("/v1/traces", kProtobufType, one_span() + lost_span());
  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.body, bytes(1, varint(1, 1) + bytes(2, why)));
  const Response json =
      post("/v1/traces", kJsonType, R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"lost"}]}]}]})");
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(
      json.body,
      R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"the span \"lost\" of service \"\" has no trace id"}})");
  const auto rejected = newest_rejection();
  EXPECT_EQ(rejected.reason, "spans without ids");
  EXPECT_EQ(rejected.records, 2U);
  EXPECT_EQ(rejected.client, "OTel-Test/1");
}

TEST_F(OtlpSlice, WrongRequestsAreAnsweredInTheirOwnFormat) {
  Request unknown_encoding = request("/v1/traces", kProtobufType, "x");
  unknown_encoding.headers.add("Content-Encoding", "br");
  Request corrupt = request("/v1/traces", kJsonType, "no gzip");
  corrupt.headers.add("Content-Encoding", "gzip");
  Request bomb = request("/v1/traces", kJsonType, gzip(std::string(otlp::kMaxInflated + 1, ' ')));
  bomb.headers.add("Content-Encoding", "gzip");
  Request classic = request("/v1/traces", kJsonType, "{}");
  classic.headers.add("X-Honeycomb-Team", "0123456789abcdef0123456789abcdef");
  const struct {
    Request request;
    int status;
    std::string type, part, reason;
  } table[] = {
      {request("/v1/traces", kJsonType, "{"), 400, kJsonType,
       R"({"code":3,"message":"failed to parse OTLP request body: not JSON"})", "malformed JSON"},
      {request("/v1/traces", kProtobufType, "\x0A\x05"), 400, kProtobufType,
       "failed to parse OTLP request body: ", "malformed protobuf"},
      {request("/v1/traces", "text/plain", "x"), 415, "text/plain; charset=utf-8", std::string(otlp::kContentTypes),
       "unsupported content type or encoding"},
      {request("/v1/logs", "", "x"), 415, "text/plain; charset=utf-8", std::string(otlp::kContentTypes),
       "unsupported content type or encoding"},
      {unknown_encoding, 400, kProtobufType, "br", "unsupported content type or encoding"},
      {corrupt, 400, kJsonType, "failed to parse OTLP request body: ", "malformed JSON"},
      {bomb, 413, kJsonType, "67108864", "request too large"},
      {classic, 401, kJsonType, R"({"code":16,"message":"missing 'x-honeycomb-dataset' header"})",
       "key or dataset missing"},
      {request("/v1/traces", "", "", "GET"), 405, "text/plain; charset=utf-8",
       "405 method not allowed, supported: [POST]", "wrong method"},
      {request("/", kProtobufType, one_span()), 404, kProtobufType, "did you mean /v1/traces?", "wrong path"},
      {request("/v1/logs/v1/logs", kJsonType, "{}"), 404, kJsonType, "did you mean /v1/logs?", "wrong path"},
      {request("/v1/nothing", "", "", "GET"), 404, kJsonType, "did you mean /v1/traces?", "wrong path"},
  };
  for (const auto& row : table) {
    const std::string what = row.request.method + " " + row.request.path + " " + row.part;
    const Response response = send(row.request);
    EXPECT_EQ(response.status, row.status) << what;
    EXPECT_EQ(response.headers.get("Content-Type"), row.type) << what;
    EXPECT_NE(response.body.find(row.part), std::string::npos) << what << ": " << response.body;
    EXPECT_FALSE(response.headers.has("Retry-After")) << what;
    const auto rejected = newest_rejection();
    EXPECT_EQ(rejected.reason, row.reason) << what;
    EXPECT_EQ(rejected.protocol, "otlp/http") << what;
    EXPECT_FALSE(rejected.remedy.empty()) << what;
  }
}

TEST_F(OtlpSlice, OthersMayPostToTheRoot) {
  Request aws = request("/", "application/x-amz-json-1.1", "{}");
  EXPECT_EQ(router_.find(aws).route, nullptr);
}

TEST_F(OtlpSlice, ABusyStoreIsToldToComeAgain) {
  storage_.refuse = Error{ErrorCode::kUnavailable, "not now"};
  const Response json = post("/v1/traces", kJsonType, R"({"resourceSpans":[{"scopeSpans":[{"spans":[
      {"traceId":"abcdef0123456789abcdef0123456789","spanId":"abcdef0123456789"}]}]}]})");
  EXPECT_EQ(json.status, 503);
  EXPECT_EQ(json.headers.get("Retry-After"), "1");
  EXPECT_NE(json.body.find(R"("code":14)"), std::string::npos) << json.body;
  EXPECT_NE(json.body.find(R"("@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s")"),
            std::string::npos)
      << json.body;

  const std::string retry_info = bytes(1, varint(1, 1));
  const std::string detail = bytes(3, bytes(1, "type.googleapis.com/google.rpc.RetryInfo") + bytes(2, retry_info));
  const GrpcAnswer grpc = call("/opentelemetry.proto.collector.trace.v1.TraceService/Export", one_span());
  EXPECT_EQ(grpc.status, 14);
  EXPECT_TRUE(grpc.status_details.ends_with(detail));
  EXPECT_TRUE(grpc.status_details.starts_with(varint(1, 14)));
  ASSERT_EQ(grpc.trailers.size(), 1U);
  EXPECT_EQ(grpc.trailers[0], std::pair(std::string("google.rpc.retryinfo-bin"), retry_info));
  EXPECT_TRUE(stats_.all_accepted().empty());
  EXPECT_EQ(newest_rejection().reason, "server busy");
}

TEST_F(OtlpSlice, AStoppedServerRefusesForNow) {
  batcher_.stop();
  const Response response = post("/v1/traces", kProtobufType, one_span());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  EXPECT_TRUE(response.body.starts_with(varint(1, 14)));
}

TEST_F(OtlpSlice, GrpcAnswersLikeHttp) {
  const std::string prefix = "/opentelemetry.proto.collector.";
  EXPECT_EQ(call(prefix + "trace.v1.TraceService/Export", one_span()).status, 0);
  EXPECT_EQ(call(prefix + "logs.v1.LogsService/Export", "").message, "");
  EXPECT_EQ(call(prefix + "metrics.v1.MetricsService/Export", otlp_body::request({}, {}, {bytes(1, "m")})).status, 0);
  EXPECT_NE(call(prefix + "trace.v1.TraceService/Export", lost_span()).message, "");
  const GrpcAnswer malformed = call(prefix + "trace.v1.TraceService/Export", "\x0A\x05");
  EXPECT_EQ(malformed.status, 3);
  EXPECT_TRUE(malformed.error_message.starts_with("failed to parse OTLP request body: ")) << malformed.error_message;
  EXPECT_TRUE(malformed.trailers.empty());
  EXPECT_EQ(newest_rejection().protocol, "otlp/grpc");
  EXPECT_EQ(newest_rejection().client, "OTel-Test-Grpc/1");
}

TEST_F(OtlpSlice, ProfilesAreRefusedInOtlpsWords) {
  const std::string two = bytes(1, bytes(2, bytes(2, "") + bytes(2, "")));
  for (const std::string path : {"/v1/profiles", "/v1development/profiles"}) {
    const Response protobuf = post(path, kProtobufType, two);
    EXPECT_EQ(protobuf.status, 200);
    EXPECT_TRUE(protobuf.body.starts_with(bytes(1, std::string()).substr(0, 1)));
    EXPECT_NE(protobuf.body.find(varint(1, 2)), std::string::npos);
    const Response json = post(path, kJsonType, R"({"resourceProfiles":[{"scopeProfiles":[{"profiles":[{}]}]}]})");
    EXPECT_NE(json.body.find(R"("rejectedProfiles":"1")"), std::string::npos) << json.body;
    EXPECT_EQ(post(path, kJsonType, "[").status, 400);
  }
  EXPECT_NE(call("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", two).message, "");
  bool counted = false;
  for (const auto& rejected : stats_.all_rejected())
    counted |= rejected.reason == "profiles are not kept" && rejected.records >= 2;
  EXPECT_TRUE(counted);
}

TEST_F(OtlpSlice, KeysCanBeRequired) {
  settings_.require_keys = true;
  const Response refused = post("/v1/traces", kJsonType, "{}");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, R"({"code":16,"message":"missing 'x-honeycomb-team' header"})");
  Request with_key = request("/v1/traces", kJsonType, "{}");
  with_key.headers.add("x-honeycomb-team", "any");
  EXPECT_EQ(send(std::move(with_key)).status, 200);
}

TEST(Responses, AnErrorOfTheServerIsNotDescribed) {
  const otlp::Speech speech{otlp::Format::kJson, "application/json"};
  const Response response = otlp::error_response(speech, {ErrorCode::kInternal, "table spans in /var/lib"});
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, R"({"code":13,"message":"something is wrong on this server; its log says what"})");
}

}  // namespace
}  // namespace tetrascope
