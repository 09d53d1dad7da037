#include "slices/rollbar/environments.h"

#include <fmt/core.h>

#include "slices/rollbar/json.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kSpace = "rollbar.environment";
constexpr std::size_t kPage = 1'000;
constexpr std::size_t kMaxListed = 100'000;

std::string prefix_of(std::int64_t project) { return fmt::format("{:010}/", project); }

}  // namespace

Result<void> note_environment(ControlStore& control, std::int64_t project, std::string_view environment) {
  const std::string key = prefix_of(project).append(environment);
  ASSIGN_OR_RETURN(const auto known, control.get(kSpace, key));
  if (known) return {};
  ASSIGN_OR_RETURN(const std::int64_t id, control.allocate(kSpace, 1));
  const auto written = control.put(std::string(kSpace), key, to_json(Object{{"id", id}}), ControlWrite::kAbsent);
  // Somebody else made it meanwhile.
  if (!written && written.error().code != ErrorCode::kConflict) return std::unexpected(written.error());
  return {};
}

Result<std::vector<Value>> environments_of(ControlStore& control, std::int64_t project) {
  const std::string prefix = prefix_of(project);
  std::vector<Value> environments;
  std::string after;
  while (environments.size() < kMaxListed) {
    ASSIGN_OR_RETURN(const auto page, control.list(kSpace, prefix, after, kPage));
    for (const auto& document : page) {
      ASSIGN_OR_RETURN(const Value stored, value_from_json(document.json));
      environments.emplace_back(Object{{"id", integer_of(member(&stored, "id")).value_or(0)},
                                       {"project_id", project},
                                       {"environment", document.key.substr(prefix.size())},
                                       {"visible", 1}});
    }
    if (page.size() < kPage) break;
    after = page.back().key;
  }
  return environments;
}

}  // namespace tetrascope::rollbar
