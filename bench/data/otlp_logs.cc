#include "data/otlp_logs.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/otlp_attributes.h"
#include "data/otlp_spans.h"
#include "data/shop.h"

namespace tetrascope::bench {
namespace {

constexpr double kNanosBetweenLines = 3600e9 / 1e6;
constexpr std::uint64_t kLogStream = 4ULL << 60U;

/// What a line says; severities as most services have them.
void set_text(std::uint64_t number, Random& random, LogLine& line) {
  const Service& service = kShop[line.service];
  const std::size_t id = random.below(1'000'000);
  const double draw = random.unit();
  if (draw < 0.04) {
    line.severity = 17, line.severity_text = "ERROR";
    line.text = fmt::format("timeout after {} ms while waiting for {} of {} {}: connection to upstream was closed",
                            1000 + random.below(9000), kFunctions[line.place % kFunctions.size()], service.noun, id);
  } else if (draw < 0.09) {
    line.severity = 13, line.severity_text = "WARN";
    line.text = fmt::format("slow {} of {} {} took {:.1f} ms, more than the budget of 250 ms, queue length {}",
                            kFunctions[line.place % kFunctions.size()], service.noun, id, line.elapsed_ms + 250,
                            random.below(400));
  } else if (draw < 0.25) {
    line.severity = 5, line.severity_text = "DEBUG";
    line.text = fmt::format("cache {} for key {}:{}:{} in region {}", random.chance(0.8) ? "hit" : "miss", service.name,
                            service.noun, id, random.below(6));
  } else {
    line.severity = 9, line.severity_text = "INFO";
    line.text = fmt::format("{} {} {} finished with state {} in {:.3f} ms for client 10.20.{}.{}",
                            kFunctions[line.place % kFunctions.size()], service.noun, id,
                            random.chance(0.97) ? "accepted" : "rejected", line.elapsed_ms, random.below(48),
                            random.below(256));
  }
  if (number % 100'000 == 50'000) line.text += " needle";
}

void add_record(const LogLine& line, MarkedBytes& out) {
  const Service& service = kShop[line.service];
  MarkedBytes record, body;
  add_time(record, 1, line.time);
  add_number(record, 2, line.severity);
  add_bytes(record, 3, line.severity_text);
  add_bytes(body, 1, line.text);
  add_message(record, 5, body);
  AttributeWriter attributes(record, 6);
  attributes.text("log.logger", fmt::format("com.shop.{}.{}Service", service.name, service.type));
  attributes.text("thread.name", fmt::format("worker-{}", line.user % 48));
  attributes.text("code.function.name", kFunctions[line.place % kFunctions.size()]);
  attributes.integer("code.line.number", static_cast<std::int64_t>(40 + line.place % kFunctions.size() * 37));
  attributes.text("user.id", fmt::format("user-{:06}", line.user));
  attributes.text("tenant.id", fmt::format("tenant-{:03}", line.tenant));
  attributes.number("app.elapsed_ms", line.elapsed_ms);
  attributes.flag("app.sampled", line.has_trace);
  if (line.has_trace) {
    add_fixed32(record, 8, 1);
    add_id(record, 9, line.trace);
    add_id(record, 10, line.span);
  }
  add_time(record, 11, line.time + 40'000);
  add_message(out, 2, record);
}

}  // namespace

LogLine make_log_line(std::uint64_t seed, std::uint64_t number, std::uint64_t first) {
  Random random(seed, kLogStream | number);
  LogLine line;
  const double after = (static_cast<double>(number) + random.unit()) * kNanosBetweenLines;
  line.time = first + static_cast<std::uint64_t>(after);
  line.service = random.below(kServices);
  line.user = random.below(kUsers);
  line.tenant = line.user % kTenants;
  line.pod = (line.user + line.service) % kPods;
  line.place = random.below(1024);
  line.elapsed_ms = random.log_normal(18, 1.1);
  line.has_trace = random.chance(0.3);
  if (line.has_trace) {  // of a request that began at about this time
    const auto newest = static_cast<std::uint64_t>(after / kNanosBetweenTraces);
    line.trace = trace_id(seed, newest - std::min<std::uint64_t>(newest, random.below(4)));
    line.span = span_id(line.trace, random.below(kMinSpans));
  }
  set_text(number, random, line);
  return line;
}

MarkedBytes log_request(std::uint64_t seed, std::uint64_t begin, std::size_t count, std::uint64_t first) {
  std::array<MarkedBytes, kServices * kPods> by_resource;
  for (std::uint64_t number = begin; number < begin + count; ++number) {
    const LogLine line = make_log_line(seed, number, first);
    add_record(line, by_resource[line.service * kPods + line.pod]);
  }
  MarkedBytes body;
  for (std::size_t resource = 0; resource < by_resource.size(); ++resource) {
    if (by_resource[resource].empty()) continue;
    MarkedBytes resource_logs, scope_logs, scope;
    add_message(resource_logs, 1, resource_message(resource / kPods, resource % kPods));
    add_bytes(scope, 1, "io.opentelemetry.logback-appender-1.0");
    add_message(scope_logs, 1, scope);
    scope_logs.add(by_resource[resource]);
    add_message(resource_logs, 2, scope_logs);
    add_message(body, 1, resource_logs);
  }
  return body;
}

}  // namespace tetrascope::bench
