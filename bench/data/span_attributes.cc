#include "data/span_attributes.h"

#include <fmt/format.h>

#include <cmath>

#include "data/shop.h"

namespace tetrascope::bench {
namespace {

constexpr std::array<std::string_view, 8> kAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Safari/605.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile",
    "okhttp/5.1.0",
    "python-requests/2.34.2",
    "Go-http-client/2.0"};

std::string_view peer_name(const Span& span) {
  return span.peer < kServices ? kShop[span.peer].name : kProviders[span.peer - kServices];
}
const Route& route_of(const Span& span) { return kRoutes[span.operation % kRoutes.size()]; }
std::string_view noun_of(const Span& span) { return span.peer < kServices ? kShop[span.peer].noun : "requests"; }

std::string route_text(const Span& span) {
  return fmt::format("{}{}{}", route_of(span).before, noun_of(span), route_of(span).after);
}
/// The route with a number for {id}.
std::string path_text(const Span& span, std::size_t id) {
  std::string text = route_text(span);
  if (const std::size_t at = text.find("{id}"); at != std::string::npos) text.replace(at, 4, fmt::format("{}", id));
  return text;
}
std::string table_of(const Span& span) {
  return fmt::format("{}{}", kShop[span.service].noun, kTables[span.operation / 4 % kTables.size()]);
}
std::string_view statement_of(const Span& span) { return kStatements[span.operation % kStatements.size()]; }
std::string_view rpc_method(const Span& span) { return kRpcMethods[span.operation % kRpcMethods.size()]; }
std::string topic_of(const Span& span) { return fmt::format("{}-events", noun_of(span)); }

double milliseconds(const Span& span) { return static_cast<double>(span.end - span.start) / 1e6; }
std::int64_t size_in_bytes(Random& random, double median) {
  return static_cast<std::int64_t>(random.log_normal(median, 1.1));
}
/// The busy thread of a pod, out of a pool.
std::int64_t thread_of(const Trace& trace, const Span& span) {
  return static_cast<std::int64_t>(20 + mix(trace.number * 16 + span.service) % 48);
}

std::string session_of(const Trace& trace) { return fmt::format("s-{:016x}", mix(trace.user)); }

struct Writer {
  const Trace& trace;
  const Span& span;
  Random& random;
  AttributeWriter& out;

