#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <typeinfo>

#include "core/active.h"
#include "core/clock.h"
#include "core/random.h"
#include "core/text.h"
#include "tetrascope/kit/tracing.h"
#include "tracing/provider_core.h"
#include "tracing/span_pool.h"

namespace tetrascope::kit {
namespace {

TraceId new_trace_id(std::uint64_t random, std::uint64_t more) noexcept {
  TraceId id;
  const std::uint32_t seconds = __builtin_bswap32(coarse_unix_seconds());
  std::memcpy(id.bytes.data(), &seconds, 4);
  std::memcpy(id.bytes.data() + 4, &random, 4);
  std::memcpy(id.bytes.data() + 8, &more, 8);
  return id;
}

SpanId new_span_id(std::uint64_t random) noexcept {
  SpanId id;
  random |= 1;  // never zero
  std::memcpy(id.bytes.data(), &random, 8);
  return id;
}

const Attributes& no_attributes() noexcept {
  static const Attributes none;
  return none;
}

std::string readable_type(const std::type_info& type) {
  int status = 0;
  char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string out = status == 0 && name != nullptr ? name : type.name();
  std::free(name);
  return out;
}

void record_event(Span& span, const std::string& type, std::string_view message, const AttributeValue& stacktrace) {
  const Attribute all[] = {
      {"exception.type", type}, {"exception.message", message}, {"exception.stacktrace", stacktrace}};
  span.add_event("exception", Attributes(all, stacktrace.count() == 0 ? 2 : 3));
}

}  // namespace

Scope::Scope(Span& span) noexcept : previous_span_(&span) {
  Active& mine = active();
  previous_ = mine.context;  // the baggage stays
  mine.context.span = span.context();
  std::swap(mine.span, previous_span_);
}

Span& Span::operator=(Span&& other) noexcept {
  if (this != &other) {
    end();
    context_ = std::move(other.context_);
    record_ = std::exchange(other.record_, nullptr);
    core_ = std::exchange(other.core_, nullptr);
  }
  return *this;
}

void Span::put(std::string_view key, const AttributeValue& value) noexcept {
  record_->put(record_->attributes_, key, value, record_->limits_->attributes);
}

Span& Span::set_attributes(const Attributes& attributes) noexcept {
  for (const Attribute& each : attributes) set_attribute(each.key, each.value);
  return *this;
}

Span& Span::add_event(std::string_view name, const Attributes& attributes, std::uint64_t time) noexcept {
  if (record_ != nullptr) {
    if (time == 0) time = record_->start_ + (steady_nanos() - record_->steady_start_);
    record_->add_event(name, attributes, time);
  }
  return *this;
}

Span& Span::add_link(const SpanContext& to, const Attributes& attributes) noexcept {
  if (record_ != nullptr && to.valid()) record_->add_link(to, attributes);
  return *this;
}

Span& Span::set_status(StatusCode code, std::string_view message) noexcept {
  if (record_ == nullptr || record_->status_ == StatusCode::kOk || code == StatusCode::kUnset) return *this;
  record_->status_ = code;
  record_->status_message_ = code == StatusCode::kError ? record_->arena_.copy(message) : std::string_view();
  return *this;
}

Span& Span::update_name(std::string_view name) noexcept {
  if (record_ != nullptr) record_->name_ = record_->arena_.copy(name);
  return *this;
}

Span& Span::record_exception(const std::exception& exception, const AttributeValue& stacktrace) noexcept {
  if (record_ == nullptr) return *this;
  try {
    record_event(*this, readable_type(typeid(exception)), exception.what(), stacktrace);
  } catch (const std::exception&) {  // no memory for the name: the span goes on without the event
  }
  return *this;
}

Span& Span::record_exception(const std::exception_ptr& exception, const AttributeValue& stacktrace) noexcept {
  if (record_ == nullptr || !exception) return *this;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    record_exception(error, stacktrace);
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    try {
      record_event(*this, type == nullptr ? "unknown" : readable_type(*type), "", stacktrace);
    } catch (...) {
    }
  }
  return *this;
}

void Span::finish(std::uint64_t time) noexcept {
  FinishedSpan* record = std::exchange(record_, nullptr);
  record->end_ = time != 0 ? std::max(time, record->start_) : record->start_ + (steady_nanos() - record->steady_start_);
  core_->ended(record);
}

Span Tracer::start_span(std::string_view name, SpanKind kind) noexcept {
  return begin(name, kind, active().context.span, nullptr);
}

Span Tracer::start_span(std::string_view name, const SpanOptions& options) noexcept {
  if (options.root) return begin(name, options.kind, SpanContext(), &options);
  return begin(name, options.kind, options.parent == nullptr ? active().context.span : options.parent->span, &options);
}

Span Tracer::begin(std::string_view name, SpanKind kind, const SpanContext& parent,
                   const SpanOptions* options) noexcept {
  Span span;
  SpanContext& context = span.context_;
  // A load balancer's header has a trace id with no span: the trace goes on under its id.
  const auto random = random_words<3>();
  context.trace_id = parent.trace_id.valid() ? parent.trace_id : new_trace_id(random[0], random[1]);
  context.span_id = new_span_id(random[2]);
  context.tracestate = parent.tracestate;
  const Attributes& attributes = options == nullptr ? no_attributes() : options->attributes;
  SamplingDecision decision = core_->sampler().decide({parent, context.trace_id, name, kind, attributes});
  context.sampled = decision.sampled;
  if (!decision.sampled) return span;

  FinishedSpan* record = SpanPool::take();
  if (record == nullptr) return span;
  span.record_ = record;
  span.core_ = core_;
  record->steady_start_ = steady_nanos();
  record->start_ = core_->unix_of(record->steady_start_);
  record->context_ = context;
  record->parent_id_ = parent.span_id;
  record->parent_is_remote_ = parent.remote;
  record->kind_ = kind;
  record->scope_ = scope_;
  record->limits_ = &core_->limits();
  record->name_ = record->arena_.copy(name);
  if (decision.rule) record->sampling_rule_ = record->arena_.copy(*decision.rule);
  if (options != nullptr) {
    if (options->start_time != 0) record->start_ = options->start_time;
    span.set_attributes(options->attributes);
    for (std::size_t i = 0; i < options->link_count; ++i)
      span.add_link(options->links[i].to, options->links[i].attributes);
  }
  if (core_->wants_starts() && (parent.remote || !parent.span_id.valid())) core_->started(*record);
  return span;
}

}  // namespace tetrascope::kit
