#include "xray/segment_cause.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <vector>

#include "core/random.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostExceptions = 10;
constexpr std::size_t kMostFrames = 50;
constexpr std::size_t kMostText = 300;  // of a function with its templates, of a path

void write_frames(JsonWriter& json, std::string_view stacktrace) {
  json.key("stack").begin_array();
  std::size_t count = 0;
  for_each_part(stacktrace, '\n', [&](std::string_view line) {
    line = trim(line);
    if (line.substr(0, 3) != "at " || count == kMostFrames) return;  // "at function (file:line)"
    ++count;
    const auto open = line.rfind(" (");
    const auto colon = line.rfind(':');
    json.begin_object();
    if (open != std::string_view::npos && colon != std::string_view::npos && colon > open && line.back() == ')') {
      json.member("path", cut_utf8(line.substr(open + 2, colon - open - 2), kMostText));
      const std::string digits(line.substr(colon + 1, line.size() - colon - 2));
      json.member("line", static_cast<std::int64_t>(std::strtol(digits.c_str(), nullptr, 10)));
      json.member("label", cut_utf8(line.substr(3, open - 3), kMostText));
    } else {
      json.member("label", cut_utf8(line.substr(3), kMostText));
    }
    json.end_object();
  });
  json.end_array();
}

std::string exception_id() {
  SpanId id;
  const std::uint64_t bits = random_bits();
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return id.hex();
}

}  // namespace

void write_cause(JsonWriter& json, const FinishedSpan& span, bool with_stacks) {
  std::vector<const SpanEvent*> exceptions;
  for (const SpanEvent* event = span.events(); event != nullptr; event = event->next) {
    if (event->name == "exception" && exceptions.size() < kMostExceptions) exceptions.push_back(event);
  }
  if (exceptions.empty() && (span.status() != StatusCode::kError || span.status_message().empty())) return;
  char folder[PATH_MAX];
  json.key("cause").begin_object();
  if (getcwd(folder, sizeof folder) != nullptr) json.member("working_directory", std::string_view(folder));
  json.key("exceptions").begin_array();
  const auto one = [&](std::string_view type, std::string_view message, std::string_view stacktrace) {
    json.begin_object().member("id", exception_id()).member("message", cut_utf8(message, 4096));
    if (!type.empty()) json.member("type", type);
    json.member("remote", span.kind() == SpanKind::kClient || span.kind() == SpanKind::kProducer);
    if (!stacktrace.empty() && with_stacks) write_frames(json, stacktrace);
    json.end_object();
  };
  if (exceptions.empty()) one("", span.status_message(), "");
  for (const SpanEvent* event : exceptions) {
    const auto text = [&](std::string_view key) -> std::string {
      const AttributeValue* value = event->attributes.find(key);
      if (value != nullptr && value->type() == ValueType::kStack) return Stacktrace::text_of(*value);
      return std::string(value == nullptr || value->type() != ValueType::kString ? "" : value->as_string());
    };
    one(text("exception.type"), text("exception.message"), with_stacks ? text("exception.stacktrace") : std::string());
  }
  json.end_array().end_object();
}

}  // namespace tetrascope::kit
