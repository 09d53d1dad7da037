// What pyrollbar sent, beside what the kit sends for the same error.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "json_members.h"
#include "test_server.h"
#include "tetrascope/kit/rollbar.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using test::JsonMembers;
using test::members_of;
using test::only_in;
using test::unequal;
using Paths = std::set<std::string>;

json captured_record() {
  std::ifstream file(std::string(KIT_TESTS) + "/captures/pyrollbar_item.json");
  return json::parse(file);
}

class UserNotFound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

TEST(CapturedItem, AnErrorOfARequest) {
  const json record = captured_record();
  json python = json::parse(record["body"].get<std::string>());
  const json theirs = python["data"];
  test::TestServer server;
  RollbarOptions options;
  options.access_token = python["access_token"];
  options.environment = theirs["environment"];
  options.endpoint = server.url("/api/1/item/");
  options.root = theirs["server"]["root"];
  options.framework = theirs["framework"];
  Rollbar rollbar(options);
  {
    RollbarRequest request;
    request.url = theirs["request"]["url"];
    request.method = theirs["request"]["method"];
    request.user_ip = theirs["request"]["user_ip"];
    for (const auto& [name, value] : theirs["request"]["headers"].items()) request.headers[name] = value;
    const RollbarScope about(theirs["context"], request);
    EXPECT_THROW(rollbar.guard([] { throw UserNotFound("no user with handle worf"); }), UserNotFound);
  }
  ASSERT_TRUE(rollbar.flush());
  const auto all = server.received();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].method + " " + all[0].path + " HTTP/1.1", record["request_line"].get<std::string>());
  for (const auto& [name, value] : record["headers"].items())
    EXPECT_EQ(all[0].headers.at(name), value.get<std::string>()) << name;

  json kit = json::parse(all[0].body);
  // Both have the most recent call last; those of the C library, which come first, have no line.
  for (json* each : {&python, &kit}) {
    json& body = (*each)["data"]["body"];
    ASSERT_TRUE(body.contains("trace")) << body;
    json& frames = body["trace"]["frames"];
    ASSERT_GE(frames.size(), 2U);
    frames = json::array({frames.back()});
  }
  const JsonMembers a = members_of(python);
  const JsonMembers b = members_of(kit);
  // Source lines and arguments of the functions, the program's arguments, a framework's parsed form of the request.
  Paths only_python = {"data.body.trace.frames[].argspec[]",
                       "data.body.trace.frames[].code",
                       "data.body.trace.frames[].locals.handle",
                       "data.request.GET.id",
                       "data.request.POST",
                       "data.request.files_keys",
                       "data.server.argv[]"};
  // The program's own: who it is, when it ran, where it threw.
  Paths other = {"data.body.trace.exception.class",
                 "data.body.trace.frames[].filename",
                 "data.body.trace.frames[].lineno",
                 "data.body.trace.frames[].method",
                 "data.language",
                 "data.notifier.name",
                 "data.notifier.version",
                 "data.server.host",
                 "data.server.pid",
                 "data.timestamp",
                 "data.uuid"};
#ifndef TETRASCOPE_KIT_HAS_LIBDW
  const char* const line = "data.body.trace.frames[].lineno";
  only_python.insert(line);
  other.erase(line);
#endif
  EXPECT_EQ(only_in(a, b), only_python);
  EXPECT_EQ(only_in(b, a), Paths{"data.platform"});
  EXPECT_EQ(unequal(a, b), other);
  for (const auto& [path, value] : a) {
    const auto ours = b.find(path);
    if (ours == b.end()) continue;
    EXPECT_STREQ(ours->second.type_name(), value.type_name()) << path;
  }
  for (const char* whole : {"data.timestamp", "data.server.pid"}) {
    EXPECT_TRUE(a.at(whole).is_number_integer() && b.at(whole).is_number_integer()) << whole;
  }
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  EXPECT_TRUE(std::regex_match(a.at("data.uuid").get<std::string>(), uuid));
  EXPECT_TRUE(std::regex_match(b.at("data.uuid").get<std::string>(), uuid)) << b.at("data.uuid");
  // As the language names it.
  const std::string type = b.at("data.body.trace.exception.class");
  EXPECT_NE(type.find("UserNotFound"), std::string::npos);
}

}  // namespace
}  // namespace tetrascope::kit
