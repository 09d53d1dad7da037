#include "slices/rollbar/grouping.h"

#include <gtest/gtest.h>

namespace tetrascope::rollbar {
namespace {

TEST(Grouping, MessagesLoseWhatLooksLikeData) {
  struct Case {
    std::string_view message, normalised;
  };
  for (const Case& c : {
           Case{"no user with handle worf", "no user with handle worf"},
           {"user 42 of 7", "user * of 7"},
           {"mail to worf@example.com failed", "mail to * failed"},
           {"from 10.1.2.3 at 2026-11-22T18:00:01Z", "from * at *"},
           {"took 1.5 s", "took * s"},
           {"commit deadbeef12 in feed", "commit * in feed"},
           {"id 3328e03b-598c-49f2-c25d-418aa65e27eb", "id *"},
           {"Request failed with status code 404", "Request failed with status code 404"},
           {"HTTP 503 after 1200 ms", "HTTP 503 after * ms"},
           {"0xdeadbeef is no pointer", "* is no pointer"},
           {"", ""},
       }) {
    EXPECT_EQ(normalised_message(c.message), c.normalised) << c.message;
  }
}

TEST(Grouping, PathsLoseRootHostHashesAndDates) {
  struct Case {
    std::string_view path, root, normalised;
  };
  for (const Case& c : {
           Case{"/srv/app/services/a.py", "/srv/app", "<root>/services/a.py"},
           {"/srv/app/services/a.py", "/srv/app/", "<root>/services/a.py"},
           {"/srv/application/a.py", "/srv/app", "/srv/application/a.py"},
           {"https://cdn.example.com/js/main.js?v=3#x", "", "/js/main.js"},
           {"/releases/20261122180001/a.rb", "", "/releases//a.rb"},
           {"/app/main.d504f0ad1.chunk.js", "", "/app/main..chunk.js"},
           {"C:\\app\\a.cs", "", "C:/app/a.cs"},
           {"lib/python3.11/a.py", "", "lib/python3.11/a.py"},
           {"/logs/2026-11-22/a.py", "", "/logs//a.py"},
           {"/deadbeef/a1.js", "", "//a1.js"},
           {"/deadbeef/a.js", "", "/deadbeef/a.js"},
           {"/v1234567/abcde12.js", "", "/v1234567/.js"},
           {"/app/123/456.py", "", "/app/123/456.py"},
       }) {
    EXPECT_EQ(normalised_path(c.path, c.root), c.normalised) << c.path;
  }
  EXPECT_EQ(normalised_method("block_123_in_5"), "block__in_5");
}

TEST(Grouping, ExceptionsGroupByFramesAndClass) {
  const ExceptionPart first{"UserNotFound", "no user worf", {{"/srv/a.py", "f"}, {"/srv/b.py", "g"}}};
  const auto fingerprint = [](ExceptionPart part) { return fingerprint_of_exception({std::move(part)}, "/srv"); };
  const std::string expected = fingerprint(first);
  EXPECT_EQ(expected.size(), 40U);

  ExceptionPart other_message = first;
  other_message.message = "no user picard";
  EXPECT_EQ(fingerprint(other_message), expected);
  ExceptionPart deeper = first;  // the same frame again: recursion
  deeper.frames.insert(deeper.frames.begin(), deeper.frames.front());
  EXPECT_EQ(fingerprint(deeper), expected);
  ExceptionPart with_runtime = first;
  with_runtime.frames.insert(with_runtime.frames.begin(), Frame{"node:internal/modules/run_main", "run"});
  EXPECT_EQ(fingerprint(with_runtime), expected);
  EXPECT_EQ(
      fingerprint_of_exception({ExceptionPart{"UserNotFound", "", {{"/opt/a.py", "f"}, {"/opt/b.py", "g"}}}}, "/opt"),
      expected)
      << "the root counts the same wherever it lies";

  ExceptionPart other_class = first;
  other_class.type = "KeyError";
  EXPECT_NE(fingerprint(other_class), expected);
  ExceptionPart other_method = first;
  other_method.frames[1].method = "h";
  EXPECT_NE(fingerprint(other_method), expected);
  EXPECT_NE(fingerprint_of_exception({first, other_class}, "/srv"), expected);
}

TEST(Grouping, WithoutFramesTheMessageCounts) {
  const auto fingerprint = [](std::string_view message) {
    return fingerprint_of_exception({ExceptionPart{"Error", message, {}}}, "");
  };
  EXPECT_EQ(fingerprint("lost 12 of 20"), fingerprint("lost 99 of 31"));
  EXPECT_NE(fingerprint("lost"), fingerprint("found"));
  EXPECT_NE(fingerprint_of_message("lost"), fingerprint("lost"));
}

TEST(Grouping, ClientsFingerprintsStayUnlessTheyAreLong) {
  EXPECT_EQ(fingerprint_of_client("mine"), "mine");
  EXPECT_EQ(fingerprint_of_client(std::string(40, 'x')), std::string(40, 'x'));
  EXPECT_EQ(fingerprint_of_client(std::string(41, 'x')), sha1_hex(std::string(41, 'x')));
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace tetrascope::rollbar
