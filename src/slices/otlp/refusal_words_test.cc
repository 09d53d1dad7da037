// What the page says of each way to refuse an export.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "slices/otlp/export.h"

namespace tetrascope::otlp {
namespace {

constexpr ErrorCode kEveryCode[] = {ErrorCode::kMalformed,        ErrorCode::kInvalid,     ErrorCode::kUnauthenticated,
                                    ErrorCode::kPermissionDenied, ErrorCode::kNotFound,    ErrorCode::kMethodNotAllowed,
                                    ErrorCode::kConflict,         ErrorCode::kTooLarge,    ErrorCode::kUnsupportedMedia,
                                    ErrorCode::kTooManyRequests,  ErrorCode::kUnavailable, ErrorCode::kDeadlineExceeded,
                                    ErrorCode::kUnimplemented,    ErrorCode::kInternal};

TEST(RefusalWords, EveryReasonHasOneRemedyThatSaysWhatToDo) {
  std::map<std::string, std::string> remedies;
  for (const ErrorCode code : kEveryCode) {
    for (const Format format : {Format::kProtobuf, Format::kJson}) {
      const RefusalWords words = refusal_words({code, "why"}, format);
      EXPECT_FALSE(words.reason.empty());
      EXPECT_GE(words.remedy.size(), 30U) << words.reason;
      const auto [known, added] = remedies.try_emplace(std::string(words.reason), words.remedy);
      EXPECT_EQ(known->second, words.remedy) << words.reason << " is counted once, so it has one remedy";
    }
  }
  EXPECT_EQ(remedies.size(), 11U);
}

TEST(RefusalWords, WhatTheClientDidWrongIsNotOurFailure) {
  for (const ErrorCode code : kEveryCode) {
    const bool ours = code == ErrorCode::kInternal || code == ErrorCode::kConflict || code == ErrorCode::kUnimplemented;
    EXPECT_EQ(refusal_words({code, "why"}, Format::kProtobuf).reason == "not stored", ours);
  }
}

TEST(RefusalWords, TheHttpServersRefusalsAreNotTakenForTheDecoders) {
  EXPECT_EQ(refusal_words({ErrorCode::kMalformed, "request body: came too slowly"}, Format::kProtobuf).reason,
            "client too slow");
  EXPECT_EQ(
      refusal_words({ErrorCode::kPermissionDenied, "Host: this server is not known by the name 'x'"}, Format::kJson)
          .reason,
      "unknown host name");
  EXPECT_EQ(refusal_words({ErrorCode::kMalformed, "failed to parse OTLP request body: x"}, Format::kProtobuf).reason,
            "malformed protobuf");
}

}  // namespace
}  // namespace tetrascope::otlp
