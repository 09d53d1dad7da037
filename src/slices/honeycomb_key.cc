#include "slices/honeycomb_key.h"

#include <algorithm>

namespace tetrascope {
namespace {

constexpr std::string_view kUnknownService = "unknown_service";

bool lower_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }
bool lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// `hcX` + `type` + `_`, X a letter that names the region.
bool has_prefix(std::string_view key, std::string_view type) {
  return key.size() > 6 && key.starts_with("hc") && key[2] >= 'a' && key[2] <= 'z' && key.substr(3, 2) == type &&
         key[5] == '_';
}

bool is_classic(std::string_view key) {
  if (key.size() == 32) return std::ranges::all_of(key, lower_hex);
  return key.size() == 64 && has_prefix(key, "ic") && std::ranges::all_of(key.substr(6), lower_alphanumeric);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

HoneycombKey parse_honeycomb_key(std::string_view key) {
  if (key.empty()) return {};
  HoneycombKey parsed;
  parsed.ingest_only = has_prefix(key, "ik") || has_prefix(key, "ic");
  parsed.kind = is_classic(key) ? HoneycombKey::Kind::kClassic : HoneycombKey::Kind::kEnvironment;
  if (parsed.kind == HoneycombKey::Kind::kClassic) parsed.environment = kClassicEnvironment;
  return parsed;
}

HoneycombKey honeycomb_key(const Headers& headers) {
  const std::string_view team = headers.get("X-Honeycomb-Team");
  return parse_honeycomb_key(team.empty() ? headers.get("X-Hny-Team") : team);
}

Result<std::string> otlp_dataset(const HoneycombKey& key, OtlpSignal signal, std::string_view service_name,
                                 std::string_view header) {
  const std::string_view service = trimmed(service_name);
  const bool named = !service.empty() && !service.starts_with(kUnknownService);
  const bool classic = key.kind == HoneycombKey::Kind::kClassic;
  if (classic && signal != OtlpSignal::kLogs) {
    if (header.empty()) return fail(ErrorCode::kUnauthenticated, "missing 'x-honeycomb-dataset' header");
    return std::string(header);
  }
  switch (signal) {
    case OtlpSignal::kTraces:
      return std::string(named ? service : kUnknownService);
    case OtlpSignal::kLogs:
      if (named) return std::string(service);
      return std::string(header.empty() ? "unknown_log_source" : header);
    case OtlpSignal::kMetrics:
      return std::string(header.empty() ? "unknown_metrics" : header);
  }
  return std::string(kUnknownService);
}

}  // namespace tetrascope
