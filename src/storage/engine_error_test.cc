#include "storage/engine_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tetrascope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  std::string text;
  ErrorCode query;
  ErrorCode insert;
};

TEST(EngineError, IsToldByItsNumber) {
  const std::vector<Case> table = {
      {"Code: 159. DB::Exception: Timeout exceeded: elapsed 300 ms", ErrorCode::kDeadlineExceeded,
       ErrorCode::kUnavailable},
      {"Code: 396. DB::Exception: Limit for result exceeded", ErrorCode::kTooLarge, ErrorCode::kInternal},
      {"Code: 241. DB::Exception: Query memory limit exceeded", ErrorCode::kTooLarge, ErrorCode::kTooLarge},
      {"Code: 241. DB::Exception: (total) memory limit exceeded", ErrorCode::kUnavailable, ErrorCode::kTooLarge},
      {"Code: 252. DB::Exception: Too many parts (3000)", ErrorCode::kUnavailable, ErrorCode::kUnavailable},
      {"Code: 252. DB::Exception: Too many partitions for single INSERT block (more than 100)", ErrorCode::kUnavailable,
       ErrorCode::kInvalid},
      {"Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space", ErrorCode::kUnavailable,
       ErrorCode::kUnavailable},
      {"Code: 75. DB::ErrnoException: Cannot write to file: No space left on device", ErrorCode::kUnavailable,
       ErrorCode::kUnavailable},
      {"Code: 204. DB::ErrnoException: Cannot fsync data.bin: Input/output error", ErrorCode::kUnavailable,
       ErrorCode::kUnavailable},
      {"std::exception. Code: 1001, type: std::filesystem::filesystem_error, e.what() = filesystem error: in "
       "create_directory: No space left on device",
       ErrorCode::kUnavailable, ErrorCode::kUnavailable},
      {"Code: 210. connection refused", ErrorCode::kUnavailable, ErrorCode::kUnavailable},
      {"Code: 202. DB::Exception: Too many simultaneous queries", ErrorCode::kUnavailable, ErrorCode::kUnavailable},
      {"Code: 53. DB::Exception: Cannot convert: Float64 to UInt64", ErrorCode::kInternal, ErrorCode::kInvalid},
      {"Code: 62. DB::Exception: Syntax error", ErrorCode::kInternal, ErrorCode::kInternal},
      {"Poco::Exception. Code: 1000, HTML Form Exception: Field value too long", ErrorCode::kTooLarge,
       ErrorCode::kInternal},
      {"no number at all", ErrorCode::kInternal, ErrorCode::kInternal},
      {"", ErrorCode::kInternal, ErrorCode::kInternal},
  };
  for (const Case& c : table) {
    const Error query = query_error({}, c.text);
    const Error insert = insert_error("secret_table", c.text);
    EXPECT_EQ(query.code, c.query) << c.text;
    EXPECT_EQ(insert.code, c.insert) << c.text;
    for (const std::string& message : {query.message, insert.message}) {
      EXPECT_FALSE(message.empty());
      EXPECT_THAT(message, Not(HasSubstr("DB::")));
      EXPECT_THAT(message, Not(HasSubstr("secret_table")));
    }
  }
}

TEST(EngineError, FindsTheNumber) {
  EXPECT_EQ(engine_error_number("Code: 241. DB::Exception"), 241);
  EXPECT_EQ(engine_error_number("x: Code: 7"), 7);
  EXPECT_EQ(engine_error_number("Code: "), 0);
  EXPECT_EQ(engine_error_number("Code 241"), 0);
}

}  // namespace
}  // namespace tetrascope
