// tetrascope: read this first. It builds the parts in the order in which data flows through them
// (listeners → decoders → batcher → storage), says that it is ready, waits to be told to stop, and stops them again.

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app.h"
#include "base/log.h"
#include "commands/commands.h"
#include "config.h"
#include "control/sqlite/sqlite_store.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "net/udp_listener.h"
#include "storage/chdb/chdb.h"
#include "storage/chdb/data_dir.h"
#include "storage/cluster/cluster.h"
#include "storage/journal/journaled_storage.h"
#include "storage/statement_log.h"
#include "upkeep/admin_access.h"

namespace tetrascope {
namespace {

/// How long requests in flight may take once the server was told to stop.
constexpr std::chrono::milliseconds kGrace{3'000};

/// Of --max-memory: what is set aside for the process itself and its library, then how the rest is divided. A
/// quarter of it is nobody's: for copies on the way (a commit's blocks beside its columns, a body's text beside its
/// bytes) and for what the allocator keeps. With a fifth, 200 connections that send what is too much brought it past
/// the bound.
struct MemoryPlan {
  explicit MemoryPlan(std::size_t total) {
    constexpr std::size_t kProcess = std::size_t{256} << 20;
    const std::size_t rest = total - kProcess;
    engine = rest / 40 * 23;
    pending = rest / 20 * 1;
    staged = rest / 20 * 1;
    bodies = rest / 40 * 3;
  }
  std::size_t engine = 0;   ///< inserts, merges, queries and caches of the engine
  std::size_t pending = 0;  ///< decoded rows that wait for their commit
  std::size_t staged = 0;   ///< rows that are in the journal and wait for the engine
  std::size_t bodies = 0;   ///< requests being read or waiting for a decoder
};

Result<std::unique_ptr<Storage>> open_engine(const Config& config, const MemoryPlan& memory) {
  if (!config.clickhouse.empty()) {
    RETURN_IF_ERROR(make_directory(config.data_dir));  // the small state is kept there all the same
    return open_cluster(config.clickhouse);
  }
  ChdbOptions options;
  options.data_dir = config.data_dir;
  options.memory_bytes = memory.engine;
  return open_chdb(options);
}

/// Rows go through from the top: is there room, how long does the journal take, the journal, how long does the engine.
Result<StorageParts> open_storage(const Config& config, const MemoryPlan& memory) {
  StorageParts parts;
  ASSIGN_OR_RETURN(auto engine, open_engine(config, memory));
  auto counted = metered(logged(std::move(engine)), *parts.engine_inserts);
  parts.engine = counted.get();
  JournalOptions options;
  options.directory = config.data_dir / "journal";
  options.staged_bytes = memory.staged;
  options.gather_bytes = std::min(options.gather_bytes, memory.staged / 2);
  ASSIGN_OR_RETURN(auto journal, open_journaled(std::move(counted), options));
  upkeep::look_at_disk(config.data_dir, *parts.disk);
  parts.storage = upkeep::guarded(metered(std::move(journal), *parts.journal_inserts), *parts.disk);
  return parts;
}

/// The two fronts of port 2000.
struct DaemonPlace {
  WorkerPool& decoders;
  std::unique_ptr<HttpServer> calls = {};
  std::unique_ptr<UdpListener> datagrams = {};
};

/// The X-Ray daemon's place: calls and datagrams on one number. A free one (port 0) is free of both.
Result<Endpoint> start_daemon_place(const Endpoint& where, const App& app, const HttpLimits& limits,
                                    DaemonPlace& place) {
  constexpr int kAttempts = 20;
  for (int attempt = 1;; ++attempt) {
    place.calls = std::make_unique<HttpServer>(app.router(), place.decoders, limits);
    place.datagrams = std::make_unique<UdpListener>(app.datagrams());
    ASSIGN_OR_RETURN(const Endpoint bound, place.calls->start(where));
    const auto received = place.datagrams->start(bound);
    if (received) return bound;
    place.calls->stop(std::chrono::milliseconds(0));
    if (where.port != 0 || attempt == kAttempts) return std::unexpected(received.error());
  }
}

/// Where commands on this machine find it: who listens everywhere listens here.
std::string reachable(Endpoint endpoint) {
  if (endpoint.host == "0.0.0.0") endpoint.host = "127.0.0.1";
  if (endpoint.host == "::") endpoint.host = "::1";
  return endpoint.text();
}

/// Signals are taken by sigwait() alone; every thread that is started from here on has them blocked.
sigset_t block_stop_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its writer, not the end
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// glibc would raise this by itself to 32 MiB, and what large requests needed would stay in the arenas of many threads.
/// With the default of 128 KiB a span costs a tenth more CPU.
constexpr int kOwnMappingBytes = 1 << 20;

/// Whoever answers on the wire goes before whoever decodes, stores and merges: else, when all of them have more to do
/// than the cores can, a health check waits its turn behind each of them. The threads that `work` starts, and those
/// that they start, keep its niceness.
template <typename Work>
auto at_lower_priority(const Work& work) {
  constexpr int kNicer = 5;  // a third of the share
  return std::async(std::launch::async,
                    [&work] {
                      const auto self = static_cast<id_t>(gettid());
                      setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self) + kNicer);
                      return work();
                    })
      .get();
}

Result<void> serve(const Config& config) {
  mallopt(M_MMAP_THRESHOLD, kOwnMappingBytes);
  RETURN_IF_ERROR(start_logging(config.log_level));
  const sigset_t stop_signals = block_stop_signals();
  const MemoryPlan memory(config.max_memory);

  ASSIGN_OR_RETURN(auto storage, at_lower_priority([&] { return open_storage(config, memory); }));
  ASSIGN_OR_RETURN(auto control, open_sqlite_store(config.data_dir / "control.sqlite"));
  AppOptions options;
  options.settings.require_keys = config.require_keys;
  options.settings.aws_account = config.aws_account;
  options.settings.rollbar_account_token = config.rollbar_account_token;
  options.settings.started = UnixNanos::now();
  options.settings.public_url = "http://" + config.http.text();
  options.settings.xray_retention = config.xray_retention;
  options.batcher.pending_bytes = memory.pending;
  options.data_dir = config.data_dir;
  options.upkeep = {config.keeping, upkeep::new_secret(), config.admin_remote};
  ASSIGN_OR_RETURN(auto app,
                   at_lower_priority([&] { return App::open(std::move(storage), std::move(control), options); }));

  HttpLimits limits;
  limits.bodies_bytes = memory.bodies / 4 * 3;
  limits.allowed_hosts = config.allowed_hosts;
  HttpServer http(app->router(), app->decoders(), limits);
  GrpcServer grpc(app->grpc_methods(), app->decoders(), kDefaultBodyLimit);
  ASSIGN_OR_RETURN(const Endpoint http_endpoint, http.start(config.http));
  ASSIGN_OR_RETURN(const Endpoint grpc_endpoint, grpc.start(config.grpc));
  DaemonPlace daemon{app->decoders()};
  HttpLimits daemon_limits = limits;
  daemon_limits.bodies_bytes = memory.bodies / 4;
  ASSIGN_OR_RETURN(const Endpoint daemon_endpoint, start_daemon_place(config.xray, *app, daemon_limits, daemon));
  RETURN_IF_ERROR(upkeep::write_server_file(config.data_dir, {reachable(http_endpoint), options.upkeep.secret}));
  fmt::print("tetrascope ready http={} grpc={} xray={}\n", http_endpoint.text(), grpc_endpoint.text(),
             daemon_endpoint.text());
  std::fflush(stdout);
  log_info("open http://{}/ ; data is kept in {}", http_endpoint.text(), config.data_dir.string());

  int signal = 0;
  sigwait(&stop_signals, &signal);
  log_info("stopping");
  upkeep::remove_server_file(config.data_dir);
  std::thread grpc_stop([&grpc] { grpc.stop(kGrace); });
  std::thread daemon_stop([&daemon] {
    daemon.datagrams->stop();
    daemon.calls->stop(kGrace);
  });
  http.stop(kGrace);
  grpc_stop.join();
  daemon_stop.join();
  app->stop();
  return {};
}

int run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const CommandLine command =
      parse_command_line(arguments, [](const char* name) -> const char* { return std::getenv(name); });
  if (command.action == CommandLine::Action::kPrint) {
    fmt::print("{}", command.text);
    return 0;
  }
  if (command.action == CommandLine::Action::kCommand) {
    return commands::run_command(arguments, command.data_dir,
                                 [](const char* name) -> const char* { return std::getenv(name); });
  }
  if (command.action == CommandLine::Action::kFail) {
    fmt::print(stderr, "tetrascope: {}\n", command.text);
    return 2;
  }
  if (const auto served = serve(command.config); !served) {
    fmt::print(stderr, "tetrascope: {}\n", served.error().message);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace tetrascope

int main(int argc, char** argv) { return tetrascope::run(argc, argv); }
