#include <unistd.h>

#include <algorithm>

#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

std::uint32_t limit(const char* name, std::uint32_t otherwise) {
  return static_cast<std::uint32_t>(std::min<long>(environment_number(name, static_cast<long>(otherwise)), UINT32_MAX));
}

SpanLimits limits_from_environment() {
  SpanLimits limits;
  limits.value_bytes = limit("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", limits.value_bytes);
  limits.value_bytes = limit("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", limits.value_bytes);
  limits.attributes = limit("OTEL_ATTRIBUTE_COUNT_LIMIT", limits.attributes);
  limits.attributes = limit("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", limits.attributes);
  limits.events = limit("OTEL_SPAN_EVENT_COUNT_LIMIT", limits.events);
  limits.links = limit("OTEL_SPAN_LINK_COUNT_LIMIT", limits.links);
  limits.attributes_per_event = limit("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", limits.attributes_per_event);
  limits.attributes_per_link = limit("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", limits.attributes_per_link);
  return limits;
}

}  // namespace

BatchOptions BatchOptions::from_environment() {
  BatchOptions options;
  options.queue_spans =
      static_cast<std::size_t>(std::clamp(environment_number("OTEL_BSP_MAX_QUEUE_SIZE", 2048), 2L, 1L << 22));
  options.batch_spans = std::min(
      options.queue_spans,
      static_cast<std::size_t>(std::clamp(environment_number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512), 1L, 1L << 16)));
  options.schedule_delay_ms = std::clamp(environment_number("OTEL_BSP_SCHEDULE_DELAY", 5'000), 1L, 3'600'000L);
  return options;
}

TracingOptions TracingOptions::from_environment() {
  TracingOptions options;
  options.limits = limits_from_environment();
  options.batch = BatchOptions::from_environment();
  if (equals_ignoring_case(environment("OTEL_SDK_DISABLED").value_or(""), "true")) {
    options.sampler = Sampler::always_off();
    return options;
  }
  options.sampler = Sampler::from_environment();
  for_each_part(environment("OTEL_TRACES_EXPORTER").value_or("otlp"), ',', [&](std::string_view name) {
    name = trim(name);
    if (name == "otlp") {
      options.exporters.push_back(make_otlp_exporter(OtlpHttpOptions::from_environment("traces")));
    } else if (name == "console") {
      options.exporters.push_back(make_console_exporter());
    } else if (name != "none" && !name.empty()) {
      say_once("exporter", "OTEL_TRACES_EXPORTER: unknown \"" + std::string(name) + "\", want otlp, console or none");
    }
  });
  return options;
}

}  // namespace tetrascope::kit
