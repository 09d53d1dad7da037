#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tetrascope/kit/ids.h"

namespace tetrascope::kit {

class Span;

/// What of a span travels to other threads and processes. Source: OpenTelemetry trace API, SpanContext.
struct SpanContext {
  TraceId trace_id;
  SpanId span_id;
  bool sampled = false;
  bool remote = false;
  /// The caller left the decision to us (`Sampled=?` of X-Ray).
  bool sampling_deferred = false;
  /// W3C tracestate as it came, or null.
  std::shared_ptr<const std::string> tracestate;

  bool valid() const noexcept { return trace_id.valid() && span_id.valid(); }
};

/// W3C baggage: names and values that every later call carries along.
using Baggage = std::map<std::string, std::string, std::less<>>;

/// Where new spans hang: the span that is active, and its baggage. Copied freely; hand a copy to another thread.
struct Context {
  SpanContext span;
  std::shared_ptr<const Baggage> baggage;

  /// Of the calling thread: what the innermost Scope made active; empty outside of all scopes.
  static const Context& current() noexcept;
};

/// Makes a span, or a context that came from elsewhere, active on this thread until the scope ends.
/// Scopes of a thread end in the reverse order of their making. The span must outlive its scope.
class Scope {
 public:
  explicit Scope(Span& span) noexcept;
  explicit Scope(Context context) noexcept;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

 private:
  Context previous_;
  Span* previous_span_;
};

/// The span that a Scope of this thread made active, or null: to add attributes from deep inside.
Span* active_span() noexcept;

/// `trace_id` and `span_id` of the calling thread in hex, for formatters; empty when no span is active.
struct ActiveIds {
  std::string trace_id;
  std::string span_id;
};
ActiveIds active_ids();

}  // namespace tetrascope::kit
