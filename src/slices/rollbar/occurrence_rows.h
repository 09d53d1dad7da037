#pragma once
// One occurrence as rows: in the table that every vendor's errors share, and its document as it was sent.

#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/batch.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/items.h"
#include "slices/rollbar/projects.h"

namespace tetrascope::rollbar {

/// Names of the attributes that this slice writes and asks by. What OpenTelemetry has a name for is called so.
namespace attributes {
inline constexpr std::string_view kProject = "rollbar.project_id";
inline constexpr std::string_view kItem = "rollbar.item_id";
inline constexpr std::string_view kActivation = "rollbar.activation";
inline constexpr std::string_view kOccurrence = "rollbar.occurrence_id";
inline constexpr std::string_view kUuid = "rollbar.uuid";
inline constexpr std::string_view kEnvironment = "deployment.environment.name";
inline constexpr std::string_view kVersion = "service.version";
inline constexpr std::string_view kAddress = "client.address";
inline constexpr std::string_view kPerson = "user.id";
}  // namespace attributes

inline constexpr std::string_view kDocumentKind = "rollbar.item";
/// Where rows that came without a Honeycomb key stand.
inline constexpr std::string_view kHoneycombEnvironment = "default";

struct Occurrence {
  const ItemReport& report;
  const Project& project;
  const Placed& placed;
  std::int64_t id = 0;
  std::string_view user_ip;  ///< `$remote_ip` resolved
  UnixNanos received;
};

/// The document's key: the vendor looks occurrences up by project and uuid.
std::string document_key(std::int64_t project, std::string_view uuid);

/// `$remote_ip` and `$remote_ip_anonymize` stand for the address that the request came from (1.5); anything else for
/// itself. `remote`: `127.0.0.1:54321` or `[::1]:54321`.
std::string resolved_ip(std::string_view user_ip, std::string_view remote);

void append_occurrence(const Occurrence& occurrence, Batch& batch);

}  // namespace tetrascope::rollbar
