#include "slices/honeycomb/access.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/refusals.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kTeamId = "hcxtm_01tetrascope000000000000000";
constexpr std::string_view kTeam = "tetrascope";

std::string_view key_text(const Headers& headers) {
  const std::string_view key = headers.get("X-Honeycomb-Team");
  return key.empty() ? headers.get("X-Hny-Team") : key;
}

/// Typed ids hold 26 characters; one that is the same for the same key and tells nothing of it.
std::string id_for(std::string_view prefix, std::string_view key) {
  const auto [low, high] = stable_hash(key);
  return fmt::format("{}{:013x}{:013x}", prefix, low & 0xFFFFFFFFFFFFFULL, high & 0xFFFFFFFFFFFFFULL);
}

/// With `require_keys` only keys that were made here are known, and none can be made yet.
bool is_known(const HoneycombKey& key, const Middle& middle) {
  return key.kind != HoneycombKey::Kind::kNone && !middle.settings.require_keys;
}

/// `hc?mk_…:secret` of an Authorization header; empty when it is none.
std::string_view management_key_id(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return {};
  const std::string_view key = authorization.substr(kBearer.size());
  const auto colon = key.find(':');
  const bool shaped = key.size() > 6 && key.starts_with("hc") && key.substr(3, 3) == "mk_";
  if (!shaped || colon == std::string_view::npos || colon + 1 == key.size()) return {};
  return key.substr(0, colon);
}

}  // namespace

Result<HoneycombKey> authorize(const Request& request, const Middle& middle, Need need) {
  const HoneycombKey key = honeycomb_key(request.headers);
  if (!is_known(key, middle)) return fail(ErrorCode::kUnauthenticated, std::string(kUnknownKey));
  if (need == Need::kAsk && key.ingest_only) {
    return fail(ErrorCode::kPermissionDenied,
                "this API key is an ingest key: it may send events, use a configuration key here");
  }
  return key;
}

Response answer_auth(Middle& middle, const Request& request) {
  const auto key = authorize(request, middle, Need::kKnown);
  if (!key) return refuse(middle, request, key.error());
  const std::string_view text = key_text(request.headers);
  const bool classic = key->kind == HoneycombKey::Kind::kClassic;
  const bool asks = !key->ingest_only;
  // The part of an ingest key before its secret is its id.
  const std::string id = key->ingest_only ? std::string(text.substr(0, 32)) : id_for("hcxlk_", text);
  const std::string_view environment = classic ? std::string_view{} : key->environment;
  const Json body = {{"id", id},
                     {"type", asks ? "configuration" : "ingest"},
                     {"api_key_access",
                      {{"events", true},
                       {"markers", asks},
                       {"triggers", asks},
                       {"boards", asks},
                       {"queries", asks},
                       {"columns", asks},
                       {"createDatasets", true},
                       {"create_datasets", true},
                       {"slos", asks},
                       {"recipients", asks},
                       {"privateBoards", asks}}},
                     {"environment", {{"name", environment}, {"slug", environment}}},
                     {"team", {{"name", kTeam}, {"slug", kTeam}}}};
  return json_answer(200, to_text(body));
}

Response answer_management_auth(Middle& middle, const Request& request) {
  const std::string_view id = management_key_id(request.headers.get("Authorization"));
  if (id.empty() || middle.settings.require_keys) {
    return refuse(middle, request, {ErrorCode::kUnauthenticated, std::string(kUnknownKey)});
  }
  const std::string started = format_time(middle.settings.started);
  const Json body = {
      {"data",
       {{"id", id},
        {"type", "api-keys"},
        {"attributes",
         {{"name", "management"},
          {"key_type", "management"},
          {"disabled", false},
          {"scopes", {"environments:read", "environments:write", "api-keys:read", "api-keys:write"}},
          {"timestamps", {{"created", started}, {"updated", started}}}}},
        {"relationships", {{"team", {{"data", {{"type", "teams"}, {"id", kTeamId}}}}}}}}},
      {"included",
       Json::array({{{"type", "teams"}, {"id", kTeamId}, {"attributes", {{"name", kTeam}, {"slug", kTeam}}}}})}};
  Response response{200, {}, to_text(body)};
  response.headers.add("Content-Type", "application/vnd.api+json");
  return response;
}

}  // namespace tetrascope::honeycomb
