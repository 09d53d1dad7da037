#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tetrascope/kit/finished_span.h"

namespace tetrascope::kit {

/// What a sampler may look at. Views live during the call.
struct SamplingQuery {
  const SpanContext& parent;
  const TraceId& trace_id;
  std::string_view name;
  SpanKind kind;
  const Attributes& attributes;
};

struct SamplingDecision {
  bool sampled = false;
  /// Of the rule that decided, when one did.
  std::shared_ptr<const std::string> rule;
};

/// Called on every thread that starts spans, at once: quick and without waiting.
class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual SamplingDecision decide(const SamplingQuery& query) = 0;

  static std::shared_ptr<Sampler> always_on();
  static std::shared_ptr<Sampler> always_off();
  /// The same share of traces in every process: by the last 8 bytes of the trace id. Outside of 0…1: the nearer end.
  static std::shared_ptr<Sampler> ratio(double share);
  /// As the parent decided; `root` decides where there is no parent, or where it left the decision to us.
  static std::shared_ptr<Sampler> parent_based(std::shared_ptr<Sampler> root);
  /// OTEL_TRACES_SAMPLER and its argument; `parentbased_always_on` when unset or unknown (which is said once).
  static std::shared_ptr<Sampler> from_environment();
};

}  // namespace tetrascope::kit
