// Filter expressions: whatever comes is refused in words or can be asked of a trace, of its facts and of the store.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/check.h"
#include "slices/xray/fact_filter.h"
#include "slices/xray/filter_match.h"
#include "slices/xray/filter_plan.h"

namespace {

using namespace tetrascope;
using namespace tetrascope::xray;

const Trace& sample() {
  static const Trace trace = [] {
    StoredDocument document;
    document.text =
        R"({"trace_id":"1-5759e988-bd862e3fe1be46a994272793","id":"0000000000000001","name":"web","start_time":1,"end_time":9,
            "fault":true,"user":"u","annotations":{"a":1,"b":"x","c":true},"http":{"response":{"status":500}},
            "subsegments":[{"id":"0000000000000002","name":"DynamoDB","namespace":"aws","start_time":2,"end_time":8,"fault":true,
            "aws":{"table_name":"t"},"cause":{"exceptions":[{"id":"3","type":"E","message":"m"}]}}]})";
    document.body = value_from_json(document.text).value();
    std::vector<StoredDocument> documents;
    documents.push_back(std::move(document));
    return Trace(trace_id_from_text("1-5759e988-bd862e3fe1be46a994272793").id, std::move(documents));
  }();
  return trace;
}

/// What the store is asked makes sense; facts say what the trace says.
void look_for(const Filter& filter) {
  const plan::TimeRange range{UnixNanos{0}, UnixNanos{1}};
  plan::TableRead read;
  read.columns = {{"id", plan::column("trace_id")}};
  read.where = candidates(filter, range);
  if (!plan::check({range, {read}, {}})) std::abort();
  if (!FactFilter::is_enough(filter)) return;
  struct Count : FactSink {
    bool any = false;
    void add(const Places& /*places*/, double /*base*/, std::span<const Fact> /*facts*/) override { any = true; }
  } count;
  FactFilter facts(filter, count);
  Places places;
  add_trace(facts, places, sample());
  if (count.any != matches(filter, sample(), "123456789012")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto filter = parse_filter(text);
  if (!filter) {
    if (filter.error().empty()) std::abort();
  } else {
    const auto whole = with_groups(*filter, [](const GroupTerm&) { return std::optional<std::string>("fault"); });
    if (whole) {
      (void)matches(**whole, sample(), "123456789012");
      look_for(**whole);
    }
  }
  (void)parse_entity_selector(text);
  return 0;
}
