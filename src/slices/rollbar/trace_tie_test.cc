#include "slices/rollbar/trace_tie.h"

#include <gtest/gtest.h>

namespace tetrascope::rollbar {
namespace {

TEST(TraceTie, FindsTheTraceInWhatAnItemCarries) {
  struct Case {
    std::string_view data, trace, span;
  };
  constexpr std::string_view kTrace = "5759e988bd862e3fe1be46a994272793";
  for (
      const Case& c : {
          Case{R"({"request":{"headers":{"Traceparent":"00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"}}})",
               kTrace, "53995c3f42cd8ad8"},
          {R"({"request":{"headers":{"X-Amzn-Trace-Id":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}}})",
           kTrace, "53995c3f42cd8ad8"},
          {R"({"request":{"headers":{"x-amzn-trace-id":"Self=1-x; Root=1-5759e988-bd862e3fe1be46a994272793"}}})",
           kTrace, "0000000000000000"},
          {R"({"custom":{"trace_id":"5759e988bd862e3fe1be46a994272793","span_id":"53995c3f42cd8ad8"},
               "request":{"headers":{"traceparent":"00-00000000000000000000000000000001-0000000000000001-01"}}})",
           kTrace, "53995c3f42cd8ad8"},
          {R"({"custom":{"trace_id":"1-5759e988-bd862e3fe1be46a994272793"}})", kTrace, "0000000000000000"},
          {R"({"body":{"trace":{"extra":{"trace_id":"5759e988bd862e3fe1be46a994272793"}}}})", kTrace,
           "0000000000000000"},
          {R"({"attributes":[{"key":"trace_id","value":"5759e988bd862e3fe1be46a994272793"},{"key":"span_id","value":"53995c3f42cd8ad8"}]})",
           kTrace, "53995c3f42cd8ad8"},
          {R"({"request":{"headers":{"Traceparent":["00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"]}}})",
           kTrace, "53995c3f42cd8ad8"},
      }) {
    const auto data = value_from_json(c.data);
    ASSERT_TRUE(data) << c.data;
    const TraceTie tie = tie_of_data(*data);
    EXPECT_EQ(to_hex(tie.trace_id.id), c.trace) << c.data;
    EXPECT_EQ(to_hex(tie.span_id.id), c.span) << c.data;
  }
}

TEST(TraceTie, NothingIsGuessed) {
  for (const std::string_view text :
       {R"({})", R"({"custom":{"trace_id":"order-17"}})", R"({"custom":{"trace_id":17}})", R"({"custom":"x"})",
        R"({"request":{"headers":{"traceparent":"00-zz59e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"}}})",
        R"({"request":{"headers":{"traceparent":"00-5759e988"}}})", R"({"request":{"headers":[]}})",
        R"({"request":{"headers":{"X-Amzn-Trace-Id":"Sampled=1"}}})"}) {
    const auto data = value_from_json(text);
    ASSERT_TRUE(data) << text;
    EXPECT_TRUE(tie_of_data(*data).empty()) << text;
  }
}

}  // namespace
}  // namespace tetrascope::rollbar
