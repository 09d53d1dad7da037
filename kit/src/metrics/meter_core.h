#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/deadline.h"
#include "core/ending.h"
#include "core/fork_lock.h"
#include "metrics/exponential_buckets.h"
#include "tetrascope/kit/metrics.h"

namespace tetrascope::kit {

class OtlpSender;

enum class InstrumentKind { kCounter, kUpDownCounter, kGauge, kHistogram, kExponential };

/// One set of attributes of one instrument.
struct Series {
  std::uint64_t start = 0;  // Unix nanoseconds
  double value = 0;         // of counters and gauges
  std::uint64_t count = 0;
  double sum = 0, least = 0, most = 0;
  std::vector<std::uint64_t> buckets;
  int scale = 20;
  std::uint64_t zeros = 0;
  ExponentialBuckets positive, negative;
};

struct InstrumentData {
  InstrumentKind kind;
  std::string name, unit, description;
  std::vector<double> bounds;
  std::map<std::string, Series, std::less<>> series;  // by their attributes as OTLP has them
};

/// What instruments and the exporting thread share.
class MeterCore {
 public:
  MeterCore(std::string name, MetricsOptions options);
  MeterCore(const MeterCore&) = delete;
  MeterCore& operator=(const MeterCore&) = delete;

  std::size_t add_instrument(InstrumentData instrument);
  void observe(std::size_t instrument, std::function<double()> read);
  void record(std::size_t instrument, double value, const Attributes& attributes);
  bool flush(long timeout_ms);
  void stop();
  MetricsStats stats() const;
  /// An ExportMetricsServiceRequest of all there is; `points`: how many data points it holds.
  std::string encode(std::uint64_t now, std::uint64_t& points) const;

 private:
  // What a child cannot take over.
  struct Worker {
    std::condition_variable changed;
    Deadline deadline;
    std::thread thread;
  };
  /// Begins the thread if there is none. The mutex is held.
  void begin();
  /// In a forked child: it counts from zero, since the parent sends what was counted before, and its first value or
  /// flush begins a thread. The mutex is held.
  void begin_anew();
  void hurry();
  void observe_now(std::size_t instrument, const std::function<double()>& read);
  ExportCounts export_all(OtlpSender& sender, Deadline& deadline) const;
  void run(Worker& worker);

  const std::string name_;
  const MetricsOptions options_;
  const std::string resource_;
  mutable std::mutex mutex_;
  std::vector<InstrumentData> instruments_;
  std::vector<std::pair<std::size_t, std::function<double()>>> observed_;
  MetricsStats stats_;
  std::uint64_t flush_asked_ = 0;
  std::uint64_t flush_done_ = 0;
  bool stopping_ = false;
  std::unique_ptr<Worker> worker_ = std::make_unique<Worker>();
  ForkLock fork_lock_{mutex_, [this] { begin_anew(); }};
  Ending ending_{[this] { hurry(); }};
};

}  // namespace tetrascope::kit
