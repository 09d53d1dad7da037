#include "storage/test_store.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/chdb/chdb.h"
#include "storage/cluster/cluster.h"

namespace tetrascope {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

std::string_view asked_engine() {
  const char* asked = std::getenv("TETRASCOPE_TEST_ENGINE");
  return asked == nullptr ? "" : asked;
}

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "test store: %s\n", error.message.c_str());
  std::exit(1);
}

}  // namespace

TestEngine chosen_test_engine() {
  if (asked_engine() == "server") return TestEngine::kServer;
  if (asked_engine() == "chdb") return TestEngine::kChdb;
  return kSanitized ? TestEngine::kServer : TestEngine::kChdb;
}

std::vector<TestEngine> possible_test_engines() {
  if (!asked_engine().empty() || kSanitized) return {chosen_test_engine()};
  return {TestEngine::kChdb, TestEngine::kServer};
}

std::string name_of(TestEngine engine) { return engine == TestEngine::kChdb ? "chdb" : "server"; }

std::filesystem::path make_temporary_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "tetrascope-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up({ErrorCode::kInternal, "cannot create " + name});
  return name;
}

TestStore::TestStore(TestEngine engine) : engine_(engine), data_dir_(make_temporary_directory()), temporary_(true) {
  open();
}

TestStore::TestStore(TestEngine engine, std::filesystem::path data_dir)
    : engine_(engine), data_dir_(std::move(data_dir)), temporary_(false) {
  open();
}

TestStore::~TestStore() {
  close();
  std::error_code ignored;
  if (temporary_) std::filesystem::remove_all(data_dir_, ignored);
}

void TestStore::open() {
  Result<std::unique_ptr<Storage>> opened;
  if (engine_ == TestEngine::kChdb) {
    ChdbOptions options;
    options.data_dir = data_dir_;
    opened = open_chdb(options);
  } else {
    node_.start(data_dir_ / "store");
    ClusterOptions options;
    options.url = node_.url();
    opened = open_cluster(options);
  }
  if (!opened) give_up(opened.error());
  storage_ = std::move(*opened);
}

void TestStore::close() {
  storage_.reset();
  node_.stop();
}

void TestStore::reopen() {
  close();
  open();
}

}  // namespace tetrascope
