#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/http_client.h"
#include "tetrascope/kit/cloudwatch_logs.h"

namespace tetrascope::kit {

/// The first of: AWS_* variables, the shared credentials and config files, the container's endpoint, the instance's.
/// Nothing when none has any. Waits for the network in the last two.
std::optional<AwsCredentials> find_credentials(HttpClient& http, const Deadline& deadline);

/// The keys of `profile` in a shared file's text, as `[name]` (credentials) or `[profile name]` (config) heads them.
std::optional<AwsCredentials> read_profile(std::string_view file, std::string_view profile);

/// A container's or an instance's JSON answer.
std::optional<AwsCredentials> read_endpoint_answer(std::string_view body);

}  // namespace tetrascope::kit
