#include "slices/cloudwatch_logs/json_leaves.h"

#include <gtest/gtest.h>

namespace tetrascope::cloudwatch_logs {
namespace {

using Leaves = std::vector<std::pair<std::string, std::string>>;

TEST(JsonLeaves, AreNamedByTheirPath) {
  struct Case {
    std::string message;
    Leaves want;
  };
  const std::vector<Case> table = {
      {R"({"a": 1, "b": {"c": "x", "d": [true, 2.5, {"e": false}]}})",
       {{"a", "1"}, {"b.c", "x"}, {"b.d.0", "1"}, {"b.d.1", "2.5"}, {"b.d.2.e", "0"}}},
      {R"(  {"@message": "mine", "none": null, "empty": {}})", {{"@@message", "mine"}}},
      {R"([{"a": 1}])", {}},
      {R"({"a": 1)", {}},
      {"a plain line", {}},
      {"", {}},
  };
  for (const Case& c : table) EXPECT_EQ(json_leaves(c.message), c.want) << c.message;
}

TEST(JsonLeaves, AreBounded) {
  std::string wide = "{";
  for (int i = 0; i < 3'000; ++i) wide += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  EXPECT_EQ(json_leaves(wide + "}").size(), kMostLeaves);
  std::string deep = "1";
  for (int i = 0; i < 50; ++i) deep = "{\"a\":" + deep + "}";
  EXPECT_TRUE(json_leaves(deep).empty());
}

}  // namespace
}  // namespace tetrascope::cloudwatch_logs
