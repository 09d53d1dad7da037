#pragma once
// Subnets of IP addresses, as the first and the last address in them.

#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::plan {

/// Both ends included, as IPv6 text; IPv4 addresses are mapped (`::ffff:10.0.0.0`).
struct AddressRange {
  std::string first;
  std::string last;
};

/// `10.1.2.0/24`, `fd00::/8`, or one address. Bits behind the prefix are ignored. Errors: kInvalid.
Result<AddressRange> parse_subnet(std::string_view text);

}  // namespace tetrascope::plan
