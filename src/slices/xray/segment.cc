#include "slices/xray/segment.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "slices/whole_characters.h"
#include "slices/xray/document_number.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMaxNameCharacters = 200;
constexpr double kLastSecond = 9.2e9;  // the year 2261, the end of nanoseconds in 64 bits

/// Letters, separators and numbers of any script, and `_.:/%&#=+-@\` (2.1). Of scripts beyond ASCII everything passes.
bool is_name(std::string_view name) {
  constexpr std::string_view kMarks = " _.:/%&#=+-@\\";
  std::size_t characters = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) ++characters;
    if (byte < 0x80 && std::isalnum(byte) == 0 && !kMarks.contains(c)) return false;
  }
  return characters > 0 && characters <= kMaxNameCharacters;
}

bool all_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

std::unexpected<Refused> refuse(std::string_view id, std::string_view code, std::string_view what = "segment") {
  std::string message = "Invalid " + std::string(what) + ". ErrorCode: " + std::string(code);
  if (what == "subsegment") message += ", Cause: null";
  return std::unexpected(Refused{std::string(id), std::string(code), std::move(message)});
}

/// Names of everything below `part`. `left` counts the parts of the document.
bool names_fit(const Value& part, std::size_t& left) {
  const Array* subsegments = array_at(part, {"subsegments"});
  if (subsegments == nullptr) return true;
  for (const Value& subsegment : *subsegments) {
    if (left-- == 0) return false;
    if (subsegment.as<Object>() == nullptr) continue;
    if (!is_name(text_at(subsegment, {"name"})) || !names_fit(subsegment, left)) return false;
  }
  return true;
}

}  // namespace

bool is_segment_id(std::string_view text) { return text.size() == 16 && all_hex(text); }

bool is_trace_id(std::string_view text) {
  if (text.size() == 32) return all_hex(text);
  return text.size() == 35 && text.starts_with("1-") && text[10] == '-' && all_hex(text.substr(2, 8)) &&
         all_hex(text.substr(11));
}

std::string xray_trace_id(const TraceId& id) {
  const std::string hex = to_hex(id);
  return "1-" + hex.substr(0, 8) + "-" + hex.substr(8);
}

std::optional<double> seconds_at(const Value& part, std::string_view name) {
  const Value* found = member(part, name);
  const auto seconds = number_of(found);
  if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > kLastSecond) return std::nullopt;
  return seconds;
}

UnixNanos nanos_of(double seconds) {
  // A double has a quarter of a microsecond at today's dates: what is finer would be noise.
  return {std::llround(seconds * 1e6) * 1'000};
}

double seconds_of(UnixNanos time) {
  const std::int64_t micros = time.value / 1'000;
  return static_cast<double>(micros) / 1e6;
}

bool is_in_progress(const Value& part) { return flag_at(part, {"in_progress"}) || !seconds_at(part, "end_time"); }

Outcome outcome_of(const Value& part) {
  Outcome outcome{flag_at(part, {"error"}), flag_at(part, {"throttle"}), flag_at(part, {"fault"})};
  if (!outcome.ok()) return outcome;
  const double status = number_at(part, {"http", "response", "status"}).value_or(0);
  outcome.fault = status >= 500 && status < 600;
  outcome.error = status >= 400 && status < 500;
  outcome.throttle = status == 429;
  return outcome;
}

std::expected<Segment, Refused> read_segment(std::string_view document) {
  if (document.size() > kMaxDocument) return refuse("", "SegmentTooLarge");
  Segment segment;
  auto parsed = value_from_json(document);
  if (!parsed) {
    if (auto mended = with_whole_characters(document)) {
      parsed = value_from_json(*mended);
      segment.mended = *std::move(mended);
    }
  }
  if (!parsed) return refuse("", "ParseError");
  segment.body = *std::move(parsed);
  const Value& body = segment.body;
  const std::string_view id = text_at(body, {"id"});
  segment.is_subsegment = text_at(body, {"type"}) == "subsegment";
  const std::string_view what = segment.is_subsegment ? "subsegment" : "segment";
  if (id.empty()) return refuse("", "MissingId");
  if (!is_segment_id(id)) return refuse(id, "InvalidId", what);
  const std::string_view trace_id = text_at(body, {"trace_id"});
  if (!is_trace_id(trace_id)) return refuse(id, "InvalidTraceId", what);
  segment.name = text_at(body, {"name"});
  if (!is_name(segment.name)) return refuse(id, "InvalidName", what);
  std::size_t left = kMaxParts;
  if (!names_fit(body, left)) return refuse(id, "InvalidName", "subsegment");
  const auto start = seconds_at(body, "start_time");
  if (!start) return refuse(id, "InvalidStartTime", what);
  if (segment.is_subsegment && !is_segment_id(text_at(body, {"parent_id"}))) {
    return refuse(id, "MissingParentId", what);
  }
  segment.trace_id = trace_id_from_text(trace_id);
  segment.trace_id.text.clear();  // the document keeps how it was written
  segment.id = span_id_from_text(id).id;
  segment.start = nanos_of(*start);
  segment.in_progress = is_in_progress(body);
  return segment;
}

std::optional<std::string_view> document_of_datagram(std::string_view datagram) {
  const std::size_t line_end = datagram.find('\n');
  if (line_end == std::string_view::npos || line_end > 1'024) return std::nullopt;
  const auto header = value_from_json(datagram.substr(0, line_end));
  if (!header) return std::nullopt;
  std::string format(text_at(*header, {"format"}));
  std::ranges::transform(format, format.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (format != "json" || number_at(*header, {"version"}) != 1.0) return std::nullopt;
  const std::string_view document = datagram.substr(line_end + 1);
  return document.empty() ? std::nullopt : std::optional(document);
}

}  // namespace tetrascope::xray
