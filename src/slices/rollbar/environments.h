#pragma once
// Environments of a project: made by the first occurrence or deploy that names them (dossier 4.4).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/store.h"
#include "model/value.h"

namespace tetrascope::rollbar {

/// Does nothing for an environment that is there already.
Result<void> note_environment(ControlStore& control, std::int64_t project, std::string_view environment);

/// As the API shows them, by name.
Result<std::vector<Value>> environments_of(ControlStore& control, std::int64_t project);

}  // namespace tetrascope::rollbar
