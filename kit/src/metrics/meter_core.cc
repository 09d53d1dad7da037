#include "metrics/meter_core.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <protozero/pbf_writer.hpp>

#include "core/clock.h"
#include "core/say.h"
#include "tracing/otlp_encoding.h"
#include "tracing/otlp_sender.h"

namespace tetrascope::kit {
namespace {

constexpr int kCumulative = 2;
constexpr std::size_t kMostSeriesBytes = 16'384;

void measure(const InstrumentData& instrument, Series& series, double value) {
  if (series.count++ == 0) {
    series.least = series.most = value;
  } else {
    series.least = std::min(series.least, value);
    series.most = std::max(series.most, value);
  }
  series.sum += value;
  if (instrument.kind == InstrumentKind::kHistogram) {
    series.buckets.resize(instrument.bounds.size() + 1, 0);
    const auto bound = std::lower_bound(instrument.bounds.begin(), instrument.bounds.end(), value);
    ++series.buckets[static_cast<std::size_t>(bound - instrument.bounds.begin())];
    return;
  }
  if (value == 0) {
    ++series.zeros;
    return;
  }
  ExponentialBuckets& side = value > 0 ? series.positive : series.negative;
  const int shift = side.needed_shift(ExponentialBuckets::index_of(std::fabs(value), series.scale));
  series.positive.shrink(shift);
  series.negative.shrink(shift);
  series.scale -= shift;
  side.count(ExponentialBuckets::index_of(std::fabs(value), series.scale));
}

void add_number(protozero::pbf_writer& list, std::string& out, const std::string& attributes, const Series& series,
                std::uint64_t now, bool gauge) {
  protozero::pbf_writer point(list, 1);
  out += attributes;
  if (!gauge) point.add_fixed64(2, series.start);
  point.add_fixed64(3, now);
  point.add_double(4, series.value);
}

void add_histogram(protozero::pbf_writer& list, std::string& out, const std::string& attributes, const Series& series,
                   const InstrumentData& instrument, std::uint64_t now) {
  protozero::pbf_writer point(list, 1);
  out += attributes;
  point.add_fixed64(2, series.start);
  point.add_fixed64(3, now);
  point.add_fixed64(4, series.count);
  point.add_double(5, series.sum);
  point.add_packed_fixed64(6, series.buckets.begin(), series.buckets.end());
  point.add_packed_double(7, instrument.bounds.begin(), instrument.bounds.end());
  point.add_double(11, series.least);
  point.add_double(12, series.most);
}

void add_side(protozero::pbf_writer& point, std::uint32_t field, const ExponentialBuckets& side) {
  if (side.counts().empty()) return;
  protozero::pbf_writer buckets(point, field);
  buckets.add_sint32(1, side.offset());
  buckets.add_packed_uint64(2, side.counts().begin(), side.counts().end());
}

void add_exponential(protozero::pbf_writer& list, std::string& out, const std::string& attributes, const Series& series,
                     std::uint64_t now) {
  protozero::pbf_writer point(list, 1);
  out += attributes;
  point.add_fixed64(2, series.start);
  point.add_fixed64(3, now);
  point.add_fixed64(4, series.count);
  point.add_double(5, series.sum);
  point.add_sint32(6, series.scale);
  point.add_fixed64(7, series.zeros);
  add_side(point, 8, series.positive);
  add_side(point, 9, series.negative);
  point.add_double(12, series.least);
  point.add_double(13, series.most);
}

}  // namespace

MeterCore::MeterCore(std::string name, MetricsOptions options)
    : name_(std::move(name)), options_(std::move(options)), resource_(encode_resource(options_.resource)) {
  const std::lock_guard lock(mutex_);
  begin();
}

void MeterCore::begin_anew() {
  (void)worker_.release();  // its thread is the parent's
  worker_ = std::make_unique<Worker>();
  for (InstrumentData& each : instruments_) each.series.clear();
  stats_ = {};
  flush_asked_ = flush_done_ = 0;
}

void MeterCore::begin() {
  if (stopping_ || worker_->thread.joinable()) return;
  worker_->thread = std::thread([this] { run(*worker_); });
}

std::size_t MeterCore::add_instrument(InstrumentData instrument) {
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    if (instruments_[i].name == instrument.name && instruments_[i].kind == instrument.kind) return i;
  }
  instruments_.push_back(std::move(instrument));
  return instruments_.size() - 1;
}

void MeterCore::observe(std::size_t instrument, std::function<double()> read) {
  std::lock_guard lock(mutex_);
  observed_.emplace_back(instrument, std::move(read));
}

