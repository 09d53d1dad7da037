#pragma once
// One server for all tests of the page's API; each test has a day of its own on it.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "page/page_server.h"

namespace tetrascope {

using nlohmann::json;

inline constexpr std::int64_t kSecond = kNanosPerSecond;
inline constexpr std::int64_t kHour = 3600 * kSecond;
/// The range of every test: its own day in 2024, so that tests do not see each other's data on the shared server.
inline constexpr std::int64_t kDay = 24 * kHour;
inline constexpr std::int64_t kEpoch = 1'704'067'200 * kSecond;

inline std::string hex_id(int number) { return fmt::format("{:032x}", number); }
inline std::string span_id(int number) { return fmt::format("{:016x}", number); }

class PageApi : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new PageServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static PageServer& server() { return *server_; }

  /// `from=…&to=…` of the test's own day.
  static std::string range(std::int64_t day) {
    return fmt::format("from={}&to={}", kEpoch + day * kDay, kEpoch + (day + 1) * kDay);
  }
  static std::vector<std::string> trace_ids(const std::string& question) {
    std::vector<std::string> ids;
    for (const json& trace : server().ask_all(question, "traces")) ids.push_back(trace["trace_id"]);
    return ids;
  }

 private:
  inline static PageServer* server_ = nullptr;
};

}  // namespace tetrascope
