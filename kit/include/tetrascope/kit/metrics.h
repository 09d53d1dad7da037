#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tetrascope/kit/attribute.h"
#include "tetrascope/kit/exporter.h"
#include "tetrascope/kit/resource.h"

namespace tetrascope::kit {

class MeterCore;
enum class InstrumentKind;

/// What the four instruments are: a place in their meter, which they may outlive. Calls are safe from every thread;
/// a set of attributes is a series. One that no meter made does nothing.
class Instrument {
 protected:
  void record(double value, const Attributes& attributes);

 private:
  friend class Meter;
  std::shared_ptr<MeterCore> core_;
  std::size_t number_ = 0;
};

/// Sums that only grow.
class Counter : private Instrument {
 public:
  /// Negative and not-a-number values are passed over.
  void add(double value, const Attributes& attributes = {}) { record(value, attributes); }

 private:
  friend class Meter;
};

/// Sums that go up and down.
class UpDownCounter : private Instrument {
 public:
  void add(double value, const Attributes& attributes = {}) { record(value, attributes); }

 private:
  friend class Meter;
};

/// The newest value.
class Gauge : private Instrument {
 public:
  void set(double value, const Attributes& attributes = {}) { record(value, attributes); }

 private:
  friend class Meter;
};

/// How values are spread.
class Histogram : private Instrument {
 public:
  void record(double value, const Attributes& attributes = {}) { Instrument::record(value, attributes); }

 private:
  friend class Meter;
};

struct MetricsOptions {
  Resource resource = Resource::detect();
  OtlpHttpOptions otlp = OtlpHttpOptions::from_environment("metrics");
  long export_every_ms = 60'000;  // OTEL_METRIC_EXPORT_INTERVAL in `from_environment`
  /// Of one instrument; values of further ones, and of those whose attributes take more than 16 KiB, go to
  /// `otel.metric.overflow=true`.
  std::size_t most_series = 2'000;
  bool process_metrics = true;  // processor time, memory, threads, open files
  std::string version;          // of the meter, as its instrumentation scope has it

  static MetricsOptions from_environment();
};

struct MetricsStats {
  std::uint64_t exported = 0;  // data points
  std::uint64_t failed = 0;
};

/// Instruments, and the thread that sends what they hold: cumulative OTLP over HTTP.
class Meter {
 public:
  explicit Meter(std::string name, MetricsOptions options = MetricsOptions::from_environment());
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  /// Sends once more, for at most 5 s; what ends one after another has them together.
  ~Meter();

  Counter counter(std::string_view name, std::string_view unit = {}, std::string_view description = {});
  UpDownCounter up_down_counter(std::string_view name, std::string_view unit = {}, std::string_view description = {});
  Gauge gauge(std::string_view name, std::string_view unit = {}, std::string_view description = {});
  /// `bounds` ascending; empty: OpenTelemetry's for milliseconds.
  Histogram histogram(std::string_view name, std::string_view unit = {}, std::string_view description = {},
                      std::vector<double> bounds = {});
  /// Buckets that widen by themselves: at most 160 a side, their base halved in precision when values outgrow them.
  Histogram exponential_histogram(std::string_view name, std::string_view unit = {}, std::string_view description = {});
  /// `read` is called before each export, on the exporting thread. A value that is not finite, or an exception, is
  /// passed over.
  void observe(std::string_view name, std::function<double()> read, std::string_view unit = {},
               std::string_view description = {});

  bool flush(long timeout_ms = 5'000);
  MetricsStats stats() const;

 private:
  template <typename Made>
  Made make(InstrumentKind kind, std::string_view name, std::string_view unit, std::string_view description,
            std::vector<double> bounds = {});

  std::shared_ptr<MeterCore> core_;
};

}  // namespace tetrascope::kit
