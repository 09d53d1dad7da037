#pragma once
// Who calls an AWS API: what its signature says, without checking it. Any key, or none, is taken.

#include <string>
#include <string_view>

#include "net/http.h"

namespace tetrascope::aws {

inline constexpr std::string_view kDefaultRegion = "us-east-1";

struct Identity {
  std::string account;     ///< twelve digits, the operator's setting: one for all keys
  std::string region;      ///< of the signature's scope
  std::string access_key;  ///< "" for a call that is not signed
};

/// From `Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`. A header of another form
/// is as good as none; a region that is no name (letters, digits and `-`, at most 32) is the default one.
Identity identity_of(const Headers& headers, std::string_view account);

/// `arn:aws:logs:us-east-1:123456789012:log-group:cruddur`; the partition follows from the region.
std::string arn(std::string_view service, const Identity& identity, std::string_view resource);
/// The resource part of an ARN of this service; "" when `text` is none.
std::string_view arn_resource(std::string_view text, std::string_view service);

/// Its region; "" when `text` is no ARN, or one without a region.
std::string_view arn_region(std::string_view text);
/// Its account; "" when `text` is no ARN, or one without an account.
std::string_view arn_account(std::string_view text);

/// A random UUID: what AWS calls a request id.
std::string new_request_id();

}  // namespace tetrascope::aws
