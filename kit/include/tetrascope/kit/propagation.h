#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

/// Reads a request's header by lower-case name, or nothing. The view is read before the next call.
using HeaderGetter = std::function<std::optional<std::string_view>(std::string_view name)>;
/// Sets an outgoing request's header.
using HeaderSetter = std::function<void(std::string_view name, std::string_view value)>;

enum class Propagator {
  kTraceContext,  ///< `traceparent`, `tracestate`: W3C Trace Context, level 1 and 2
  kBaggage,       ///< `baggage`: W3C Baggage
  kXray,          ///< `X-Amzn-Trace-Id`: Root, Parent, Sampled; what else it holds is passed over
};

/// The propagators in use, in the order of trust: the first that finds a valid parent gives it, all write.
class Propagators {
 public:
  /// W3C first, then X-Ray; both are written, so callees of either kind join the trace.
  Propagators() = default;
  explicit Propagators(std::vector<Propagator> used) : used_(std::move(used)) {}
  /// Of a list as in OTEL_PROPAGATORS: `tracecontext,baggage,xray`; `none` turns all off. Unknown names are said once.
  static Propagators parse(std::string_view list);

  Context extract(const HeaderGetter& header) const;
  /// Writes nothing for an invalid context but its baggage.
  void inject(const Context& context, const HeaderSetter& set) const;

  /// Those of the process: of OTEL_PROPAGATORS, all three when unset. `set` before threads start.
  static const Propagators& global();
  static void set_global(Propagators propagators);

 private:
  std::vector<Propagator> used_{Propagator::kTraceContext, Propagator::kBaggage, Propagator::kXray};
};

std::optional<SpanContext> parse_traceparent(std::string_view text);
std::string write_traceparent(const SpanContext& span);
/// `Root=1-…;Parent=…;Sampled=1`. A header with a root alone (a load balancer's) gives the trace id with no span:
/// `span_id` is then zero, and the next root span takes the id.
std::optional<SpanContext> parse_xray_header(std::string_view text);
std::string write_xray_header(const SpanContext& span);
std::shared_ptr<const Baggage> parse_baggage(std::string_view text);
std::string write_baggage(const Baggage& baggage);

}  // namespace tetrascope::kit
