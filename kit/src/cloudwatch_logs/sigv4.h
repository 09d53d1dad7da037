#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tetrascope/kit/cloudwatch_logs.h"

namespace tetrascope::kit {

struct SignedCall {
  std::string host;  // as in the Host header
  std::string path = "/";
  std::string region;
  std::string service;
  std::string_view body;
  std::int64_t unix_seconds = 0;
};

/// Adds X-Amz-Date, X-Amz-Security-Token where there is a token, and Authorization to a POST's headers, all of which
/// are signed. Source: AWS Signature Version 4.
void sign(const SignedCall& call, const AwsCredentials& credentials,
          std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace tetrascope::kit
