#include "data/trace.h"

#include <algorithm>

namespace tetrascope::bench {
namespace {

// What is drawn for each trace by itself.
enum Stream : std::uint64_t { kSize = 1ULL << 60U, kId = 2ULL << 60U, kContent = 3ULL << 60U };

constexpr double kErrorsAtTheirSource = 0.0197;
constexpr double kErrorsPassedOn = 0.35;

/// Services are called in one way each: notification and shipping by messages, three by gRPC, the rest by HTTP.
enum class Transport : std::uint8_t { kHttp, kRpc, kMessage };
constexpr std::array<Transport, kServices> kTransports = {
    Transport::kHttp, Transport::kHttp, Transport::kHttp, Transport::kHttp, Transport::kHttp,    Transport::kHttp,
    Transport::kRpc,  Transport::kRpc,  Transport::kRpc,  Transport::kHttp, Transport::kMessage, Transport::kMessage};
constexpr std::size_t kEntries = 2;  // storefront and gateway take what comes from outside

class Builder {
 public:
  Builder(std::uint64_t seed, std::uint64_t number, std::size_t spans, std::uint64_t first)
      : random_(seed, kContent | number), size_(spans) {
    trace_.number = number;
    trace_.id = trace_id(seed, number);
    trace_.user = random_.below(kUsers);
    const double skewed = random_.unit();  // some tenants have many users, most have few
    trace_.tenant = static_cast<std::size_t>(skewed * skewed * kTenants);
    trace_.request_id = {random_.bits(), random_.bits()};
    start_ = first + static_cast<std::uint64_t>((static_cast<double>(number) + random_.unit()) * kNanosBetweenTraces);
  }

  Trace build() && {
    trace_.spans.reserve(size_);
    add_services();
    while (trace_.spans.size() < size_) add_leaf();
    set_times();
    set_errors();
    return std::move(trace_);
  }

 private:
  std::size_t left() const { return size_ - trace_.spans.size(); }

  std::size_t add(Work work, std::size_t service, std::size_t parent) {
    Span span;
    span.work = work;
    span.service = span.peer = service;
    span.pod = (trace_.user + service) % kPods;  // a session stays on its pods
    span.parent = parent;
    span.operation = random_.below(1U << 20U);
    span.id = span_id(trace_.id, trace_.spans.size());
    trace_.spans.push_back(span);
    return trace_.spans.size() - 1;
  }

  /// The calls from service to service: a client's span and a server's, or the server's alone where the client is not
  /// instrumented.
  void add_services() {
    std::array<std::size_t, kServices> services;
    for (std::size_t i = 0; i < kServices; ++i) services[i] = i;
    std::swap(services[0], services[random_.below(kEntries)]);
    for (std::size_t i = 1; i < kServices; ++i) std::swap(services[i], services[i + random_.below(kServices - i)]);
    const std::size_t count = std::min(5 + random_.below(8), size_ - 2);
    callers_ = {add(Work::kHttpServer, services[0], Span::kNoParent)};
    for (std::size_t i = 1; i < count; ++i) {
      const std::size_t caller = callers_[random_.below(callers_.size())];
      const std::size_t needed = count - i;
      call(caller, services[i], left() > needed && random_.chance(0.55));
    }
  }

  void call(std::size_t caller, std::size_t service, bool with_client) {
    const Transport transport = kTransports[service];
    std::size_t parent = caller;
    if (with_client) {
      const Work work = transport == Transport::kHttp  ? Work::kHttpClient
                        : transport == Transport::kRpc ? Work::kRpcClient
                                                       : Work::kProducer;
      parent = add(work, trace_.spans[caller].service, caller);
      trace_.spans[parent].peer = service;
    }
    const Work work = transport == Transport::kHttp  ? Work::kHttpServer
                      : transport == Transport::kRpc ? Work::kRpcServer
                                                     : Work::kConsumer;
    const std::size_t operation = trace_.spans[parent].operation;
    callers_.push_back(add(work, service, parent));
    if (with_client) trace_.spans.back().operation = operation;  // the client names what the server serves
  }

  /// What a service does on its own to answer.
  void add_leaf() {
    const std::size_t owner = callers_[random_.below(callers_.size())];
    const std::size_t service = trace_.spans[owner].service;
    const double draw = random_.unit();
    if (draw < 0.36) {
      add(Work::kDatabase, service, owner);
    } else if (draw < 0.53) {
      add(Work::kCache, service, owner);
    } else if (draw < 0.68) {  // a call of a provider outside of the shop
      const std::size_t client = add(Work::kHttpClient, service, owner);
      trace_.spans[client].peer = kServices + random_.below(4);
    } else if (draw < 0.73) {
      const std::size_t client = add(Work::kProducer, service, owner);
      trace_.spans[client].peer = 10 + random_.below(2);
    } else {
      callers_.push_back(add(Work::kInternal, service, owner));  // which may itself ask a database
    }
  }

  void set_times() {
    for (Span& span : trace_.spans) {
      if (span.parent == Span::kNoParent) {
        span.start = start_;
        span.end = start_ + static_cast<std::uint64_t>(random_.log_normal(110e6, 0.9));
        continue;
      }
      const Span& parent = trace_.spans[span.parent];
      const auto room = static_cast<double>(parent.end - parent.start);
      const double begin = room * random_.unit() * 0.7;
      const double length = std::min(room - begin, room * random_.log_normal(0.16, 0.8));
      span.start = parent.start + static_cast<std::uint64_t>(begin);
      span.end = std::min(parent.end, span.start + static_cast<std::uint64_t>(length));
    }
  }

  void set_errors() {
    for (std::size_t i = trace_.spans.size(); i-- > 0;) {
      Span& span = trace_.spans[i];
      span.error = span.error || random_.chance(kErrorsAtTheirSource);
      if (span.error && span.parent != Span::kNoParent && random_.chance(kErrorsPassedOn))
        trace_.spans[span.parent].error = true;
    }
  }

  Random random_;
  std::size_t size_;
  std::uint64_t start_ = 0;
  std::vector<std::size_t> callers_;
  Trace trace_;
};

}  // namespace

TraceIdPair trace_id(std::uint64_t seed, std::uint64_t number) {
  Random random(seed, kId | number);
  return {random.bits(), random.bits()};
}

std::uint64_t span_id(const TraceIdPair& trace, std::size_t place) { return mix(trace[1] + place); }

std::size_t wanted_spans(std::uint64_t seed, std::uint64_t number) {
  Random random(seed, kSize | number);
  return static_cast<std::size_t>(
      std::clamp(28.85 + 11 * random.normal(), static_cast<double>(kMinSpans), static_cast<double>(kMaxSpans)));
}

Trace make_trace(std::uint64_t seed, std::uint64_t number, std::size_t spans, std::uint64_t first) {
  return Builder(seed, number, spans, first).build();
}

}  // namespace tetrascope::bench
