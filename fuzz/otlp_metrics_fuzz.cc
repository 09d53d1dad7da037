// Export requests of metrics as protobuf.

#include "otlp_rows.h"
#include "slices/otlp/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tetrascope::check_otlp_rows(tetrascope::otlp::decode_metrics, {reinterpret_cast<const char*>(data), size});
  return 0;
}
