#pragma once

#include <string>
#include <string_view>

#include "tetrascope/kit/rollbar.h"

namespace tetrascope::kit {

/// Whether a field of this name is sent as asterisks.
bool is_secret(const RollbarOptions& options, std::string_view field);

/// `a=1&token=2` with the values of secret names covered.
std::string scrub_query(const RollbarOptions& options, std::string_view query);

/// JSON and forms with the values of secret names covered. A body that is neither, or cannot be read to its end, is
/// covered as a whole when a secret name occurs in it.
std::string scrub_body(const RollbarOptions& options, std::string_view body);

}  // namespace tetrascope::kit
