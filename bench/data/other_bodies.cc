#include "data/other_bodies.h"

#include <fmt/format.h>

#include "data/json_writer.h"
#include "data/otlp_attributes.h"
#include "data/otlp_logs.h"
#include "data/shop.h"

namespace tetrascope::bench {
namespace {

constexpr std::uint64_t kItemStream = 5ULL << 60U;
constexpr double kNanosBetweenItems = 3600e9 / 1e6;

void write_message(const LogLine& line, JsonWriter& json) {
  MarkedBytes message;
  JsonWriter inner(message);
  inner.begin('{');
  inner.text("level", line.severity_text);
  inner.text("logger", fmt::format("com.shop.{}.{}Service", kShop[line.service].name, kShop[line.service].type));
  inner.text("message", line.text);
  inner.text("user_id", fmt::format("user-{:06}", line.user));
  inner.text("tenant_id", fmt::format("tenant-{:03}", line.tenant));
  inner.number("elapsed_ms", line.elapsed_ms);
  if (line.has_trace) inner.id("trace_id", id_bytes(line.trace));
  inner.end('}');
  json.document("message", message);
}

void write_frame(JsonWriter& json, Random& random, std::size_t kind, int depth) {
  json.begin('{');
  json.text("filename", fmt::format("/srv/app/shop/module_{}.py", depth));
  json.integer("lineno", 10 + depth * 7);
  json.text("method", fmt::format("step_{}_of_{}", depth, kind));
  json.text("code", "    return call(next_step, argument)");
  json.begin('{', "context");
  for (const auto* side : {"pre", "post"}) {
    json.begin('[', side);
    for (int line = 0; line < 5; ++line)
      json.text({}, fmt::format("    value_{} = compute({}, {})", line, depth, kind));
    json.end(']');
  }
  json.end('}');
  json.begin('{', "locals");
  for (int local = 0; local < 7; ++local)
    json.text(fmt::format("name_{}", local), fmt::format("{:016x}{:016x}", random.bits(), random.bits()));
  json.end('}');
  json.end('}');
}

}  // namespace

MarkedBytes put_log_events(std::uint64_t seed, std::uint64_t begin, std::size_t count, std::uint64_t first) {
  MarkedBytes body;
  JsonWriter json(body);
  json.begin('{');
  json.text("logGroupName", kLogGroup);
  json.text("logStreamName", fmt::format("stream-{}", begin / count % kLogStreams));
  json.begin('[', "logEvents");
  for (std::uint64_t number = begin; number < begin + count; ++number) {
    const LogLine line = make_log_line(seed, number, first);
    json.begin('{');
    json.millis("timestamp", line.time);
    write_message(line, json);
    json.end('}');
  }
  json.end(']');
  json.end('}');
  return body;
}

MarkedBytes rollbar_item(std::uint64_t seed, std::uint64_t number, std::uint64_t first) {
  Random random(seed, kItemStream | number);
  const std::size_t kind = random.below(100);
  const auto time = first + static_cast<std::uint64_t>(static_cast<double>(number) * kNanosBetweenItems);
  const std::array<std::uint64_t, 2> uuid{random.bits(), random.bits()};
  MarkedBytes body;
  JsonWriter json(body);
  json.begin('{');
  json.begin('{', "data");
  json.text("environment", "production");
  json.id("uuid", id_bytes(uuid));
  json.text("platform", "linux");
  json.text("language", "python 3.13.1");
  json.text("framework", "flask");
  json.text("level", "error");
  json.seconds("timestamp", time);
  json.text("code_version", "4.2.0");
  json.begin('{', "server");
  json.text("host", fmt::format("web-{}", random.below(8)));
  json.end('}');
  json.begin('{', "person");
  json.text("id", fmt::format("user-{:06}", random.below(kUsers)));
  json.end('}');
  json.begin('{', "request");
  json.text("url", fmt::format("https://shop.example.com/api/v2/orders/{}", random.below(100'000)));
  json.text("method", "POST");
  json.text("user_ip", fmt::format("203.0.113.{}", random.below(256)));
  json.end('}');
  json.begin('{', "body");
  json.begin('{', "trace");
  json.begin('{', "exception");
  json.text("class", fmt::format("Error{}", kind));
  json.text("message", fmt::format("order {} cannot be priced", random.below(100'000)));
  json.end('}');
  json.begin('[', "frames");
  for (int depth = 0; depth < 60; ++depth) write_frame(json, random, kind, depth);
  json.end(']');
  for (int depth = 0; depth < 4; ++depth) json.end('}');
  return body;
}

MarkedBytes cyclic_trace_request(std::uint64_t seed, std::uint64_t begin, std::size_t spans, std::uint64_t first) {
  constexpr std::size_t kSpansPerTrace = 10, kAttributes = 11, kKeys = 97, kValues = 1000;
  MarkedBytes scope_spans;
  for (std::uint64_t number = begin; number < begin + spans; ++number) {
    const std::size_t place = number % kSpansPerTrace;
    const TraceIdPair trace = trace_id(seed, number / kSpansPerTrace);
    const std::uint64_t start = first + number / kSpansPerTrace * 36'000'000 + place * 123'000;
    MarkedBytes span;
    add_id(span, 1, trace);
    add_id(span, 2, span_id(trace, place));
    if (place > 0) add_id(span, 4, span_id(trace, 0));
    add_bytes(span, 5, place > 0 ? "child" : "root");
    add_number(span, 6, place > 0 ? 2 : 3);
    add_time(span, 7, start);
    add_time(span, 8, start + (place > 0 ? 123'000 : 1'230'000));
    AttributeWriter attributes(span, 9);
    for (std::size_t i = 0; i < kAttributes; ++i) {
      const std::uint64_t turn = number * kAttributes + i;
      attributes.text(fmt::format("key_{:02}", turn % kKeys), fmt::format("value_{:03}", turn % kValues));
    }
    add_message(scope_spans, 2, span);
  }
  MarkedBytes resource, resource_spans, body;
  AttributeWriter(resource, 1).text("service.name", "generator");
  add_message(resource_spans, 1, resource);
  add_message(resource_spans, 2, scope_spans);
  add_message(body, 1, resource_spans);
  return body;
}

}  // namespace tetrascope::bench
