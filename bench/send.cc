// send: replays a file of bodies to a server and counts what it acknowledged.
//
//   send --to 127.0.0.1:4318 --rounds 10 build/bench-data/traces.bodies
// prints one line of JSON. The rounds end now; each has ids of its own. Any OTLP/HTTP server will do:
//   send --to 127.0.0.1:10428 --path /insert/opentelemetry/v1/traces …

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "replay/replay.h"

namespace tetrascope::bench {
namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

nlohmann::ordered_json report(const BodyFile& file, const ReplayOptions& options, Tally& tally) {
  std::ranges::sort(tally.milliseconds);
  const auto percentile = [&](double share) {
    return tally.milliseconds[static_cast<std::size_t>(share * static_cast<double>(tally.milliseconds.size() - 1))];
  };
  nlohmann::ordered_json figures{
      {"records", file.head().records},
      {"acknowledged", tally.acknowledged},
      {"rejected", tally.rejected},
      {"failed", tally.failed},
      {"refused", tally.refused},
      {"requests", tally.requests},
      {"bytes", tally.bytes},
      {"seconds", tally.seconds},
      {"per_second", static_cast<double>(tally.acknowledged) / tally.seconds},
      {"p50_ms", percentile(0.5)},
      {"p99_ms", percentile(0.99)},
      {"max_ms", tally.milliseconds.back()},
      {"begin", options.begin},
      {"end", options.begin + static_cast<std::int64_t>(options.rounds) * file.head().seconds},
      {"sender_cpu_seconds", cpu_seconds()},
      {"samples", tally.samples},
  };
  if (!tally.first_failure.empty()) figures["first_failure"] = tally.first_failure;
  return figures;
}

int run(const std::string& path, ReplayOptions options) {
  const auto complain = [](const Error& error) {
    fmt::print(stderr, "send: {}\n", error.message);
    return 2;
  };
  auto file = BodyFile::read(path);
  if (!file) return complain(file.error());
  if (options.begin == 0)
    options.begin = std::time(nullptr) - static_cast<std::int64_t>(options.rounds) * file->head().seconds;
  auto tally = replay(*file, options);
  if (!tally) return complain(tally.error());
  const auto text = report(*file, options, *tally).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  fmt::print("{}\n", text);
  return tally->failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tetrascope::bench

int main(int argc, char** argv) {
  tetrascope::bench::ReplayOptions options;
  std::string file;
  CLI::App app("Replays a file of bodies to a server and counts what it acknowledged", "send");
  app.add_option("file", file, "what generate wrote")->required()->check(CLI::ExistingFile);
  app.add_option("--to", options.to, "HOST:PORT")->required();
  app.add_option("--path", options.path, "another path than the file's");
  app.add_option("--header", options.headers, "`Name: value`, beside the file's; may be given again");
  app.add_option("--connections", options.connections)->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--rounds", options.rounds, "how often the whole file is sent")->capture_default_str();
  app.add_option("--first-round", options.first_round, "number of the first: another number, other ids");
  app.add_option("--begin", options.begin, "Unix second of the first round; otherwise the last one ends now");
  app.add_option("--rate", options.per_second, "records a second; 0: as fast as they are taken");
  app.add_flag("--gzip", options.gzip, "compressed, before the clock starts; all rounds are kept in memory");
  app.add_option("--patience", options.patience_seconds, "seconds for which a refused request is sent again")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return tetrascope::bench::run(file, std::move(options));
  } catch (const std::exception& error) {
    fmt::print(stderr, "send: {}\n", error.what());
    return 2;
  }
}
