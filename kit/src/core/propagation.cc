#include "tetrascope/kit/propagation.h"

#include <cstdlib>

#include "core/hex.h"
#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostBaggageBytes = 8192;  // W3C Baggage, limits
constexpr std::size_t kMostBaggageItems = 64;
constexpr std::size_t kMostTracestateBytes = 512;

Propagators& global_propagators() {
  static auto* all = [] {
    const char* list = std::getenv("OTEL_PROPAGATORS");
    return new Propagators(list == nullptr || *list == '\0' ? Propagators() : Propagators::parse(list));
  }();
  return *all;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\' && c != '%' && c != '=';
    if (plain) {
      out += c;
    } else {
      static const char digits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::optional<SpanContext> parse_traceparent(std::string_view text) {
  text = trim(text);
  // version "-" 32 hex "-" 16 hex "-" flags; later versions may append "-…".
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  if (!read_hex(text.substr(0, 2), &version, 1) || version == 0xff) return std::nullopt;
  if (version == 0 ? text.size() != 55 : text.size() > 55 && text[55] != '-') return std::nullopt;
  for (const char c : text.substr(0, 55)) {
    if (c >= 'A' && c <= 'F') return std::nullopt;  // the standard wants lower case
  }
  const auto trace = TraceId::parse(text.substr(3, 32));
  const auto span = SpanId::parse(text.substr(36, 16));
  if (!trace || !span || !read_hex(text.substr(53, 2), &flags, 1)) return std::nullopt;
  SpanContext found;
  found.trace_id = *trace;
  found.span_id = *span;
  found.sampled = (flags & 1) != 0;
  found.remote = true;
  return found;
}

std::string write_traceparent(const SpanContext& span) {
  return "00-" + span.trace_id.hex() + "-" + span.span_id.hex() + (span.sampled ? "-01" : "-00");
}

std::optional<SpanContext> parse_xray_header(std::string_view text) {
  SpanContext found;
  found.remote = true;
  found.sampling_deferred = true;
  bool root = false;
  for_each_part(text, ';', [&](std::string_view part) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = trim(part.substr(0, equals));
    const std::string_view value = trim(part.substr(equals + 1));
    if (key == "Root") {
      const auto id = TraceId::parse(value);
      root = id.has_value() && value.size() == 35;
      if (root) found.trace_id = *id;
    } else if (key == "Parent") {
      if (const auto id = SpanId::parse(value)) found.span_id = *id;
    } else if (key == "Sampled" && (value == "0" || value == "1")) {
      found.sampled = value == "1";
      found.sampling_deferred = false;
    }
  });
  return root ? std::optional(found) : std::nullopt;
}

std::string write_xray_header(const SpanContext& span) {
  return "Root=" + span.trace_id.xray() + ";Parent=" + span.span_id.hex() +
         (span.sampled ? ";Sampled=1" : ";Sampled=0");
}

std::shared_ptr<const Baggage> parse_baggage(std::string_view text) {
  if (text.size() > kMostBaggageBytes) return nullptr;
  auto baggage = std::make_shared<Baggage>();
  for_each_part(text, ',', [&](std::string_view member) {
    member = member.substr(0, member.find(';'));  // properties of a member are not kept
    const auto equals = member.find('=');
    if (equals == std::string_view::npos || baggage->size() == kMostBaggageItems) return;
    const std::string_view name = trim(member.substr(0, equals));
    if (!name.empty()) (*baggage)[std::string(name)] = percent_decoded(trim(member.substr(equals + 1)));
  });
  return baggage->empty() ? nullptr : baggage;
}

std::string write_baggage(const Baggage& baggage) {
  std::string out;
  for (const auto& [name, value] : baggage) {
    const std::string member = (out.empty() ? "" : ",") + name + "=" + percent_encode(value);
    if (out.size() + member.size() > kMostBaggageBytes) break;
    out += member;
  }
  return out;
}

Propagators Propagators::parse(std::string_view list) {
  std::vector<Propagator> used;
  for_each_part(list, ',', [&](std::string_view name) {
    name = trim(name);
    if (name == "tracecontext") {
      used.push_back(Propagator::kTraceContext);
    } else if (name == "baggage") {
      used.push_back(Propagator::kBaggage);
    } else if (name == "xray") {
      used.push_back(Propagator::kXray);
    } else if (!name.empty() && name != "none") {
      say_once("propagator",
               "OTEL_PROPAGATORS: unknown \"" + std::string(name) + "\", want tracecontext, baggage, xray");
    }
  });
  return Propagators(std::move(used));
}

Context Propagators::extract(const HeaderGetter& header) const {
  Context found;
  for (const Propagator each : used_) {
    if (each == Propagator::kBaggage) {
      if (const auto text = header("baggage")) found.baggage = parse_baggage(*text);
      continue;
    }
    if (found.span.trace_id.valid()) continue;
    const auto text = header(each == Propagator::kTraceContext ? "traceparent" : "x-amzn-trace-id");
    if (!text) continue;
    auto span = each == Propagator::kTraceContext ? parse_traceparent(*text) : parse_xray_header(*text);
    if (!span) continue;
    found.span = std::move(*span);
    if (each != Propagator::kTraceContext) continue;
    const auto state = header("tracestate");
    if (state && !state->empty() && state->size() <= kMostTracestateBytes) {
      found.span.tracestate = std::make_shared<const std::string>(*state);
    }
  }
  return found;
}

void Propagators::inject(const Context& context, const HeaderSetter& set) const {
  for (const Propagator each : used_) {
    if (each == Propagator::kBaggage) {
      if (context.baggage && !context.baggage->empty()) set("baggage", write_baggage(*context.baggage));
    } else if (!context.span.valid()) {
      continue;
    } else if (each == Propagator::kTraceContext) {
      set("traceparent", write_traceparent(context.span));
      if (context.span.tracestate) set("tracestate", *context.span.tracestate);
    } else {
      set("X-Amzn-Trace-Id", write_xray_header(context.span));
    }
  }
}

const Propagators& Propagators::global() { return global_propagators(); }
void Propagators::set_global(Propagators propagators) { global_propagators() = std::move(propagators); }

}  // namespace tetrascope::kit
