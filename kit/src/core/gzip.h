#pragma once

#include <string>
#include <string_view>

namespace tetrascope::kit {

/// `body` as one gzip member into `out`, fast rather than small. False when zlib has no memory; `out` is then empty.
bool gzip(std::string_view body, std::string& out);

}  // namespace tetrascope::kit