  void write_status() {
    const std::int64_t failed = span.work == Work::kHttpClient && span.operation % 3 == 0 ? 503 : 500;
    out.integer("http.response.status_code", span.error ? failed : random.chance(0.04) ? 404 : 200);
  }
  void write_http() {
    out.text("http.request.method", route_of(span).method);
    write_status();
    out.text("server.address",
             span.peer < kServices ? fmt::format("{}.shop", peer_name(span)) : std::string(peer_name(span)));
    out.integer("server.port", span.peer < kServices ? 8080 : 443);
    out.text("network.protocol.version", span.peer < kServices ? "1.1" : "2");
    if (route_of(span).method != "GET") out.integer("http.request.body.size", size_in_bytes(random, 900));
    out.integer("http.response.body.size", size_in_bytes(random, 4000));
  }
  void write_http_client() {
    write_http();
    const bool inside = span.peer < kServices;
    out.text("url.full", fmt::format("{}{}{}",
                                     inside ? fmt::format("http://{}.shop:8080", peer_name(span))
                                            : fmt::format("https://{}", peer_name(span)),
                                     path_text(span, random.below(1'000'000)),
                                     random.chance(0.3) ? fmt::format("?page={}", random.below(40)) : ""));
    out.text("network.peer.address", fmt::format("10.20.{}.{}", span.peer, 10 + span.pod));
    if (random.chance(0.05)) out.integer("http.request.resend_count", static_cast<std::int64_t>(1 + random.below(3)));
    out.number("app.pool.wait_ms", random.log_normal(0.4, 1.0));
    out.flag("app.breaker.open", span.error && random.chance(0.5));
  }
  void write_http_server() {
    write_http();
    out.text("http.route", route_text(span));
    out.text("url.path", path_text(span, random.below(1'000'000)));
    out.text("url.scheme", "http");
    out.text("user_agent.original", kAgents[trace.user % kAgents.size()]);
    out.text("client.address", span.parent == Span::kNoParent
                                   ? fmt::format("{}.{}.{}.{}", 80 + trace.user % 90, trace.user % 251,
                                                 trace.user / 251 % 256, trace.user % 199)
                                   : fmt::format("10.20.{}.{}", random.below(kServices), 10 + random.below(kPods)));
    out.text("session.id", session_of(trace));
    out.flag("app.feature.new_checkout", trace.tenant % 5 == 0);
    out.number("app.cpu_ms", milliseconds(span) * random.unit());
  }
  void write_rpc() {
    out.text("rpc.system", "grpc");
    out.text("rpc.service", fmt::format("shop.{}.v1.{}Service", kShop[span.peer].name, kShop[span.peer].type));
    out.text("rpc.method", fmt::format("{}{}", rpc_method(span), kShop[span.peer].type));
    out.integer("rpc.grpc.status_code", span.error ? 13 : 0);
    out.text("server.address", fmt::format("{}.shop", peer_name(span)));
    out.integer("server.port", 9090);
    out.text("network.protocol.version", "2");
    out.text("network.peer.address", fmt::format("10.20.{}.{}", span.peer, 10 + span.pod));
    if (span.work == Work::kRpcServer) out.number("app.cpu_ms", milliseconds(span) * random.unit());
    out.integer("rpc.request.size", size_in_bytes(random, 200));
    out.integer("rpc.response.size", size_in_bytes(random, 700));
  }
  void write_database() {
    const std::string table = table_of(span);
    const std::string_view statement = statement_of(span);
    out.text("db.system.name", "postgresql");
    out.text("db.namespace", fmt::format("shop_{}", kShop[span.service].name));
    out.text("db.collection.name", table);
    out.text("db.operation.name", statement);
    out.text(
        "db.query.text",
        statement == "SELECT"
            ? fmt::format("SELECT id, tenant_id, state, amount, currency, updated_at FROM {} WHERE tenant_id = $1 "
                          "AND id = $2 LIMIT 50",
                          table)
        : statement == "INSERT"
            ? fmt::format("INSERT INTO {} (id, tenant_id, state, amount, currency) VALUES ($1, $2, $3, $4, $5)", table)
            : fmt::format("UPDATE {} SET state = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2", table));
    out.integer("db.response.returned_rows", static_cast<std::int64_t>(statement == "SELECT" ? random.below(51) : 1));
    out.text("db.client.connection.pool.name", fmt::format("{}-primary", kShop[span.service].name));
    out.text("server.address", "postgres.shop");
    out.integer("server.port", 5432);
    out.text("network.peer.address", fmt::format("10.20.41.{}", 10 + span.service));
    out.text("thread.name", fmt::format("http-nio-8080-exec-{}", thread_of(trace, span)));
    out.flag("db.query.cached", random.chance(0.6));
    out.number("app.db.wait_ms", random.log_normal(0.8, 1.0));
  }
  void write_cache() {
    const std::string_view operation = span.operation % 4 == 0 ? "SET" : "GET";
    out.text("db.system.name", "redis");
    out.text("db.operation.name", operation);
    out.text("db.query.text",
             fmt::format("{} {}:{}:? ", operation, kShop[span.service].name, kShop[span.service].noun));
    out.text("server.address", "redis.shop");
    out.integer("server.port", 6379);
    out.text("network.peer.address", fmt::format("10.20.40.{}", 10 + span.operation % 3));
    out.text("thread.name", fmt::format("lettuce-epollEventLoop-{}", thread_of(trace, span) % 8));
    out.flag("app.cache.hit", random.chance(0.8));
    out.text("app.cache.key",
             fmt::format("{}:{}:{}", kShop[span.service].name, kShop[span.service].noun, random.below(200'000)));
    out.integer("app.cache.ttl_s", static_cast<std::int64_t>(60 << span.operation % 5));
  }
  void write_message() {
    const bool consumes = span.work == Work::kConsumer;
    out.text("messaging.system", "kafka");
    out.text("messaging.destination.name", topic_of(span));
    out.text("messaging.operation.name", consumes ? "process" : "send");
    out.id_text("messaging.message.id", {mix(span.id), mix(~span.id)});
    out.text("messaging.destination.partition.id", fmt::format("{}", trace.user % 12));
    out.integer("messaging.kafka.offset",
                static_cast<std::int64_t>(40'000'000 + trace.number * 3 + span.operation % 3));
    out.integer("messaging.message.body.size", size_in_bytes(random, 1200));
    out.text("messaging.client.id", fmt::format("{}-{}", kShop[span.service].name, span.pod));
    if (consumes) out.text("messaging.consumer.group.name", fmt::format("{}-workers", kShop[span.service].name));
    out.text("server.address", "kafka.shop");
    out.integer("server.port", 9092);
    out.flag("app.retry", random.chance(0.03));
  }
  void write_internal() {
    const Service& service = kShop[span.service];
    const std::string_view function = kFunctions[span.operation % kFunctions.size()];
    out.text("code.function.name", fmt::format("com.shop.{}.{}Service.{}", service.name, service.type, function));
    out.text("code.file.path", fmt::format("src/main/java/com/shop/{}/{}Service.java", service.name, service.type));
    out.integer("code.line.number", static_cast<std::int64_t>(40 + span.operation % kFunctions.size() * 37));
    out.text("session.id", session_of(trace));
    out.integer("app.items", static_cast<std::int64_t>(1 + random.below(25)));
    out.number("app.cpu_ms", milliseconds(span) * random.unit());
    out.number("app.score", random.unit());
    out.text("app.build", fmt::format("2026.11.{}-{:07x}", 1 + span.service, mix(span.service) >> 36U));
    out.text("thread.name", fmt::format("worker-{}", thread_of(trace, span)));
  }
  void write_common() {
    out.text("user.id", fmt::format("user-{:06}", trace.user));
    out.text("tenant.id", fmt::format("tenant-{:03}", trace.tenant));
    out.id_text("http.request.id", trace.request_id);
    out.integer("thread.id", thread_of(trace, span));
    if (span.error) out.text("error.type", exception_type(span));
  }
};

}  // namespace

std::string span_name(const Span& span) {
  switch (span.work) {
    case Work::kHttpServer:
      return fmt::format("{} {}", route_of(span).method, route_text(span));
    case Work::kHttpClient:
      return std::string(route_of(span).method);
    case Work::kRpcServer:
    case Work::kRpcClient:
      return fmt::format("shop.{}.v1.{}Service/{}{}", kShop[span.peer].name, kShop[span.peer].type, rpc_method(span),
                         kShop[span.peer].type);
    case Work::kProducer:
      return fmt::format("send {}", topic_of(span));
    case Work::kConsumer:
      return fmt::format("process {}", topic_of(span));
    case Work::kDatabase:
      return fmt::format("{} {}", statement_of(span), table_of(span));
    case Work::kCache:
      return span.operation % 4 == 0 ? "SET" : "GET";
    case Work::kInternal:
      return fmt::format("{}Service.{}", kShop[span.service].type, kFunctions[span.operation % kFunctions.size()]);
  }
  return {};
}

void write_span_attributes(const Trace& trace, const Span& span, Random& random, AttributeWriter& out) {
  Writer writer{trace, span, random, out};
  switch (span.work) {
    case Work::kHttpServer:
      writer.write_http_server();
      break;
    case Work::kHttpClient:
      writer.write_http_client();
      break;
    case Work::kRpcServer:
    case Work::kRpcClient:
      writer.write_rpc();
      break;
    case Work::kProducer:
    case Work::kConsumer:
      writer.write_message();
      break;
    case Work::kDatabase:
      writer.write_database();
      break;
    case Work::kCache:
      writer.write_cache();
      break;
    case Work::kInternal:
      writer.write_internal();
      break;
  }
  writer.write_common();
}

std::string exception_type(const Span& span) {
  constexpr std::array<std::string_view, 5> kTypes = {"TimeoutException", "ConnectionResetException",
                                                      "ConstraintViolationException", "QuotaExceededException",
                                                      "IllegalStateException"};
  return fmt::format("com.shop.{}.{}", kShop[span.service].name, kTypes[span.operation % kTypes.size()]);
}

std::string stack_trace(const Span& span) {
  const Service& service = kShop[span.service];
  std::string text = fmt::format("{}: request failed\n", exception_type(span));
  for (std::size_t depth = 0; depth < 12; ++depth) {
    const std::size_t place = (span.operation + depth) % kFunctions.size();
    text += fmt::format("\tat com.shop.{}.{}Service.{}({}Service.java:{})\n", service.name, service.type,
                        kFunctions[place], service.type, 40 + place * 37 + depth);
  }
  return text;
}

}  // namespace tetrascope::bench
