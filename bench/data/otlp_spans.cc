#include "data/otlp_spans.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/protobuf.h"
#include "data/shop.h"
#include "data/span_attributes.h"

namespace tetrascope::bench {
namespace {

constexpr double kOtherEvents = 0.0402;  // of spans without an error
constexpr double kOtherLinks = 0.0215;   // of spans that have no link to what they consume

constexpr std::array<std::string_view, 6> kRegions = {"eu-central-1", "eu-west-1",  "us-east-1",
                                                      "us-west-2",    "ap-south-1", "sa-east-1"};

/// SpanKind of OTLP.
std::uint64_t kind_of(Work work) {
  switch (work) {
    case Work::kInternal:
      return 1;
    case Work::kHttpServer:
    case Work::kRpcServer:
      return 2;
    case Work::kProducer:
      return 4;
    case Work::kConsumer:
      return 5;
    default:
      return 3;
  }
}

/// Which instrumentation library made the span.
std::size_t scope_of(Work work) {
  switch (work) {
    case Work::kDatabase:
    case Work::kCache:
      return 1;
    case Work::kProducer:
    case Work::kConsumer:
      return 2;
    case Work::kInternal:
      return 3;
    default:
      return 0;
  }
}
constexpr std::array<std::string_view, TraceRequest::kScopes> kScopeNames = {
    "io.opentelemetry.http-server", "io.opentelemetry.jdbc", "io.opentelemetry.kafka-clients-2.6", "shop.business"};

void add_event(MarkedBytes& span, std::uint64_t time, std::string_view name, auto&& write_attributes) {
  MarkedBytes event;
  add_time(event, 1, time);
  add_bytes(event, 2, name);
  AttributeWriter attributes(event, 3);
  write_attributes(attributes);
  add_message(span, 11, event);
}

void add_events(const Span& span, Random& random, MarkedBytes& out) {
  const auto time = [&] { return span.start + random.below(span.end - span.start + 1); };
  if (span.error) {
    add_event(out, time(), "exception", [&](AttributeWriter& attributes) {
      attributes.text("exception.type", exception_type(span));
      attributes.text("exception.message", fmt::format("request {} failed after {} ms", random.below(1'000'000),
                                                       (span.end - span.start) / 1'000'000));
      attributes.text("exception.stacktrace", stack_trace(span));
    });
  } else if (random.chance(kOtherEvents)) {
    const bool retry = random.chance(0.4);
    add_event(out, time(), retry ? "retry" : "lock.acquired", [&](AttributeWriter& attributes) {
      attributes.integer(retry ? "retry.attempt" : "lock.waiters", static_cast<std::int64_t>(1 + random.below(4)));
      attributes.number("wait_ms", random.log_normal(2, 1));
    });
  }
}

void add_link(const TraceIdPair& trace, std::uint64_t span, MarkedBytes& out) {
  MarkedBytes link;
  add_id(link, 1, trace);
  add_id(link, 2, span);
  add_fixed32(link, 6, 0x101);
  add_message(out, 13, link);
}

}  // namespace

Trace TraceStream::next() {
  const std::uint64_t number = number_++;
  std::size_t size = std::min(wanted_spans(seed_, number), left_);
  // What remains must be nothing or enough for another trace.
  if (const std::size_t after = left_ - size; after > 0 && after < kMinSpans)
    size = left_ <= kMaxSpans ? left_ : left_ - kMinSpans;
  left_ -= size;
  if (left_ == 0) left_ = spans_per_request_;
  return make_trace(seed_, number, size, first_);
}

void TraceRequest::encode(const Trace& trace, std::size_t place) {
  const Span& span = trace.spans[place];
  Random random(trace.id[0], place);
  MarkedBytes& out = span_;
  out.clear();
  add_id(out, 1, trace.id);
  add_id(out, 2, span.id);
  if (span.parent != Span::kNoParent) add_id(out, 4, trace.spans[span.parent].id);
  add_bytes(out, 5, span_name(span));
  add_number(out, 6, kind_of(span.work));
  add_time(out, 7, span.start);
  add_time(out, 8, span.end);
  AttributeWriter attributes(out, 9);
  write_span_attributes(trace, span, random, attributes);
  add_events(span, random, out);
  if (span.work == Work::kConsumer && span.operation % 2 == 0) {
    add_link(trace.id, trace.spans[span.parent].id, out);
  } else if (trace.number > 0 && random.chance(kOtherLinks)) {
    const TraceIdPair earlier =
        trace_id(seed_, trace.number - 1 - random.below(std::min<std::uint64_t>(trace.number, 30)));
    add_link(earlier, span_id(earlier, 0), out);
  }
  if (span.error) {
    MarkedBytes status;
    add_bytes(status, 2, "request failed");
    add_number(status, 3, 2);
    add_message(out, 15, status);
  }
  add_fixed32(out, 16, 0x101);
}

void TraceRequest::add(const Trace& trace, std::size_t place) {
  encode(trace, place);
  const Span& span = trace.spans[place];
  add_message(by_resource_[span.service * kPods + span.pod][scope_of(span.work)], 2, span_);
  ++spans_;
}

MarkedBytes TraceRequest::take() {
  MarkedBytes body;
  for (std::size_t resource = 0; resource < by_resource_.size(); ++resource) {
    auto& scopes = by_resource_[resource];
    if (std::ranges::all_of(scopes, [](const MarkedBytes& spans) { return spans.empty(); })) continue;
    MarkedBytes resource_spans;
    add_message(resource_spans, 1, resource_message(resource / kPods, resource % kPods));
    for (std::size_t scope = 0; scope < scopes.size(); ++scope) {
      if (scopes[scope].empty()) continue;
      MarkedBytes scope_spans, name;
      add_bytes(name, 1, kScopeNames[scope]);
      add_message(scope_spans, 1, name);
      scope_spans.add(scopes[scope]);
      add_message(resource_spans, 2, scope_spans);
      scopes[scope].clear();
    }
    add_message(body, 1, resource_spans);
  }
  spans_ = 0;
  return body;
}

MarkedBytes resource_message(std::size_t service, std::size_t pod) {
  MarkedBytes resource;
  AttributeWriter out(resource, 1);
  const auto unique = mix(service * kPods + pod);
  out.text("service.name", kShop[service].name);
  out.text("service.namespace", "shop");
  out.text("service.version", fmt::format("4.{}.{}", service, service * 3 % 7));
  out.text("service.instance.id",
           fmt::format("{}-{:08x}-{:05x}", kShop[service].name, mix(service) >> 32U, unique >> 44U));
  out.text("deployment.environment.name", "production");
  out.text("k8s.pod.name", fmt::format("{}-{:08x}-{:05x}", kShop[service].name, mix(service) >> 32U, unique >> 44U));
  out.text("host.name", fmt::format("node-{}", unique % 9));
  out.text("cloud.region", kRegions[pod % kRegions.size()]);
  out.text("telemetry.sdk.language", kShop[service].language);
  out.integer("process.pid", static_cast<std::int64_t>(100 + unique % 30'000));
  return resource;
}

}  // namespace tetrascope::bench