void MeterCore::record(std::size_t at, double value, const Attributes& attributes) {
  if (!std::isfinite(value)) return;
  // Attributes are encoded once, here, with field 7 as numbers and 9 as histograms have them (1 in exponential ones).
  thread_local std::string key;
  std::lock_guard lock(mutex_);
  begin();
  InstrumentData& instrument = instruments_[at];
  if (instrument.kind == InstrumentKind::kCounter && value < 0) return;
  const std::uint32_t field = instrument.kind == InstrumentKind::kHistogram     ? 9
                              : instrument.kind == InstrumentKind::kExponential ? 1
                                                                                : 7;
  std::vector<const Attribute*> sorted;
  sorted.reserve(attributes.size());
  for (const Attribute& each : attributes) sorted.push_back(&each);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  key.clear();
  for (const Attribute* each : sorted) append_attribute(key, field, each->key, each->value);
  auto found = instrument.series.find(key);
  const bool too_much = instrument.series.size() >= options_.most_series || key.size() > kMostSeriesBytes;
  if (found == instrument.series.end() && too_much) {
    key.clear();
    append_attribute(key, field, "otel.metric.overflow", AttributeValue(true));
    found = instrument.series.find(key);
  }
  if (found == instrument.series.end()) {
    found = instrument.series.emplace(key, Series()).first;
    found->second.start = unix_nanos();
  }
  switch (instrument.kind) {
    case InstrumentKind::kCounter:
    case InstrumentKind::kUpDownCounter:
      found->second.value += value;
      break;
    case InstrumentKind::kGauge:
      found->second.value = value;
      break;
    default:
      measure(instrument, found->second, value);
  }
}

std::string MeterCore::encode(std::uint64_t now, std::uint64_t& points) const {
  std::string out;
  points = 0;
  protozero::pbf_writer request(out);
  protozero::pbf_writer resource_metrics(request, 1);
  resource_metrics.add_message(1, resource_);
  protozero::pbf_writer scope_metrics(resource_metrics, 2);
  scope_metrics.add_message(1, encode_scope(name_, options_.version));
  std::lock_guard lock(mutex_);
  for (const InstrumentData& each : instruments_) {
    if (each.series.empty()) continue;
    points += each.series.size();
    protozero::pbf_writer metric(scope_metrics, 2);
    append_text(out, 1, each.name);
    if (!each.description.empty()) append_text(out, 2, each.description);
    if (!each.unit.empty()) append_text(out, 3, each.unit);
    const bool sum = each.kind == InstrumentKind::kCounter || each.kind == InstrumentKind::kUpDownCounter;
    const bool gauge = each.kind == InstrumentKind::kGauge;
    const std::uint32_t field = gauge ? 5 : sum ? 7 : each.kind == InstrumentKind::kHistogram ? 9 : 10;
    protozero::pbf_writer data(metric, field);
    for (const auto& [attributes, series] : each.series) {
      if (sum || gauge) {
        add_number(data, out, attributes, series, now, gauge);
      } else if (each.kind == InstrumentKind::kHistogram) {
        add_histogram(data, out, attributes, series, each, now);
      } else {
        add_exponential(data, out, attributes, series, now);
      }
    }
    if (!gauge) data.add_enum(2, kCumulative);
    if (each.kind == InstrumentKind::kCounter) data.add_bool(3, true);
  }
  return out;
}

bool MeterCore::flush(long timeout_ms) {
  std::unique_lock lock(mutex_);
  begin();
  const std::uint64_t ticket = ++flush_asked_;
  worker_->changed.notify_all();
  return worker_->changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return flush_done_ >= ticket; });
}

void MeterCore::hurry() {
  std::lock_guard lock(mutex_);
  if (stopping_ || !worker_->thread.joinable()) return;
  ++flush_asked_;
  worker_->changed.notify_all();
}

void MeterCore::stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || !worker_->thread.joinable()) return;
  }
  const std::uint64_t until = ending_.begin();  // which calls others', so not under the mutex
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    worker_->deadline.pull_in(until);
    worker_->changed.notify_all();
  }
  worker_->thread.join();
  ending_.over();
}

MetricsStats MeterCore::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

// A function of the program's must not end a thread of ours.
void MeterCore::observe_now(std::size_t instrument, const std::function<double()>& read) {
  try {
    record(instrument, read(), {});
  } catch (...) {
    say_once("observe", "metrics: a function that is observed has thrown; its value is left out");
  }
}

ExportCounts MeterCore::export_all(OtlpSender& sender, Deadline& deadline) const {
  std::uint64_t points = 0;
  try {
    const std::string request = encode(unix_nanos(), points);
    return points == 0 ? ExportCounts() : sender.send(request, points, deadline);
  } catch (const std::exception& error) {  // of memory
    say_once("metrics exception", std::string("metrics could not be exported: ") + error.what());
    return {0, 0, points};
  }
}

void MeterCore::run(Worker& worker) {
  OtlpSender sender(options_.otlp, "data points");
  for (bool last = false; !last;) {
    std::uint64_t asked = 0;
    std::vector<std::pair<std::size_t, std::function<double()>>> observed;
    {
      std::unique_lock lock(mutex_);
      worker.changed.wait_for(lock, std::chrono::milliseconds(options_.export_every_ms),
                              [&] { return stopping_ || flush_asked_ > flush_done_; });
      last = stopping_;
      asked = flush_asked_;
      observed = observed_;
    }
    for (const auto& [instrument, read] : observed) observe_now(instrument, read);
    const ExportCounts counts = export_all(sender, worker.deadline);
    std::lock_guard lock(mutex_);
    stats_.exported += counts.exported;
    stats_.failed += counts.failed + counts.rejected;
    flush_done_ = asked;
    worker.changed.notify_all();
  }
}

}  // namespace tetrascope::kit
