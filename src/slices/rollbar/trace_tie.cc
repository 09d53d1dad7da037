#include "slices/rollbar/trace_tie.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "model/members.h"

namespace tetrascope::rollbar {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A header of the reported request: SDKs write names in any letter case, values as text or as a list of texts.
std::string_view header_of(const Value& data, std::string_view name) {
  const Value* headers = member(&data, {"request", "headers"});
  const Object* object = headers == nullptr ? nullptr : headers->as<Object>();
  if (object == nullptr) return {};
  for (const auto& [key, value] : *object) {
    if (!same_name(key, name)) continue;
    const Array* list = value.as<Array>();
    return text_of(list != nullptr && !list->empty() ? &list->front() : &value);
  }
  return {};
}

/// Ids as applications write them: 32 hex digits or X-Ray's form. Others tie nothing.
TraceTie tie_of_ids(std::string_view trace, std::string_view span) {
  TraceTie tie;
  if (trace.starts_with("00-")) return tie_of_traceparent(trace);
  const bool w3c = (trace.size() == 32 || trace.size() == 16) && is_hex(trace);
  const bool xray = trace.size() == 35 && trace.starts_with("1-");
  if (!w3c && !xray) return tie;
  tie.trace_id = trace_id_from_text(trace);
  if (span.size() == 16 && is_hex(span)) tie.span_id = span_id_from_text(span);
  return tie;
}

TraceTie tie_of_object(const Value* object) {
  struct Names {
    std::string_view trace, span;
  };
  constexpr std::array<Names, 6> kNames = {{{"trace_id", "span_id"},
                                            {"traceId", "spanId"},
                                            {"trace.trace_id", "trace.span_id"},
                                            {"traceparent", ""},
                                            {"opentracing_trace_id", "opentracing_span_id"},
                                            {"xray_trace_id", ""}}};
  for (const auto& [trace, span] : kNames) {
    const TraceTie tie = tie_of_ids(text_of(member(object, trace)), text_of(member(object, span)));
    if (!tie.empty()) return tie;
  }
  return {};
}

TraceTie tie_of_attributes(const Value& data) {
  const Value* attributes = member(&data, "attributes");
  const Array* list = attributes == nullptr ? nullptr : attributes->as<Array>();
  if (list == nullptr) return {};
  std::string_view trace, span;
  for (const Value& one : *list) {
    const std::string_view key = text_of(member(&one, "key"));
    if (key == "trace_id") trace = text_of(member(&one, "value"));
    if (key == "span_id") span = text_of(member(&one, "value"));
  }
  return tie_of_ids(trace, span);
}

}  // namespace

TraceTie tie_of_traceparent(std::string_view header) {
  if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-') return {};
  const std::string_view trace = header.substr(3, 32);
  const std::string_view span = header.substr(36, 16);
  if (!is_hex(trace) || !is_hex(span)) return {};
  return {trace_id_from_text(trace), span_id_from_text(span)};
}

TraceTie tie_of_amzn_trace_id(std::string_view header) {
  const auto part = [&](std::string_view name) -> std::string_view {
    std::string_view rest = header;
    while (!rest.empty()) {
      const std::string_view field = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), field.size() + 1));
      const auto start = field.find_first_not_of(' ');
      if (start == std::string_view::npos) continue;
      const std::string_view trimmed = field.substr(start);
      if (trimmed.starts_with(name)) return trimmed.substr(name.size());
    }
    return {};
  };
  return tie_of_ids(part("Root="), part("Parent="));
}

TraceTie tie_of_data(const Value& data) {
  const Value* body = member(&data, "body");
  const Value* chain = member(body, "trace_chain");
  const Array* traces = chain == nullptr ? nullptr : chain->as<Array>();
  const Value* first = traces == nullptr || traces->empty() ? nullptr : &traces->front();
  for (const Value* object : {member(&data, "custom"), member(body, {"trace", "extra"}), member(first, "extra"),
                              member(body, {"message", "extra"}), member(body, "message")}) {
    if (TraceTie tie = tie_of_object(object); !tie.empty()) return tie;
  }
  if (TraceTie tie = tie_of_traceparent(header_of(data, "traceparent")); !tie.empty()) return tie;
  if (TraceTie tie = tie_of_amzn_trace_id(header_of(data, "X-Amzn-Trace-Id")); !tie.empty()) return tie;
  return tie_of_attributes(data);
}

}  // namespace tetrascope::rollbar
