#include "rollbar/scrub.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::string_view kCovered = "*****";
constexpr std::size_t kMostJson = std::size_t{256} * 1024;
constexpr int kDeepestJson = 64;

// Bounded by kDeepestJson.
void cover(const RollbarOptions& options, nlohmann::json& value) {
  for (auto& [key, inner] : value.items()) {
    if (value.is_object() && is_secret(options, key)) {
      inner = kCovered;
    } else if (inner.is_structured()) {
      cover(options, inner);
    }
  }
}

/// Nothing for what is no JSON, or more than is read here.
std::optional<std::string> scrub_json(const RollbarOptions& options, std::string_view body) {
  if (body.size() > kMostJson) return std::nullopt;
  bool too_deep = false;
  auto value = nlohmann::json::parse(
      body,
      [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
        too_deep = too_deep || depth > kDeepestJson;
        return !too_deep;
      },
      false);
  if (too_deep || !value.is_structured()) return std::nullopt;
  cover(options, value);
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_form(std::string_view body) {
  return body.find('=') != std::string_view::npos && body.find_first_of(" \t\r\n\"{") == std::string_view::npos;
}

}  // namespace

bool is_secret(const RollbarOptions& options, std::string_view field) {
  const std::string name = to_lower(field);
  return std::any_of(options.scrub_fields.begin(), options.scrub_fields.end(),
                     [&](const std::string& part) { return name.find(to_lower(part)) != std::string::npos; });
}

std::string scrub_query(const RollbarOptions& options, std::string_view query) {
  std::string out;
  for_each_part(query, '&', [&](std::string_view pair) {
    const auto equals = pair.find('=');
    if (!out.empty()) out += '&';
    if (equals != std::string_view::npos && is_secret(options, percent_decoded(pair.substr(0, equals)))) {
      out.append(pair.substr(0, equals)).append("=").append(kCovered);
    } else {
      out += pair;
    }
  });
  return out;
}

std::string scrub_body(const RollbarOptions& options, std::string_view body) {
  const std::string_view text = trim(body);
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
    if (auto scrubbed = scrub_json(options, text)) return *scrubbed;
  }
  if (is_form(text)) return scrub_query(options, text);
  return std::string(is_secret(options, body) ? kCovered : body);
}

}  // namespace tetrascope::kit
