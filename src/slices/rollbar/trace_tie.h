#pragma once
// Which trace an occurrence belongs to, by what it carries (dossier 6.3).

#include <string_view>

#include "base/ids.h"
#include "model/value.h"

namespace tetrascope::rollbar {

struct TraceTie {
  NamedId<16> trace_id;
  NamedId<8> span_id;
  [[nodiscard]] bool empty() const { return trace_id.id.empty(); }
};

/// W3C: `00-<32 hex>-<16 hex>-<2 hex>`. Empty for anything else.
TraceTie tie_of_traceparent(std::string_view header);
/// AWS: `Root=1-…-…;Parent=<16 hex>;Sampled=1`. Empty for anything else.
TraceTie tie_of_amzn_trace_id(std::string_view header);

/// In this order: trace ids that the application added (custom, extra), the headers of the request that failed,
/// OpenTracing's ids, the SDK's own tracer.
TraceTie tie_of_data(const Value& data);

}  // namespace tetrascope::rollbar
