#pragma once
// Deploys in the control state.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/store.h"
#include "model/value.h"

namespace tetrascope::rollbar {

struct Deploy {
  std::int64_t id = 0, project = 0;
  std::string environment, revision, local_username, comment, status;
  std::int64_t start_time = 0, finish_time = 0;  ///< Unix seconds; 0: not finished
};

/// A deploy that was started and not ended for this long timed out (dossier 3.3).
inline constexpr std::int64_t kDeployTimeout = 3'600;

/// Gives it its id.
Result<Deploy> add_deploy(ControlStore& control, Deploy deploy);
Result<std::optional<Deploy>> find_deploy(ControlStore& control, std::int64_t project, std::int64_t id);
/// Newest first; at most 100,000.
Result<std::vector<Deploy>> list_deploys(ControlStore& control, std::int64_t project);
/// Ends a deploy. Errors: kConflict (it is not `started`), kNotFound.
Result<Deploy> end_deploy(ControlStore& control, std::int64_t project, std::int64_t id, const std::string& status,
                          const std::optional<std::string>& comment);

Value deploy_json(const Deploy& deploy);

}  // namespace tetrascope::rollbar
