#pragma once

#include <spdlog/pattern_formatter.h>

#include <memory>
#include <string>

#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

/// `%T`-style flags for the ids of the active span: `%*` the trace id, `%&` the span id; nothing outside of spans.
template <bool Trace>
class IdFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& out) override {
    const SpanContext& span = Context::current().span;
    if (!span.valid()) return;
    const std::string id = Trace ? span.trace_id.hex() : span.span_id.hex();
    out.append(id.data(), id.data() + id.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<IdFlag>(); }
};

/// A formatter that knows the two: `logger->set_formatter(trace_formatter("[%*/%&] %v"))`.
inline std::unique_ptr<spdlog::formatter> trace_formatter(const std::string& pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<IdFlag<true>>('*').add_flag<IdFlag<false>>('&').set_pattern(pattern);
  return formatter;
}

}  // namespace tetrascope::kit
