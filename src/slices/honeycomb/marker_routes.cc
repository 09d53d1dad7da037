#include "slices/honeycomb/marker_routes.h"

#include <nlohmann/json.hpp>

#include "slices/honeycomb/access.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/request_body.h"
#include "slices/honeycomb/saved_queries.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kMarkers = "honeycomb.marker";
constexpr std::string_view kMarkerNotFound = "Marker not found";
constexpr std::size_t kPage = 1'000;

/// What stands before the id in the keys of a dataset's markers.
Result<std::string> marker_prefix(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(const HoneycombKey key, authorize(request, middle, Need::kAsk));
  std::string dataset = request.captures.empty() ? std::string(kAllDatasets) : request.captures.at(0);
  if (dataset != kAllDatasets) {
    ASSIGN_OR_RETURN(const auto found, find_dataset(middle, key.environment, dataset));
    if (!found) return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
    dataset = found->slug;
  }
  return std::string(key.environment).append("/").append(dataset).append("/");
}

/// Takes over what the body says; what it does not say stays. Read-only members are ignored.
void read_marker(BodyReader& body, Json& marker) {
  for (const char* name : {"message", "type", "url"}) {
    if (const auto text = body.text(name)) marker[name] = *text;
  }
  for (const char* name : {"start_time", "end_time"}) {
    const auto seconds = body.integer(name);
    if (!seconds) continue;
    if (*seconds < 0) body.problem(name, "invalid", "must be seconds since 1970");
    // Clients that send their whole structure send zero for what was not set.
    if (*seconds > 0) marker[name] = *seconds;
  }
}

Response store_marker(Middle& middle, const Request& request, int status, const std::string& key, const Json& marker) {
  const std::string json = to_text(marker);
  if (const auto put = middle.control.put(std::string(kMarkers), key, json); !put)
    return refuse(middle, request, put.error());
  return json_answer(status, json);
}

struct FoundMarker {
  std::string key;
  Json marker;
};
Result<FoundMarker> find_marker(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(std::string key, marker_prefix(middle, request));
  key += request.captures.at(1);
  const auto unknown = [] { return fail(ErrorCode::kNotFound, std::string(kMarkerNotFound)); };
  if (key.size() > kMaxControlKey) return unknown();
  ASSIGN_OR_RETURN(const auto document, middle.control.get(kMarkers, key));
  if (!document) return unknown();
  return FoundMarker{std::move(key), parse_json(document->json)};
}

}  // namespace

Response create_marker(Middle& middle, const Request& request) {
  const auto prefix = marker_prefix(middle, request);
  if (!prefix) return refuse(middle, request, prefix.error());
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  const UnixNanos now = UnixNanos::now();
  Json marker = {{"id", random_id()},
                 {"start_time", now.value / kNanosPerSecond},
                 {"created_at", format_time(now)},
                 {"updated_at", format_time(now)}};
  BodyReader body(*object);
  read_marker(body, marker);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  return store_marker(middle, request, 201, *prefix + marker["id"].get<std::string>(), marker);
}

Response list_markers(Middle& middle, const Request& request) {
  const auto prefix = marker_prefix(middle, request);
  if (!prefix) return refuse(middle, request, prefix.error());
  std::string list = "[";
  std::string after;
  while (true) {
    const auto page = middle.control.list(kMarkers, *prefix, after, kPage);
    if (!page) return refuse(middle, request, page.error());
    for (const auto& document : *page) list.append(list.size() > 1 ? "," : "").append(document.json);
    if (page->size() < kPage) break;
    after = page->back().key;
  }
  return json_answer(200, list + "]");
}

Response update_marker(Middle& middle, const Request& request) {
  auto found = find_marker(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  // PUT replaces the whole; a marker stays where it began unless that is said.
  for (const char* name : {"message", "type", "url", "end_time"}) found->marker.erase(name);
  found->marker["updated_at"] = format_time(UnixNanos::now());
  BodyReader body(*object);
  read_marker(body, found->marker);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  return store_marker(middle, request, 200, found->key, found->marker);
}

Response delete_marker(Middle& middle, const Request& request) {
  const auto found = find_marker(middle, request);
  if (!found) return refuse(middle, request, found.error());
  if (const auto removed = middle.control.remove(std::string(kMarkers), found->key); !removed)
    return refuse(middle, request, removed.error());
  return json_answer(200, to_text(found->marker));
}

}  // namespace tetrascope::honeycomb
