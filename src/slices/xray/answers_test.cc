#include "slices/xray/answers.h"

#include <gtest/gtest.h>

namespace tetrascope::xray {
namespace {

TEST(Failures, AreTheExceptionsOfTheApi) {
  struct Row {
    ErrorCode code;
    int status;
    std::string type;
  };
  const Row rows[] = {
      {ErrorCode::kMalformed, 400, "InvalidRequestException"},
      {ErrorCode::kInvalid, 400, "InvalidRequestException"},
      {ErrorCode::kTooLarge, 400, "InvalidRequestException"},
      {ErrorCode::kUnauthenticated, 403, "MissingAuthenticationTokenException"},
      {ErrorCode::kPermissionDenied, 403, "AccessDeniedException"},
      {ErrorCode::kNotFound, 404, "UnknownOperationException"},
      {ErrorCode::kMethodNotAllowed, 405, "UnknownOperationException"},
      {ErrorCode::kTooManyRequests, 429, "ThrottledException"},
      {ErrorCode::kUnavailable, 429, "ThrottledException"},
      {ErrorCode::kDeadlineExceeded, 429, "ThrottledException"},
      {ErrorCode::kInternal, 500, "InternalFailure"},
  };
  for (const Row& row : rows) {
    const Failure failure = failure_of({row.code, "why"});
    EXPECT_EQ(failure.status, row.status) << row.type;
    EXPECT_EQ(failure.type, row.type);
  }
  EXPECT_NE(failure_of({ErrorCode::kInternal, "a path of this machine"}).message, "a path of this machine");
}

}  // namespace
}  // namespace tetrascope::xray
