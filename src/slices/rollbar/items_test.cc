#include "slices/rollbar/items.h"

#include <gtest/gtest.h>

#include "slices/rollbar/item_json.h"
#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/recent_uuids.h"

namespace tetrascope::rollbar {
namespace {

TEST(Versions, DecideWhetherAResolvedItemComesBack) {
  struct Case {
    std::string_view resolved, seen;
    std::vector<std::string> before;
    bool back;
  };
  for (const Case& c : {
           Case{"", "1.0", {}, true},
           {"1.0", "", {}, true},
           {"1.2.0", "1.2.0", {}, true},
           {"1.2.0", "1.10.0", {}, true},
           {"1.2.0", "1.1.9", {}, false},
           {"v2", "1.9.9", {}, false},
           {"41", "42", {}, true},
           {"42", "41", {}, false},
           {"1.2.3.4", "1.2.3.1", {}, true},
           {"abc123f", "abc123f", {"abc123f"}, true},
           {"abc123f", "old0000", {"old0000", "abc123f"}, false},
           {"abc123f", "new1111", {"old0000", "abc123f"}, true},
       }) {
    EXPECT_EQ(passes_version(c.resolved, c.seen, c.before), c.back) << c.resolved << " " << c.seen;
  }
}

TEST(Items, AreStoredWhole) {
  Item item;
  item.id = 5;
  item.project = 2;
  item.counter = 3;
  item.environment = "production";
  item.hash = "h";
  item.title = "T \xC3\xA9";
  item.level = "error";
  item.status = "resolved";
  item.activation = 4;
  item.created = UnixNanos{1'700'000'000'000'000'001};
  item.resolved_in_version = "1.2";
  item.versions_before = {"1.0", "1.1"};
  item.level_lock = true;
  item.assigned_user = 9;
  const auto json = value_from_json(stored_json(item));
  ASSERT_TRUE(json);
  EXPECT_EQ(stored_json(stored_item(*json)), stored_json(item));
  EXPECT_EQ(stored_item(*json).versions_before, item.versions_before);
  EXPECT_EQ(stored_item(*json).created, item.created);
}

TEST(Frameworks, AreKnownByHowTheyBegin) {
  struct Case {
    std::string_view framework, language, name;
    std::int64_t number;
  };
  for (const Case& c : {Case{"flask", "python 3.11.7", "flask", 16},
                        {"Rails: 3.2.21", "ruby", "rails", 1},
                        {"fastapi 0.110", "python", "fastapi", 30},
                        {"", "python 3.11.7", "python", 13},
                        {"node-js", "javascript", "node-js", 4},
                        {"browser-js", "javascript", "browser-js", 7},
                        {"Plain", "ruby", "ruby", 14},
                        {"", "", "unknown", 0}}) {
    EXPECT_EQ(framework_name(c.framework, c.language), c.name);
    EXPECT_EQ(framework_number(c.name), c.number);
  }
  EXPECT_EQ(level_number("critical"), 50);
  EXPECT_EQ(level_number("debug"), 10);
  EXPECT_EQ(level_number("loud"), 0);
}

TEST(RemoteAddress, StandsForTheCaller) {
  EXPECT_EQ(resolved_ip("$remote_ip", "192.0.2.7:5123"), "192.0.2.7");
  EXPECT_EQ(resolved_ip("$remote_ip", "[2001:db8::1]:80"), "2001:db8::1");
  EXPECT_EQ(resolved_ip("$remote_ip_anonymize", "192.0.2.7:5123"), "192.0.2.0");
  EXPECT_EQ(resolved_ip("$remote_ip_anonymize", "[2001:db8:1:2::1]:80"), "2001:db8:1:0000:0000:0000:0000:0000");
  EXPECT_EQ(resolved_ip("203.0.113.9", "192.0.2.7:5123"), "203.0.113.9");
}

TEST(RecentUuids, OneOccurrenceIsStoredOnce) {
  RecentUuids uuids;
  int answered = 0;
  const auto waiter = [&] {
    return RecentUuids::Waiter([&](const Result<void>& stored) { answered += stored ? 1 : 100; });
  };
  auto first = waiter();
  EXPECT_EQ(uuids.begin("1/a", first), RecentUuids::Seen::kNew);
  auto second = waiter();
  EXPECT_EQ(uuids.begin("1/a", second), RecentUuids::Seen::kWaiting);
  EXPECT_EQ(answered, 0);
  uuids.finish("1/a", {});
  EXPECT_EQ(answered, 1) << "who waited is told, who stores it knows";
  EXPECT_EQ(uuids.begin("1/a", first), RecentUuids::Seen::kStored);

  EXPECT_EQ(uuids.begin("1/b", first), RecentUuids::Seen::kNew);
  auto third = waiter();
  EXPECT_EQ(uuids.begin("1/b", third), RecentUuids::Seen::kWaiting);
  uuids.finish("1/b", fail(ErrorCode::kUnavailable, "full"));
  EXPECT_EQ(answered, 101);
  EXPECT_EQ(uuids.begin("1/b", first), RecentUuids::Seen::kNew) << "it was never stored";
  uuids.remember("1/c");
  EXPECT_EQ(uuids.begin("1/c", first), RecentUuids::Seen::kStored);
}

}  // namespace
}  // namespace tetrascope::rollbar
