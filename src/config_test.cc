#include "config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace tetrascope {
namespace {

std::map<std::string, std::string, std::less<>>& variables() {
  static std::map<std::string, std::string, std::less<>> all;
  return all;
}

const char* variable(const char* name) {
  const auto found = variables().find(name);
  return found == variables().end() ? nullptr : found->second.c_str();
}

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() { variables() = {{"HOME", "/home/someone"}}; }

  static CommandLine parse(const std::vector<std::string>& arguments) {
    return parse_command_line(arguments, variable);
  }

  static std::string file_with(const std::string& text) {
    std::string path = ::testing::TempDir() + "tetrascope-config-test.toml";
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(ConfigTest, DefaultsAreTheVendorsPorts) {
  const auto line = parse({"serve"});
  ASSERT_EQ(line.action, CommandLine::Action::kServe) << line.text;
  EXPECT_EQ(line.config.http.text(), "127.0.0.1:4318");
  EXPECT_EQ(line.config.grpc.text(), "127.0.0.1:4317");
  EXPECT_EQ(line.config.xray.text(), "127.0.0.1:2000");
  EXPECT_EQ(line.config.data_dir, "/home/someone/.local/state/tetrascope");
  EXPECT_EQ(line.config.max_memory, std::size_t{3} << 29);
  variables()["XDG_STATE_HOME"] = "/state";
  EXPECT_EQ(parse({"serve"}).config.data_dir, "/state/tetrascope");
}

TEST_F(ConfigTest, FlagsOverVariablesOverFileOverDefaults) {
  const std::string file = file_with("http = \"127.0.0.1:1\"\ngrpc = \"127.0.0.1:1\"\nxray = \"127.0.0.1:1\"\n");
  variables()["TETRASCOPE_GRPC"] = "127.0.0.1:2";
  variables()["TETRASCOPE_XRAY"] = "127.0.0.1:2";
  const auto line = parse({"serve", "--config", file, "--xray", "127.0.0.1:3"});
  ASSERT_EQ(line.action, CommandLine::Action::kServe) << line.text;
  EXPECT_EQ(line.config.http.port, 1);
  EXPECT_EQ(line.config.grpc.port, 2);
  EXPECT_EQ(line.config.xray.port, 3);
}

TEST_F(ConfigTest, WhatIsWrongIsOneLineThatNamesIt) {
  const struct {
    std::vector<std::string> arguments;
    std::string names;
  } kCases[] = {
      {{"serve", "--http", "nonsense"}, "--http"},
      {{"serve", "--http", "127.0.0.1:70000"}, "--http"},
      {{"serve", "--max-memory", "lots"}, "--max-memory"},
      {{"serve", "--max-memory", "1MB"}, "512MiB"},
      {{"serve", "--no-such-flag"}, "--no-such-flag"},
      {{"serve", "--config", "/no/such/file.toml"}, "/no/such/file.toml"},
      {{"serve", "--config", file_with("htpp = \"127.0.0.1:1\"\n")}, "htpp"},
      {{"sreve"}, "sreve"},
      {{"serve", "--config", "/"}, "folder"},
      {{"serve", "--data-dir", ""}, "--data-dir"},
      {{}, "--help"},
  };
  for (const auto& test : kCases) {
    const auto line = parse(test.arguments);
    EXPECT_EQ(line.action, CommandLine::Action::kFail) << test.names;
    EXPECT_NE(line.text.find(test.names), std::string::npos) << line.text;
    EXPECT_EQ(line.text.find('\n'), std::string::npos) << line.text;
  }
}

TEST_F(ConfigTest, AWrongValueIsNamedAfterThePlaceItCameFrom) {
  const std::string file = file_with("http = \"nonsense\"\n");
  EXPECT_TRUE(parse({"serve", "--config", file}).text.starts_with(file + ": http: ")) << file;
  variables()["TETRASCOPE_HTTP"] = "also nonsense";
  EXPECT_TRUE(parse({"serve", "--config", file}).text.starts_with("TETRASCOPE_HTTP: "));
  EXPECT_TRUE(parse({"serve", "--config", file, "--http", "x"}).text.starts_with("--http: "));
  EXPECT_EQ(parse({"serve", "--http", "127.0.0.1:5"}).action, CommandLine::Action::kServe);
  variables()["TETRASCOPE_DATA_DIR"] = "";
  EXPECT_TRUE(parse({"serve", "--http", "127.0.0.1:5"}).text.starts_with("TETRASCOPE_DATA_DIR: is empty"));
}

TEST_F(ConfigTest, HelpTeachesEverySetting) {
  const auto line = parse({"serve", "--help"});
  ASSERT_EQ(line.action, CommandLine::Action::kPrint);
  for (const char* word :
       {"--data-dir", "--http", "--grpc", "--xray", "--config", "--max-memory", "TETRASCOPE_", "127.0.0.1:4318"}) {
    EXPECT_NE(line.text.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(parse({"version"}).text.substr(0, 11), "tetrascope ");
}

TEST_F(ConfigTest, NothingGoesUnlessItIsSaid) {
  const auto line = parse({"serve"});
  ASSERT_EQ(line.action, CommandLine::Action::kServe) << line.text;
  const upkeep::KeepingRules& keeping = line.config.keeping;
  EXPECT_FALSE(keeping.traces || keeping.logs || keeping.errors || keeping.metrics);
  EXPECT_EQ(line.config.xray_retention, std::chrono::hours(30 * 24));
  EXPECT_EQ(keeping.max_disk, 0U);
  EXPECT_FALSE(line.config.admin_remote);
}

TEST_F(ConfigTest, KeepingIsReadWhereverItIsSaid) {
  variables()["TETRASCOPE_RETENTION_LOGS"] = "2w";
  const auto line = parse({"serve", "--retention-traces", "36h", "--retention-xray", "keep", "--max-disk", "1GiB",
                           "--retention-datasets", "a b=3d, c=d=90m", "--tidy-every", "1h", "--admin-remote"});
  ASSERT_EQ(line.action, CommandLine::Action::kServe) << line.text;
  EXPECT_EQ(line.config.keeping.traces, std::chrono::hours(36));
  EXPECT_EQ(line.config.keeping.logs, std::chrono::hours(14 * 24));
  EXPECT_EQ(line.config.xray_retention, std::nullopt);
  EXPECT_EQ(line.config.keeping.max_disk, std::size_t{1} << 30);
  ASSERT_EQ(line.config.keeping.datasets.size(), 2U);
  EXPECT_EQ(line.config.keeping.datasets[0].name, "a b");
  EXPECT_EQ(line.config.keeping.datasets[1].name, "c=d");
  EXPECT_EQ(line.config.keeping.datasets[1].age, std::chrono::minutes(90));
  EXPECT_TRUE(line.config.admin_remote);
  const struct {
    std::vector<std::string> arguments;
    std::string names;
  } kWrong[] = {{{"serve", "--retention-traces", "30"}, "--retention-traces"},
                {{"serve", "--retention-traces", "0d"}, "--retention-traces"},
                {{"serve", "--retention-logs", "999999w"}, "--retention-logs"},
                {{"serve", "--retention-datasets", "a"}, "NAME=AGE"},
                {{"serve", "--retention-datasets", "a=keep"}, "NAME=AGE"},
                {{"serve", "--max-disk", "1MB"}, "64MiB"},
                {{"serve", "--tidy-every", "keep"}, "--tidy-every"}};
  for (const auto& test : kWrong) {
    const auto wrong = parse(test.arguments);
    EXPECT_EQ(wrong.action, CommandLine::Action::kFail) << test.names;
    EXPECT_NE(wrong.text.find(test.names), std::string::npos) << wrong.text;
  }
}

TEST_F(ConfigTest, ACommandGetsTheServersFolder) {
  const auto line = parse({"backup", "--nonsense"});
  EXPECT_EQ(line.action, CommandLine::Action::kCommand) << "its flags are its own";
  EXPECT_EQ(line.data_dir, "/home/someone/.local/state/tetrascope");
  variables()["TETRASCOPE_DATA_DIR"] = "/srv/t";
  EXPECT_EQ(parse({"doctor"}).data_dir, "/srv/t");
  EXPECT_NE(parse({"--help"}).text.find("doctor"), std::string::npos);
}

TEST(ParseSize, Units) {
  const struct {
    std::string_view text;
    std::size_t bytes;
  } kGood[] = {{"1073741824", 1073741824}, {"1.5GiB", 1610612736}, {"800 MB", 800'000'000}, {"64KiB", 65536}};
  for (const auto& test : kGood) {
    const auto size = parse_size(test.text);
    ASSERT_TRUE(size) << test.text;
    EXPECT_EQ(*size, test.bytes);
  }
  for (const std::string_view bad : {"", "GiB", "-1", "1.5 GiBs", "1e40", "nan"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

}  // namespace
}  // namespace tetrascope
