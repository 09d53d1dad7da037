#include "core/gzip.h"

#include <zlib.h>

namespace tetrascope::kit {

bool gzip(std::string_view body, std::string& out) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  out.clear();
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  out.resize(deflateBound(&stream, body.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(code == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return code == Z_STREAM_END;
}

}  // namespace tetrascope::kit
