// Export requests as JSON; the first byte says of which signal.

#include "otlp_rows.h"
#include "slices/otlp/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr OtlpDecode kDecoders[] = {otlp::decode_traces_json, otlp::decode_logs_json, otlp::decode_metrics_json};
  // Seeds are bodies without that byte: for those it is the brace, which is 123.
  check_otlp_rows(kDecoders[data[0] % 3], data[0] == '{' ? std::string_view(body.data() - 1, size) : body);
  return 0;
}
