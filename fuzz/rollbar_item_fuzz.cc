// Bodies of /api/1/item/, down to the rows: whatever comes, no row is half filled and no report lacks what it is found
// by.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "slices/rollbar/item_report.h"
#include "slices/rollbar/occurrence_rows.h"

namespace {

using namespace tetrascope;
using namespace tetrascope::rollbar;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const ItemBody decoded = decode_item_body(body);
  if (!decoded.reports) return 0;
  Project project;
  project.id = 1;
  project.name = "fuzz";
  const Placed placed{1, 1, "error"};
  Batch batch;
  for (const ItemReport& report : *decoded.reports) {
    const bool named = !report.uuid.empty() && !report.fingerprint.empty() && !report.title.empty() &&
                       !report.environment.empty() && !report.document.empty();
    if (!named || report.title.size() > 255 || report.fingerprint.size() > 40) std::abort();
    const std::string address = resolved_ip(report.user_ip, "[2001:db8::1]:80");
    append_occurrence({.report = report,
                       .project = project,
                       .placed = placed,
                       .id = 1,
                       .user_ip = address,
                       .received = UnixNanos{1'785'578'400'000'000'000}},
                      batch);
  }
  if (batch.occurrences.rows() != decoded.reports->size() || batch.documents.rows() != decoded.reports->size())
    std::abort();
  Batch::each(batch, [](std::string_view, const auto& table) {
    if (!table.misaligned().empty()) std::abort();
  });
  return 0;
}
