#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "core/text.h"
#include "metrics/meter_core.h"

namespace tetrascope::kit {
namespace {

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Entries of a folder, without `.` and `..`.
double entries(const char* folder) {
  DIR* open = opendir(folder);
  if (open == nullptr) return 0;
  double count = -2;
  while (readdir(open) != nullptr) ++count;
  closedir(open);
  return count;
}

}  // namespace

MetricsOptions MetricsOptions::from_environment() {
  MetricsOptions options;
  options.export_every_ms = std::max(1L, environment_number("OTEL_METRIC_EXPORT_INTERVAL", options.export_every_ms));
  return options;
}

Meter::Meter(std::string name, MetricsOptions options) {
  const bool process = options.process_metrics;
  core_ = std::make_shared<MeterCore>(std::move(name), std::move(options));
  if (!process) return;
  const std::size_t time = core_->add_instrument({InstrumentKind::kCounter, "process.cpu.time", "s", "", {}, {}});
  core_->observe(time, [before = 0.0]() mutable {
    const double now = processor_seconds();
    return now - std::exchange(before, now);
  });
  observe("process.memory.usage", resident_bytes, "By");
  observe("process.thread.count", [] { return entries("/proc/self/task"); }, "{thread}");
  observe("process.unix.file_descriptor.count", [] { return entries("/proc/self/fd"); }, "{file_descriptor}");
}

Meter::~Meter() { core_->stop(); }

template <typename Made>
Made Meter::make(InstrumentKind kind, std::string_view name, std::string_view unit, std::string_view description,
                 std::vector<double> bounds) {
  Made made;
  made.core_ = core_;
  made.number_ = core_->add_instrument(
      {kind, std::string(name), std::string(unit), std::string(description), std::move(bounds), {}});
  return made;
}

Counter Meter::counter(std::string_view name, std::string_view unit, std::string_view description) {
  return make<Counter>(InstrumentKind::kCounter, name, unit, description);
}

UpDownCounter Meter::up_down_counter(std::string_view name, std::string_view unit, std::string_view description) {
  return make<UpDownCounter>(InstrumentKind::kUpDownCounter, name, unit, description);
}

Gauge Meter::gauge(std::string_view name, std::string_view unit, std::string_view description) {
  return make<Gauge>(InstrumentKind::kGauge, name, unit, description);
}

Histogram Meter::histogram(std::string_view name, std::string_view unit, std::string_view description,
                           std::vector<double> bounds) {
  if (bounds.empty()) bounds = {0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000};
  return make<Histogram>(InstrumentKind::kHistogram, name, unit, description, std::move(bounds));
}

Histogram Meter::exponential_histogram(std::string_view name, std::string_view unit, std::string_view description) {
  return make<Histogram>(InstrumentKind::kExponential, name, unit, description);
}

void Meter::observe(std::string_view name, std::function<double()> read, std::string_view unit,
                    std::string_view description) {
  core_->observe(core_->add_instrument(
                     {InstrumentKind::kGauge, std::string(name), std::string(unit), std::string(description), {}, {}}),
                 std::move(read));
}

bool Meter::flush(long timeout_ms) { return core_->flush(timeout_ms); }
MetricsStats Meter::stats() const { return core_->stats(); }

void Instrument::record(double value, const Attributes& attributes) {
  if (core_) core_->record(number_, value, attributes);
}

}  // namespace tetrascope::kit
