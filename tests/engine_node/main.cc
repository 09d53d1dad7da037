// tetrascope-engine-node --path=DIR [--http-port=PORT]
//
// For tests: a ClickHouse server out of libchdb, over HTTP on 127.0.0.1. Says `ready 127.0.0.1:PORT` on standard output
// when it answers, and ends when its standard input does, its parent dies, or on SIGTERM.

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/chdb/library.h"

namespace {

/// Binds no more than it needs to learn a free port: the engine cannot say which one port 0 became.
std::uint16_t free_port() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  std::uint16_t port = 0;
  if (bind(file, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(file);
  return port;
}

bool answers(std::uint16_t port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool connected = connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(file);
  return connected;
}

/// Everything that the engine writes durably is so when it answers, hence nothing needs to be closed in order.
[[noreturn]] void end_at_once(int /*signal*/) { _exit(0); }

void say_ready(std::uint16_t port) {
  while (!answers(port)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::printf("ready 127.0.0.1:%u\n", port);
  std::fflush(stdout);
}

void end_with_input() {
  char ignored = 0;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  end_at_once(0);
}

constexpr std::string_view kConfig = R"(<clickhouse>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <memory_worker_use_cgroup>0</memory_worker_use_cgroup>
  <max_server_memory_usage>2000000000</max_server_memory_usage>
  <merge_tree>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
)";

void* load_library() {
  for (const std::filesystem::path& place : tetrascope::chdb_library_places()) {
    if (void* handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL); handle != nullptr) return handle;
  }
  std::fprintf(stderr, "engine node: %s\n", dlerror());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  std::uint16_t port = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--path=")) path = word.substr(7);
    if (word.starts_with("--http-port=")) port = static_cast<std::uint16_t>(std::atoi(argv[i] + 12));
  }
  if (path.empty()) {
    std::fprintf(stderr, "usage: %s --path=DIR [--http-port=PORT]\n", argv[0]);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::filesystem::create_directories(path);
  path = std::filesystem::absolute(path).string();
  const std::string config = path + "/node.xml";
  std::ofstream(config) << kConfig;
  if (port == 0) port = free_port();

  void* library = load_library();
  reinterpret_cast<void (*)(int)>(dlsym(library, "chdb_set_signal_handlers_enabled"))(0);
  const auto run = reinterpret_cast<void* (*)(int, char**)>(dlsym(library, "chdb_query_cmdline"));
  const auto error_of = reinterpret_cast<const char* (*)(void*)>(dlsym(library, "chdb_result_error"));
  if (run == nullptr || error_of == nullptr) return 1;
  std::signal(SIGTERM, end_at_once);
  std::signal(SIGPIPE, SIG_IGN);
  std::thread(say_ready, port).detach();
  std::thread(end_with_input).detach();

  // The server serves as long as this query runs, which is a day.
  std::vector<std::string> words = {
      "engine-node",
      "--path=" + path,
      "--config-file=" + config,
      "--listen_host=127.0.0.1",
      "--http_port=" + std::to_string(port),
      "--query",
      "SYSTEM START LISTEN HTTP; SELECT sleepEachRow(3) FROM numbers(28800) FORMAT Null SETTINGS "
      "function_sleep_max_microseconds_per_block=0, max_block_size=1"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  void* result = run(static_cast<int>(arguments.size()), arguments.data());
  const char* error = error_of(result);
  std::fprintf(stderr, "engine node: %s\n", error == nullptr ? "ended" : error);
  _exit(1);
}
