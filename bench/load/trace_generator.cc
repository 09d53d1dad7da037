#include "trace_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <string_view>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace tetrascope::bench {
namespace {

using protozero::pbf_writer;

constexpr std::array<std::string_view, 12> kServices = {"frontend", "gateway", "checkout",  "cart",
                                                        "catalog",  "payment", "shipping",  "users",
                                                        "search",   "pricing", "inventory", "email"};
constexpr std::array<std::string_view, 8> kRoutes = {
    "/api/carts/{id}", "/api/orders/{id}/items",     "/api/products", "/api/users/{id}",
    "/api/search",     "/api/payments/{id}/capture", "/api/quotes",   "/healthz"};
constexpr std::array<std::string_view, 5> kMethods = {"GET", "GET", "GET", "POST", "PUT"};
constexpr std::array<std::string_view, 6> kRegions = {"eu-central-1", "eu-west-1",  "us-east-1",
                                                      "us-west-2",    "ap-south-1", "sa-east-1"};
constexpr std::array<std::string_view, 4> kAgents = {
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile/22B83", "okhttp/5.1.0", "python-requests/2.34.2"};
constexpr std::size_t kPods = 4;
constexpr std::size_t kUsers = 100'000;
constexpr std::size_t kTenants = 200;

/// Numbers that are the same everywhere: the standard's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() { return engine_(); }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  bool chance(double probability) { return unit() < probability; }
  double normal() {  // Box and Muller
    return std::sqrt(-2 * std::log(1 - unit())) * std::cos(6.283185307179586 * unit());
  }
  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& from) {
    return from[below(N)];
  }

 private:
  std::mt19937_64 engine_;
};

struct Span {
  std::size_t service = 0, pod = 0;
  std::uint64_t id = 0, parent = 0, start = 0, duration = 0;
  int kind = 1;
};
struct Trace {
  std::array<std::uint64_t, 2> id{};
  std::size_t user = 0, tenant = 0;
  std::string request_id;
  std::vector<Span> spans;
};

Trace make_trace(Random& random, std::uint64_t start) {
  Trace trace;
  trace.id = {random.bits(), random.bits()};
  trace.user = random.below(kUsers);
  trace.tenant = trace.user % kTenants;
  trace.request_id = fmt::format("{:016x}{:016x}", random.bits(), random.bits());
  const std::size_t services = 5 + random.below(8);
  const std::size_t first_service = random.below(kServices.size());
  const auto size = static_cast<std::size_t>(std::clamp(28 + 11 * random.normal(), 8.0, 60.0));
  for (std::size_t i = 0; i < size; ++i) {
    Span span;
    span.id = random.bits() | 1;
    if (i == 0) {
      span.start = start;
      span.duration = static_cast<std::uint64_t>(1e6 * std::exp(4.5 + 0.9 * random.normal()));
      span.kind = 2;
    } else {
      const Span& parent = trace.spans[random.below(std::min<std::size_t>(i, 12))];
      span.parent = parent.id;
      span.start =
          parent.start + static_cast<std::uint64_t>(static_cast<double>(parent.duration) * random.unit() * 0.6);
      span.duration = static_cast<std::uint64_t>(static_cast<double>(parent.duration) *
                                                 std::min(0.39, 0.2 * std::exp(0.7 * random.normal())));
      span.kind = static_cast<int>(1 + random.below(3));
    }
    span.service = (first_service + (i * services / size)) % kServices.size();
    span.pod = (trace.user + span.service) % kPods;
    trace.spans.push_back(span);
  }
  return trace;
}

void text(pbf_writer& owner, protozero::pbf_tag_type tag, std::string_view key, std::string_view value) {
  pbf_writer pair(owner, tag);
  pair.add_string(1, key.data(), key.size());
  pbf_writer any(pair, 2);
  any.add_string(1, value.data(), value.size());
}
void integer(pbf_writer& owner, protozero::pbf_tag_type tag, std::string_view key, std::int64_t value) {
  pbf_writer pair(owner, tag);
  pair.add_string(1, key.data(), key.size());
  pbf_writer any(pair, 2);
  any.add_int64(3, value);
}
void number(pbf_writer& owner, protozero::pbf_tag_type tag, std::string_view key, double value) {
  pbf_writer pair(owner, tag);
  pair.add_string(1, key.data(), key.size());
  pbf_writer any(pair, 2);
  any.add_double(4, value);
}
void flag(pbf_writer& owner, protozero::pbf_tag_type tag, std::string_view key, bool value) {
  pbf_writer pair(owner, tag);
  pair.add_string(1, key.data(), key.size());
  pbf_writer any(pair, 2);
  any.add_bool(2, value);
}

std::string bytes_of(std::uint64_t id) { return {reinterpret_cast<const char*>(&id), sizeof id}; }
std::string bytes_of(const std::array<std::uint64_t, 2>& id) {
  return {reinterpret_cast<const char*>(id.data()), sizeof id};
}

constexpr protozero::pbf_tag_type kAttributes = 9;

