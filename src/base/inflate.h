#pragma once
// Bodies that clients compress: gzip, zlib ("deflate") and zstd, inflated within a bound; and gzip for answers.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope {

/// Inflates `body` as `encoding` says (the Content-Encoding header or grpc-encoding: empty, identity, gzip, x-gzip,
/// deflate, zlib, zstd, zst; any letter case). gzip may have several members; deflate is zlib-wrapped, raw deflate is
/// taken too. `limit`: bytes that the result may have; counted while inflating, so that a bomb costs no more than that.
/// `out`:   replaced; its capacity is reused.
/// Errors:  kUnsupportedMedia (unknown encoding), kMalformed (corrupt or truncated), kTooLarge (over `limit`).
Result<void> inflate(std::string_view encoding, std::string_view body, std::size_t limit, std::string& out);

/// One gzip member, at a speed fit for answers.
std::string gzip(std::string_view body);

}  // namespace tetrascope
