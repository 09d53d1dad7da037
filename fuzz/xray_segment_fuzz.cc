// Segment documents down to rows, and the traces that readers make of them: no row is half filled, and whatever callers
// and parents say, a trace can be put together, shown and summed up.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "slices/xray/service_graph.h"
#include "slices/xray/span_rows.h"
#include "slices/xray/trace_summary.h"

namespace {
using namespace tetrascope;
using namespace tetrascope::xray;
}  // namespace

/// Documents, one a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  (void)document_of_datagram(rest);
  Batch batch;
  std::vector<StoredDocument> documents;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    auto segment = read_segment(line);
    if (!segment) {
      if (segment.error().code.empty()) std::abort();
      continue;
    }
    append_rows(*segment, line, "fuzz", UnixNanos{1}, batch);
    StoredDocument stored;
    stored.text = line;
    stored.received = {static_cast<std::int64_t>(documents.size())};
    stored.time = segment->start;
    stored.body = std::move(segment->body);
    documents.push_back(std::move(stored));
  }
  if (batch.documents.rows() != documents.size()) std::abort();
  Batch::each(batch, [](std::string_view, const auto& table) {
    if (!table.misaligned().empty()) std::abort();
  });
  if (documents.empty()) return 0;
  const Trace trace(trace_id_from_text("1-5759e988-bd862e3fe1be46a994272793").id, std::move(documents));
  (void)full_trace(trace);
  (void)summary_of(trace, "123456789012", 0);
  ServiceGraph graph("123456789012");
  Places places;
  add_trace(graph, places, trace);
  for (const Value& service : graph.services()) {
    if (service.as<Object>() == nullptr) std::abort();
  }
  return 0;
}