void write_attributes(pbf_writer& out, const Trace& trace, const Span& span, Random& random, bool error) {
  const std::string_view route = kRoutes[(trace.user + span.service) % kRoutes.size()];
  text(out, kAttributes, "tenant.id", fmt::format("tenant-{:03}", trace.tenant));
  text(out, kAttributes, "user.id", fmt::format("user-{:06}", trace.user));
  text(out, kAttributes, "http.request.id", trace.request_id);
  integer(out, kAttributes, "thread.id", static_cast<std::int64_t>(1 + random.below(64)));
  text(out, kAttributes, "thread.name", fmt::format("worker-{}", random.below(16)));
  number(out, kAttributes, "app.cpu_ms", static_cast<double>(span.duration) / 1e6 * random.unit());
  flag(out, kAttributes, "app.cache.hit", random.chance(0.7));
  if (span.kind == 1) {
    text(out, kAttributes, "code.function", fmt::format("{}.handle{}", kServices[span.service], random.below(20)));
    text(out, kAttributes, "code.namespace", fmt::format("com.shop.{}", kServices[span.service]));
    integer(out, kAttributes, "code.lineno", static_cast<std::int64_t>(10 + random.below(600)));
    text(out, kAttributes, "db.system", "postgresql");
    text(out, kAttributes, "db.operation.name", "SELECT");
    text(out, kAttributes, "db.collection.name", fmt::format("{}_items", kServices[span.service]));
    number(out, kAttributes, "app.db.wait_ms", random.unit() * 4);
    if (random.chance(0.5))
      text(out, kAttributes, "app.cache.key", fmt::format("{}:{}", kServices[span.service], random.below(5000)));
    return;
  }
  text(out, kAttributes, "http.request.method", random.pick(kMethods));
  text(out, kAttributes, "http.route", route);
  text(out, kAttributes, "url.path", fmt::format("/api/items/{}/parts/{}", random.below(20'000), random.below(50)));
  integer(out, kAttributes, "http.response.status_code", error ? 500 : random.chance(0.05) ? 404 : 200);
  integer(out, kAttributes, "http.response.body.size", static_cast<std::int64_t>(200 + random.below(50'000)));
  text(out, kAttributes, "server.address", fmt::format("{}.shop.internal", kServices[span.service]));
  integer(out, kAttributes, "server.port", 8080);
  text(out, kAttributes, "network.protocol.version", "1.1");
  text(out, kAttributes, "user_agent.original", kAgents[trace.user % kAgents.size()]);
  if (random.chance(0.6))
    text(out, kAttributes, "client.address",
         fmt::format("10.{}.{}.{}", random.below(4), random.below(256), random.below(256)));
}

void write_exception(pbf_writer& out, const Span& span, Random& random) {
  pbf_writer event(out, 11);
  event.add_fixed64(1, span.start + span.duration / 2);
  event.add_string(2, "exception");
  text(event, 3, "exception.type", fmt::format("com.shop.{}.Error{}", kServices[span.service], random.below(6)));
  text(event, 3, "exception.message", fmt::format("order {} cannot be priced", random.below(100'000)));
  std::string stack;
  for (int frame = 0; frame < 12; ++frame) {
    stack += fmt::format("\tat com.shop.{}.Step{}.run(Step{}.java:{})\n", kServices[span.service], frame, frame,
                         40 + frame * 7);
  }
  text(event, 3, "exception.stacktrace", stack);
}

void write_span(pbf_writer& scope, const Trace& trace, const Span& span, Random& random) {
  const bool error = random.chance(0.03);
  pbf_writer out(scope, 2);
  out.add_bytes(1, bytes_of(trace.id));
  out.add_bytes(2, bytes_of(span.id));
  if (span.parent != 0) out.add_bytes(4, bytes_of(span.parent));
  out.add_string(5, fmt::format("{} {}", kMethods[span.kind], kRoutes[(trace.user + span.service) % kRoutes.size()]));
  out.add_enum(6, span.kind);
  out.add_fixed64(7, span.start);
  out.add_fixed64(8, span.start + span.duration);
  write_attributes(out, trace, span, random, error);
  if (error) write_exception(out, span, random);
  if (random.chance(0.04)) {
    pbf_writer event(out, 11);
    event.add_fixed64(1, span.start + span.duration / 3);
    event.add_string(2, "message");
    integer(event, 3, "message.id", static_cast<std::int64_t>(random.below(1000)));
  }
  if (random.chance(0.045)) {
    pbf_writer link(out, 13);
    link.add_bytes(1, bytes_of({random.bits(), random.bits()}));
    link.add_bytes(2, bytes_of(random.bits() | 1));
  }
  if (error) {
    pbf_writer status(out, 15);
    status.add_string(2, "internal error");
    status.add_enum(3, 2);
  }
  out.add_fixed32(16, 0x101);
}

void write_resource(pbf_writer& out, std::size_t service, std::size_t pod) {
  pbf_writer resource(out, 1);
  text(resource, 1, "service.name", kServices[service]);
  text(resource, 1, "service.version", fmt::format("1.{}.0", service));
  text(resource, 1, "service.instance.id", fmt::format("{}-{}-7f9c", kServices[service], pod));
  text(resource, 1, "k8s.pod.name", fmt::format("{}-{}", kServices[service], pod));
  text(resource, 1, "k8s.namespace.name", "shop");
  text(resource, 1, "k8s.node.name", fmt::format("node-{}", (service + pod) % 7));
  text(resource, 1, "cloud.region", kRegions[(service + pod) % kRegions.size()]);
  text(resource, 1, "telemetry.sdk.language", service % 2 == 0 ? "go" : "java");
  text(resource, 1, "telemetry.sdk.version", "1.47.0");
  integer(resource, 1, "process.pid", static_cast<std::int64_t>(100 + service * 10 + pod));
}

/// Where ids and times stand is found by walking the finished bytes: lengths of nested messages move while they are
/// built.
class Locator {
 public:
  explicit Locator(Body& body) : body_(body) {}
  void walk() {
    protozero::pbf_reader request(body_.bytes);
    while (request.next(1)) {
      protozero::pbf_reader resource_spans = request.get_message();
      while (resource_spans.next(2)) {
        protozero::pbf_reader scope_spans = resource_spans.get_message();
        while (scope_spans.next(2)) span(scope_spans.get_message());
      }
    }
  }

 private:
  std::uint32_t offset(protozero::data_view view) {
    return static_cast<std::uint32_t>(view.data() - body_.bytes.data());
  }
  void time(protozero::pbf_reader& reader) {
    const std::uint32_t at = offset(reader.data());
    (void)reader.get_fixed64();
    body_.times.push_back(at);
  }
  void event(protozero::pbf_reader event) {
    while (event.next()) {
      if (event.tag() == 1) {
        time(event);
      } else {
        event.skip();
      }
    }
  }
  void span(protozero::pbf_reader span) {
    ++body_.spans;
    while (span.next()) {
      switch (span.tag()) {
        case 1:
          body_.trace_ids.push_back(offset(span.get_view()));
          break;
        case 2:
        case 4:
          body_.span_ids.push_back(offset(span.get_view()));
          break;
        case 7:
        case 8:
          time(span);
          break;
        case 11:
          event(span.get_message());
          break;
        default:
          span.skip();
      }
    }
  }

  Body& body_;
};

}  // namespace

std::vector<Body> generate_bodies(std::size_t bodies, std::size_t spans_per_body, std::uint64_t seed,
                                  std::uint64_t first, std::uint64_t length_ns) {
  Random random(seed);
  std::vector<Body> all;
  std::size_t made = 0;
  const std::size_t wanted = bodies * spans_per_body;
  while (all.size() < bodies) {
    std::vector<Trace> traces;
    std::size_t spans = 0;
    while (spans < spans_per_body) {
      traces.push_back(make_trace(
          random, first + static_cast<std::uint64_t>(static_cast<double>(made) / static_cast<double>(wanted) *
                                                     static_cast<double>(length_ns))));
      spans += traces.back().spans.size();
      made += traces.back().spans.size();
    }
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::pair<const Trace*, const Span*>>> by_pod;
    for (const Trace& trace : traces) {
      for (const Span& span : trace.spans) by_pod[{span.service, span.pod}].emplace_back(&trace, &span);
    }
    Body body;
    pbf_writer request(body.bytes);
    for (const auto& [pod, list] : by_pod) {
      pbf_writer resource_spans(request, 1);
      write_resource(resource_spans, pod.first, pod.second);
      pbf_writer scope_spans(resource_spans, 2);
      {
        pbf_writer scope(scope_spans, 1);
        scope.add_string(1, "io.opentelemetry.shop-instrumentation");
        scope.add_string(2, "2.11.0");
      }
      for (const auto& [trace, span] : list) write_span(scope_spans, *trace, *span, random);
    }
    Locator(body).walk();
    all.push_back(std::move(body));
  }
  return all;
}

void renew(Body& body, std::uint64_t round, std::int64_t shift_ns) {
  const std::uint64_t mix = round * 0x9E3779B97F4A7C15ULL;
  const auto change = [&](std::uint32_t at, std::uint64_t by) {
    std::uint64_t value = 0;
    std::memcpy(&value, body.bytes.data() + at, sizeof value);
    value ^= by;
    std::memcpy(body.bytes.data() + at, &value, sizeof value);
  };
  for (const std::uint32_t at : body.trace_ids) change(at, mix);
  for (const std::uint32_t at : body.span_ids) change(at, mix);
  for (const std::uint32_t at : body.times) {
    std::uint64_t value = 0;
    std::memcpy(&value, body.bytes.data() + at, sizeof value);
    value += static_cast<std::uint64_t>(shift_ns);
    std::memcpy(body.bytes.data() + at, &value, sizeof value);
  }
}

}  // namespace tetrascope::bench
