#include "slices/rollbar/environments.h"

#include "model/members.h"
#include "slices/rollbar/control_keys.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kEnvironmentSpace = "rollbar.environment";

}  // namespace

Result<void> note_environment(ControlStore& control, std::int64_t project, std::string_view environment) {
  const std::string key = prefix_of(project).append(environment);
  ASSIGN_OR_RETURN(const auto known, control.get(kEnvironmentSpace, key));
  if (known) return {};
  ASSIGN_OR_RETURN(const std::int64_t id, control.allocate(kEnvironmentSpace, 1));
  const auto written =
      control.put(std::string(kEnvironmentSpace), key, to_json(Object{{"id", id}}), ControlWrite::kAbsent);
  // Somebody else made it meanwhile.
  if (!written && written.error().code != ErrorCode::kConflict) return std::unexpected(written.error());
  return {};
}

Result<std::vector<Value>> environments_of(ControlStore& control, std::int64_t project) {
  const std::string prefix = prefix_of(project);
  std::vector<Value> environments;
  std::string after;
  while (environments.size() < kMostListed) {
    ASSIGN_OR_RETURN(const auto page, control.list(kEnvironmentSpace, prefix, after, kControlPage));
    for (const auto& document : page) {
      ASSIGN_OR_RETURN(const Value stored, value_from_json(document.json));
      environments.emplace_back(Object{{"id", integer_of(member(&stored, "id")).value_or(0)},
                                       {"project_id", project},
                                       {"environment", document.key.substr(prefix.size())},
                                       {"visible", 1}});
    }
    if (page.size() < kControlPage) break;
    after = page.back().key;
  }
  return environments;
}

}  // namespace tetrascope::rollbar
