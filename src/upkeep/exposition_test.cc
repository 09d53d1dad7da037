#include "upkeep/exposition.h"

#include <gtest/gtest.h>

namespace tetrascope::upkeep {
namespace {

TEST(Exposition, SamplesFollowTheirFamily) {
  Exposition out;
  out.family("a_total", Exposition::Kind::kCounter, "What it is.");
  out.sample({{"x", "1"}, {"y", "2"}}, std::uint64_t{7});
  out.single("b_seconds", Exposition::Kind::kGauge, "How long.", 0.25);
  EXPECT_EQ(std::move(out).take(),
            "# HELP a_total What it is.\n# TYPE a_total counter\na_total{x=\"1\",y=\"2\"} 7\n"
            "# HELP b_seconds How long.\n# TYPE b_seconds gauge\nb_seconds 0.25\n");
}

TEST(Exposition, WhatClientsSendCannotBreakOutOfALabel) {
  Exposition out;
  out.family("a", Exposition::Kind::kGauge, "A.");
  out.sample({{"x", "a\"b\\c\nd"}}, std::uint64_t{1});
  out.sample({{"x", "\xff"}}, std::uint64_t{1});
  EXPECT_EQ(std::move(out).take(), "# HELP a A.\n# TYPE a gauge\na{x=\"a\\\"b\\\\c\\nd\"} 1\na{x=\"not UTF-8\"} 1\n");
}

TEST(Exposition, AHistogramsStepsAddUp) {
  Histogram histogram;
  histogram.observe(0.0001);
  histogram.observe(0.0005);
  histogram.observe(0.02);
  histogram.observe(1'000);
  Exposition out;
  out.family("h", Exposition::Kind::kHistogram, "H.");
  out.histogram({{"l", "v"}}, histogram.read());
  const std::string text = std::move(out).take();
  for (const char* line : {"h_bucket{l=\"v\",le=\"0.0005\"} 2\n", "h_bucket{l=\"v\",le=\"0.01\"} 2\n",
                           "h_bucket{l=\"v\",le=\"0.025\"} 3\n", "h_bucket{l=\"v\",le=\"30\"} 3\n",
                           "h_bucket{l=\"v\",le=\"+Inf\"} 4\n", "h_sum{l=\"v\"} 1000.0206\n", "h_count{l=\"v\"} 4\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

}  // namespace
}  // namespace tetrascope::upkeep
