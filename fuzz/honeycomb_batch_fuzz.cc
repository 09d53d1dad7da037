// The bodies of /1/batch and /1/events, JSON and msgpack, down to the rows: whatever comes, no row is half filled.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "slices/honeycomb/event.h"
#include "slices/honeycomb/event_rows.h"

namespace {

using namespace tetrascope;
using namespace tetrascope::honeycomb;

constexpr EventPlace kPlace{"default", "fuzz", UnixNanos{1'785'578'400'000'000'000}};

void check(const Batch& batch, std::size_t events) {
  if (batch.spans.rows() + batch.logs.rows() != events) std::abort();
  Batch::each(batch, [](std::string_view, const auto& table) {
    if (!table.misaligned().empty()) std::abort();
  });
}

}  // namespace

/// The first byte chooses the form; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const BodyFormat format = (data[0] & 1U) != 0 ? BodyFormat::kMsgpack : BodyFormat::kJson;
  Batch batch;
  std::size_t taken = 0;
  if ((data[0] & 2U) != 0) {
    if (const auto event = decode_event(body, format)) {
      append_event(*event, kPlace, batch);
      ++taken;
    }
  } else if (const auto events = decode_batch(body, format)) {
    for (const auto& result : *events) {
      if (!result.refused.empty()) continue;
      append_event(result.event, kPlace, batch);
      ++taken;
    }
  }
  check(batch, taken);
  return 0;
}
