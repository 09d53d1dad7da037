// The small parts of the slice; tests/page asks all of it over an engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "slices/page/answers.h"
#include "slices/ui/page_files.h"
#include "slices/ui/status.h"
#include "slices/ui/trace_search.h"

namespace tetrascope::ui {
namespace {

constexpr std::int64_t kMinute = 60 * kNanosPerSecond;

TEST(Windows, WidenEightfoldAndStopAtTheRange) {
  const plan::TimeRange range{{0}, {1000 * kMinute}};
  Windows windows(range, range.to);
  std::vector<std::int64_t> begins;
  for (; !windows.done(); windows.widen()) begins.push_back(windows.current().from.value / kMinute);
  EXPECT_THAT(begins, testing::ElementsAre(985, 865, 0));
}

TEST(Windows, CoverTheLongestRangeWithoutOverflow) {
  const plan::TimeRange range{{std::numeric_limits<std::int64_t>::min()}, {std::numeric_limits<std::int64_t>::max()}};
  Windows windows(range, range.to);
  UnixNanos end = range.to;
  int rounds = 0;
  for (; !windows.done(); windows.widen()) {
    EXPECT_EQ(windows.current().to, end);
    EXPECT_LT(windows.current().from, end);
    end = windows.current().from;
    ASSERT_LT(++rounds, 40);
  }
  EXPECT_EQ(end, range.from);
}

TEST(Windows, GoOnBeforeAPlaceInTheCurrentOne) {
  Windows windows({{0}, {1000 * kMinute}}, {500 * kMinute});
  windows.shorten({495 * kMinute});
  EXPECT_EQ(windows.current().to.value, 495 * kMinute);
  EXPECT_EQ(windows.current().from.value, 480 * kMinute);
  EXPECT_FALSE(windows.last());
}

TEST(Rejected, BytesAreShownWithoutDoingAnything) {
  EXPECT_EQ(escape_bytes(std::string_view("ok \\ \n\x00\xff<script>", 16)), "ok \\\\ \\x0a\\x00\\xff<script>");
  const std::string json = rejected_json({{.protocol = "otlp/http",
                                           .reason = "r\"",
                                           .detail = {},
                                           .remedy = {},
                                           .client = {},
                                           .example = "\x80",
                                           .requests = 18'446'744'073'709'551'615U,
                                           .records = 0,
                                           .first = {1},
                                           .last = {2}}},
                                         {7});
  EXPECT_THAT(json, testing::HasSubstr(R"("since":"7")"));
  EXPECT_THAT(json, testing::HasSubstr(R"("requests":"18446744073709551615")"));
  EXPECT_THAT(json, testing::HasSubstr(R"("example":"\\x80")"));
}

TEST(PageFile, IsSentAsTheBrowserWantsIt) {
  const PageFile file{"/assets/a.js", "\"e1\"", "plain", "packed"};
  struct Case {
    const char* accept;
    const char* known;
    int status;
    const char* body;
  };
  for (const Case& c : {Case{"", "", 200, "plain"},
                        {"gzip", "", 200, "packed"},
                        {"br, gzip;q=0.5", "", 200, "packed"},
                        {"gzip;q=0", "", 200, "plain"},
                        {"br", "\"e2\"", 200, "plain"},
                        {"gzip", "\"e1\"", 304, ""},
                        {"", "W/\"e0\", \"e1\"", 304, ""}}) {
    Request request;
    request.headers.add("Accept-Encoding", c.accept);
    request.headers.add("If-None-Match", c.known);
    const Response response = send_page_file(file, request);
    EXPECT_EQ(response.status, c.status) << c.accept << " " << c.known;
    EXPECT_EQ(response.body, c.body) << c.accept << " " << c.known;
    EXPECT_EQ(response.headers.get("ETag"), "\"e1\"");
    EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
  }
}

TEST(PageFile, TheProgramHasTheWholePage) {
  const PageFile* document = find_page_file(page_files(), "/index.html");
  ASSERT_NE(document, nullptr);
  EXPECT_TRUE(document->body.ends_with("</html>\n"));
  for (std::size_t at = document->body.find("/assets/"); at != std::string_view::npos;
       at = document->body.find("/assets/", at + 1)) {
    const std::string_view name = document->body.substr(at, document->body.find('"', at) - at);
    const PageFile* asset = find_page_file(page_files(), name);
    ASSERT_NE(asset, nullptr) << name;
    EXPECT_FALSE(asset->body.empty());
    EXPECT_EQ(asset->gzip.substr(0, 2), "\x1f\x8b");
  }
  EXPECT_EQ(find_page_file(page_files(), "/../CMakeLists.txt"), nullptr);
}

TEST(Errors, AnInternalOneSaysNothingOfTheInside) {
  const Response response = error_answer(Request{}, {ErrorCode::kInternal, "SELECT secret FROM spans"});
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(testing::HasSubstr("SELECT")));
}

}  // namespace
}  // namespace tetrascope::ui
