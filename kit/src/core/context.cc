#include "tetrascope/kit/context.h"

#include <utility>

#include "core/active.h"

namespace tetrascope::kit {

const Context& Context::current() noexcept { return active().context; }
Span* active_span() noexcept { return active().span; }

Scope::Scope(Context context) noexcept : previous_(std::move(context)), previous_span_(nullptr) {
  Active& mine = active();
  std::swap(mine.context, previous_);
  std::swap(mine.span, previous_span_);
}

Scope::~Scope() {
  Active& mine = active();
  mine.context = std::move(previous_);
  mine.span = previous_span_;
}

ActiveIds active_ids() {
  const SpanContext& span = Context::current().span;
  return span.valid() ? ActiveIds{span.trace_id.hex(), span.span_id.hex()} : ActiveIds{};
}

}  // namespace tetrascope::kit
