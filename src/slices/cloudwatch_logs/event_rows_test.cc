#include "slices/cloudwatch_logs/event_rows.h"

#include <gtest/gtest.h>

namespace tetrascope::cloudwatch_logs {
namespace {

TEST(EventRows, TraceOfMessage) {
  const struct {
    std::string_view message, trace, span;
  } table[] = {
      {"GET /api Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", "5759e988bd862e3fe1be46a994272793", ""},
      {R"({"trace_id":"5759e988bd862e3fe1be46a994272793","span_id":"00f067aa0ba902b7"})",
       "5759e988bd862e3fe1be46a994272793", "00f067aa0ba902b7"},
      {"traceId=5759E988BD862E3FE1BE46A994272793 x", "5759e988bd862e3fe1be46a994272793", ""},
      {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c",
       "b7ad6b7169203331"},
      {"md5 5759e988bd862e3fe1be46a994272793", "", ""},
      {"trace_id=00000000000000000000000000000000", "", ""},
      {"1-5759e988-bd862e3fe1be46a99427279", "", ""},
      {"", "", ""},
  };
  for (const auto& [message, trace, span] : table) {
    const MessageTrace found = trace_of_message(message);
    EXPECT_EQ(found.trace_id.id.empty() ? "" : to_hex(found.trace_id.id), trace) << message;
    EXPECT_EQ(found.span_id.id.empty() ? "" : to_hex(found.span_id.id), span) << message;
  }
}

}  // namespace
}  // namespace tetrascope::cloudwatch_logs
