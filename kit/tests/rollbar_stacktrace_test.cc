// Where something was thrown: taken on the thread that caught it, read on others.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <exception>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "otlp_reader.h"
#include "rollbar/stack.h"
#include "test_server.h"
#include "tetrascope/kit/rollbar.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

[[gnu::noinline]] void throw_deep_inside(int n) {
  if (n == 0) throw std::out_of_range("no activity");
  throw_deep_inside(n - 1);
}

/// Of this thread, so that a busy machine does not count.
double milliseconds_used(const std::function<void()>& work) {
  const auto now = [] {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
  };
  const double begin = now();
  work();
  return now() - begin;
}

Stacktrace thrown(int depth) {
  try {
    throw_deep_inside(depth);
  } catch (const std::exception&) {
    return thrown_stacktrace();
  }
  return Stacktrace();
}

TEST(ThrownStacktrace, IsReadByTheExportersThread) {
  test::TestServer collector;
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = collector.url("/v1/traces");
  otlp.gzip = false;
  options.exporters.push_back(make_otlp_exporter(otlp));
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("app");
  double used = 0;
  {
    ActiveSpan span = tracer.start_active("work");
    try {
      throw_deep_inside(2);
    } catch (const std::exception& error) {
      used = milliseconds_used([&] { span->record_exception(error, thrown_stacktrace()); });
    }
  }
  EXPECT_LT(used, 5) << "nothing is read here";
  ASSERT_TRUE(provider.flush());
  ASSERT_EQ(collector.received().size(), 1U);
  const test::ReadRequest request = test::read_request(collector.received()[0].body);
  ASSERT_EQ(request.spans.size(), 1U);
  ASSERT_EQ(request.spans[0].events.size(), 1U);
  const auto& event = request.spans[0].events[0].second;
  EXPECT_EQ(event.at("exception.type"), "std::out_of_range");
  const std::string& stack = event.at("exception.stacktrace");
  EXPECT_EQ(stack.substr(0, 3), "at ");
  EXPECT_NE(stack.substr(0, stack.find('\n')).find("throw_deep_inside"), std::string::npos) << stack;
}

TEST(ThrownStacktrace, IsReadOnceForAll) {
  const Stacktrace stack = thrown(7);
  ASSERT_FALSE(stack.empty());
  std::string first;
  std::string second;
  milliseconds_used([&] { first = stack.text(); });
  EXPECT_LT(milliseconds_used([&] { second = stack.text(); }), 5) << "what was read is remembered";
  EXPECT_EQ(first, second);
  EXPECT_NE(first.find("throw_deep_inside"), std::string::npos);
}

#ifdef TETRASCOPE_KIT_HAS_LIBDW
std::atomic<int> deep{3};

constexpr int kInlinedLine = __LINE__ + 2;
[[gnu::always_inline]] inline void go_inside() {
  throw_deep_inside(deep);
  deep = 0;
}

constexpr int kCallingLine = __LINE__ + 2;
[[gnu::noinline]] void call_inlined() {
  go_inside();
  deep = 1;
}

// Whatever the compiler: clang leaves out an index that g++ writes.
TEST(ThrownStacktrace, FunctionsThatWereInlinedHaveFramesAndLines) {
  std::string text;
  try {
    call_inlined();
  } catch (const std::exception&) {
    text = thrown_stacktrace().text();
  }
  const std::string file = std::string(KIT_TESTS) + "/rollbar_stacktrace_test.cc:";
  const auto inlined = text.find("go_inside");
  ASSERT_NE(inlined, std::string::npos) << text;
  const auto next = text.find('\n', inlined) + 1;
  const std::string inlined_frame = text.substr(inlined, next - inlined);
  const std::string caller = text.substr(next, text.find('\n', next) - next);
  EXPECT_NE(inlined_frame.find(file + std::to_string(kInlinedLine) + ")"), std::string::npos) << text;
  EXPECT_NE(caller.find("call_inlined"), std::string::npos) << text;
  EXPECT_NE(caller.find(file + std::to_string(kCallingLine) + ")"), std::string::npos) << text;
}
#endif

TEST(ThrownStacktrace, SaysTheSameInEveryRun) {
  EXPECT_EQ(demangle("_ZN1a1bEv.cold"), "a::b()");
  EXPECT_EQ(demangle("_ZN1a1bEv.constprop.0"), "a::b()");
  // Of a library without names for what is inside of it: not where it happens to lie, but where in it.
  Dl_info library{};
  ASSERT_NE(dladdr(reinterpret_cast<const void*>(&std::terminate), &library), 0);
  const auto base = reinterpret_cast<std::uintptr_t>(library.dli_fbase);
  const std::vector<Frame> frames = resolve({base + 2});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].function, "0x1");
  EXPECT_EQ(frames[0].file, library.dli_fname);
}

TEST(ThrownStacktrace, IsReadLaterOnAThreadOfItsOwn) {
  std::promise<std::pair<std::thread::id, std::string>> told;
  const Stacktrace stack = thrown(1);
  EXPECT_LT(milliseconds_used([&] {
              stack.read_later([&](const std::string& text) { told.set_value({std::this_thread::get_id(), text}); });
            }),
            5);
  const auto [thread, text] = told.get_future().get();
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_NE(text.find("throw_deep_inside"), std::string::npos);
}

TEST(ThrownStacktrace, AReaderThatThrowsIsNotTheEnd) {
  const Stacktrace stack = thrown(1);
  std::promise<void> read;
  stack.read_later([](const std::string&) { throw std::runtime_error("of the program's own"); });
  stack.read_later([&](const std::string&) { read.set_value(); });
  read.get_future().get();
}

TEST(ThrownStacktrace, TooManyAreNotKept) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> read{0};
  std::atomic<int> empty{0};
  const Stacktrace stack = thrown(1);
  for (int i = 0; i < 150; ++i) {
    stack.read_later([&, gone](const std::string& text) {
      if (!text.empty()) gone.wait();
      ++(text.empty() ? empty : read);
    });
  }
  EXPECT_GE(empty, 50) << "those have their say at once";
  EXPECT_LE(empty, 51) << "one of before may be under way";
  go.set_value();
  while (read + empty < 150) std::this_thread::yield();
}

TEST(ThrownStacktrace, OfAnotherExceptionThereIsNone) {
  EXPECT_TRUE(thrown_stacktrace().empty()) << "nothing is being handled";
}

}  // namespace
}  // namespace tetrascope::kit
