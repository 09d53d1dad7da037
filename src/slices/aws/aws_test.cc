#include <gtest/gtest.h>

#include "base/ids.h"
#include "slices/aws/event_stream.h"
#include "slices/aws/fault.h"
#include "slices/aws/identity.h"
#include "slices/aws/page_token.h"
#include "slices/aws/parameters.h"

namespace tetrascope::aws {
namespace {

TEST(Identity, FromTheSignature) {
  const struct {
    std::string_view header, region, key;
  } table[] = {
      {"AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=00",
       "eu-west-1", "AKID"},
      {"AWS4-HMAC-SHA256 Credential=AKID/20261122/EVIL REGION/logs/aws4_request", "us-east-1", "AKID"},
      {"AWS4-HMAC-SHA256 Credential=AKID", "us-east-1", "AKID"},
      {"Bearer x", "us-east-1", ""},
      {"", "us-east-1", ""},
  };
  for (const auto& [header, region, key] : table) {
    Headers headers;
    if (!header.empty()) headers.add("authorization", std::string(header));
    const Identity identity = identity_of(headers, "123456789012");
    EXPECT_EQ(identity.region, region) << header;
    EXPECT_EQ(identity.access_key, key) << header;
    EXPECT_EQ(identity.account, "123456789012");
  }
}

TEST(Identity, Arns) {
  EXPECT_EQ(arn("logs", {"123456789012", "us-east-1", ""}, "log-group:a"),
            "arn:aws:logs:us-east-1:123456789012:log-group:a");
  EXPECT_EQ(arn("logs", {"123456789012", "cn-north-1", ""}, "x"), "arn:aws-cn:logs:cn-north-1:123456789012:x");
  EXPECT_EQ(arn_resource("arn:aws:logs:us-east-1:123456789012:log-group:a:*", "logs"), "log-group:a:*");
  EXPECT_EQ(arn_resource("arn:aws:xray:us-east-1:123456789012:group/a", "logs"), "");
  EXPECT_EQ(arn_resource("arn:aws:logs", "logs"), "");
  EXPECT_EQ(arn_region("arn:aws:logs:us-east-1:123456789012:log-group:a"), "us-east-1");
  EXPECT_EQ(arn_account("arn:aws:logs:us-east-1:123456789012:log-group:a"), "123456789012");
  EXPECT_EQ(arn_region("arn:aws:s3:::bucket"), "");
  EXPECT_EQ(arn_account("arn:aws"), "");
  EXPECT_EQ(arn_region("a-name"), "");
}

TEST(Parameters, AwsWords) {
  Parameters in(Object{{"limit", Value(std::int64_t{10'001})}, {"name", Value(std::string("a:b"))}});
  EXPECT_EQ(in.number("limit", {.max = 10'000}), 10'001);
  const auto one = in.verdict();
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().type, "InvalidParameterException");
  EXPECT_EQ(one.error().message,
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have "
            "value less than or equal to 10000");
  in.text("name", {.pattern = {[](unsigned char c) { return c != ':'; }, "[^:]*"}});
  in.text("other", {.required = true});
  EXPECT_TRUE(in.verdict().error().message.starts_with("3 validation errors detected: "));
  EXPECT_TRUE(in.verdict().error().message.ends_with(
      "; Value 'null' at 'other' failed to satisfy constraint: Member must not be null"));
  Parameters wrong(Object{{"limit", Value(std::string("x"))}});
  wrong.number("limit");
  EXPECT_EQ(wrong.verdict().error().type, "SerializationException");
}

TEST(Fault, WhatTheServerIsToBlameForIsRepeated) {
  const struct {
    ErrorCode code;
    int status;
    std::string_view type;
  } table[] = {{ErrorCode::kInvalid, 400, "InvalidParameterException"},
               {ErrorCode::kMalformed, 400, "SerializationException"},
               {ErrorCode::kTooLarge, 400, "LimitExceededException"},
               {ErrorCode::kTooManyRequests, 400, "ThrottlingException"},
               {ErrorCode::kUnavailable, 503, "ServiceUnavailableException"},
               {ErrorCode::kDeadlineExceeded, 503, "ServiceUnavailableException"},
               {ErrorCode::kInternal, 500, "InternalFailure"}};
  for (const auto& [code, status, type] : table) {
    const Response response = json_fault("application/x-amz-json-1.1", Fault(Error{code, "why"}));
    EXPECT_EQ(response.status, status) << type;
    EXPECT_TRUE(response.body.contains(type)) << response.body;
    EXPECT_EQ(response.body.contains("why"), code != ErrorCode::kInternal);
  }
}

TEST(PageToken, IsGoodForItsQuestionAlone) {
  const std::string token = write_page_token("DescribeLogGroups a", "place \x01");
  EXPECT_EQ(read_page_token("DescribeLogGroups a", token), "place \x01");
  EXPECT_EQ(read_page_token("DescribeLogGroups b", token), std::nullopt);
  EXPECT_EQ(read_page_token("DescribeLogGroups a", "invalid"), std::nullopt);
  EXPECT_EQ(read_page_token("DescribeLogGroups a", token.substr(0, token.size() - 2)), std::nullopt);
}

TEST(EventStream, FramesWithTheirChecksums) {
  // Made with another implementation of CRC-32 from the description in the dossier (cloudwatch_logs 1.8).
  EXPECT_EQ(to_hex(event_message("e", "application/json", "{}")),
            "0000005900000047b899a6e00d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070001650d3a63"
            "6f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7d409cef62");
  const std::string exception = exception_message("SessionTimeoutException", R"({"message":"over"})");
  EXPECT_NE(exception.find(":exception-type\x07"), std::string::npos);
  EXPECT_EQ(static_cast<unsigned char>(exception[3]), exception.size());
}

}  // namespace
}  // namespace tetrascope::aws
