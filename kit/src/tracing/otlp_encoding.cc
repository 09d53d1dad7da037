#include "tracing/otlp_encoding.h"

#include <algorithm>
#include <vector>

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include "core/text.h"

namespace tetrascope::kit {
namespace {

using protozero::add_varint_to_buffer;
using protozero::length_of_varint;

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLength = 2 };
enum AnyValueField : std::uint32_t { kString = 1, kBool = 2, kInt = 3, kDouble = 4, kArray = 5 };

void tag(std::string& out, std::uint32_t field, WireType type) { add_varint_to_buffer(&out, field << 3 | type); }

void fixed64(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);  // OTLP hosts here are little-endian
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

void bytes(std::string& out, std::uint32_t field, std::string_view data) {
  tag(out, field, kLength);
  add_varint_to_buffer(&out, data.size());
  out.append(data);
}

std::size_t length_delimited(std::size_t size) { return 1 + static_cast<std::size_t>(length_of_varint(size)) + size; }

/// One scalar inside of an AnyValue; `text` is the mended text of a string.
std::size_t scalar_size(const AttributeValue& value, std::string_view text) {
  switch (value.type()) {
    case ValueType::kBool:
      return 2;
    case ValueType::kInt:
      return 1 + static_cast<std::size_t>(length_of_varint(static_cast<std::uint64_t>(value.as_int())));
    case ValueType::kDouble:
      return 9;
    default:
      return length_delimited(text.size());
  }
}

void append_scalar(std::string& out, const AttributeValue& value, std::string_view text) {
  switch (value.type()) {
    case ValueType::kBool:
      tag(out, kBool, kVarint);
      out += value.as_bool() ? '\1' : '\0';
      break;
    case ValueType::kInt:
      tag(out, kInt, kVarint);
      add_varint_to_buffer(&out, static_cast<std::uint64_t>(value.as_int()));
      break;
    case ValueType::kDouble: {
      const double number = value.as_double();
      tag(out, kDouble, kFixed64);
      out.append(reinterpret_cast<const char*>(&number), sizeof number);
      break;
    }
    default:
      bytes(out, kString, text);
  }
}

AttributeValue element(const AttributeValue& array, std::size_t i) {
  switch (array.type()) {
    case ValueType::kBools:
      return {array.array<bool>()[i]};
    case ValueType::kInts:
      return {array.array<std::int64_t>()[i]};
    case ValueType::kDoubles:
      return {array.array<double>()[i]};
    default:
      return {array.array<std::string_view>()[i]};
  }
}

bool is_array(ValueType type) { return type >= ValueType::kBools && type != ValueType::kStack; }

/// An AnyValue's content.
void append_array(std::string& out, const AttributeValue& value) {
  protozero::pbf_writer any(out);
  protozero::pbf_writer array(any, kArray);
  std::string scratch;
  for (std::size_t i = 0; i < value.count(); ++i) {
    const AttributeValue each = element(value, i);
    const auto text = each.type() == ValueType::kString ? valid_utf8(each.as_string(), scratch) : std::string_view();
    tag(out, 1, kLength);
    add_varint_to_buffer(&out, scalar_size(each, text));
    append_scalar(out, each, text);
  }
}

void append_attributes(std::string& out, std::uint32_t field, const AttributeList& list, std::uint32_t dropped_field) {
  for (const Attribute& each : list) append_attribute(out, field, each.key, each.value);
  if (list.dropped() > 0) {
    tag(out, dropped_field, kVarint);
    add_varint_to_buffer(&out, list.dropped());
  }
}

std::string_view view(const TraceId& id) { return {reinterpret_cast<const char*>(id.bytes.data()), 16}; }
std::string_view view(const SpanId& id) { return {reinterpret_cast<const char*>(id.bytes.data()), 8}; }

// The low byte holds W3C's flags; of the others two say whether the parent, or what is linked to, was of another
// process.
std::uint32_t flags(bool sampled, bool remote) { return (sampled ? 1U : 0U) | 0x100U | (remote ? 0x200U : 0U); }

void encode_event(protozero::pbf_writer& span, std::string& out, const SpanEvent& event) {
  protozero::pbf_writer message(span, 11);
  message.add_fixed64(1, event.time);
  append_text(out, 2, event.name);
  append_attributes(out, 3, event.attributes, 4);
}

void encode_link(protozero::pbf_writer& span, std::string& out, const SpanLink& link) {
  protozero::pbf_writer message(span, 13);
  bytes(out, 1, view(link.trace_id));
  bytes(out, 2, view(link.span_id));
  if (!link.tracestate.empty()) append_text(out, 3, link.tracestate);
  append_attributes(out, 4, link.attributes, 5);
  message.add_fixed32(6, flags(link.sampled, link.remote));
}

void encode_span(protozero::pbf_writer& scope_spans, std::string& out, const FinishedSpan& span) {
  protozero::pbf_writer message(scope_spans, 2);
  bytes(out, 1, view(span.context().trace_id));
  bytes(out, 2, view(span.context().span_id));
  if (span.context().tracestate) append_text(out, 3, *span.context().tracestate);
  if (span.parent_id().valid()) bytes(out, 4, view(span.parent_id()));
  append_text(out, 5, span.name());
  message.add_enum(6, static_cast<std::int32_t>(span.kind()));
  tag(out, 7, kFixed64);
  fixed64(out, span.start_time());
  tag(out, 8, kFixed64);
  fixed64(out, span.end_time());
  append_attributes(out, 9, span.attributes(), 10);
  for (const SpanEvent* event = span.events(); event != nullptr; event = event->next)
    encode_event(message, out, *event);
  if (span.dropped_events() > 0) message.add_uint32(12, span.dropped_events());
  for (const SpanLink* link = span.links(); link != nullptr; link = link->next) encode_link(message, out, *link);
  if (span.dropped_links() > 0) message.add_uint32(14, span.dropped_links());
  if (span.status() != StatusCode::kUnset) {
    protozero::pbf_writer status(message, 15);
    if (!span.status_message().empty()) append_text(out, 2, span.status_message());
    status.add_enum(3, static_cast<std::int32_t>(span.status()));
  }
  message.add_fixed32(16, flags(span.context().sampled, span.parent_is_remote()));
}

}  // namespace

void append_text(std::string& out, std::uint32_t field, std::string_view text) {
  std::string scratch;
  bytes(out, field, valid_utf8(text, scratch));
}

void append_text_value(std::string& out, std::uint32_t field, std::string_view text) {
  std::string scratch;
  const std::string_view good = valid_utf8(text, scratch);
  tag(out, field, kLength);
  add_varint_to_buffer(&out, length_delimited(good.size()));
  bytes(out, kString, good);
}

void append_attribute(std::string& out, std::uint32_t field, std::string_view key, const AttributeValue& value) {
  if (value.type() == ValueType::kStack) {
    const std::string read = Stacktrace::text_of(value);
    return append_attribute(out, field, key, AttributeValue(read));
  }
  std::string key_scratch;
  std::string scratch;
  const std::string_view good_key = valid_utf8(key, key_scratch);
  if (is_array(value.type())) {
    protozero::pbf_writer parent(out);
    protozero::pbf_writer key_value(parent, field);
    bytes(out, 1, good_key);
    protozero::pbf_writer any(key_value, 2);
    append_array(out, value);
    return;
  }
  // Scalars, that is nearly all: sizes first, so that nothing has to be moved afterwards.
  const auto text = value.type() == ValueType::kString ? valid_utf8(value.as_string(), scratch) : std::string_view();
  const std::size_t any = scalar_size(value, text);
  tag(out, field, kLength);
  add_varint_to_buffer(&out, length_delimited(good_key.size()) + length_delimited(any));
  bytes(out, 1, good_key);
  tag(out, 2, kLength);
  add_varint_to_buffer(&out, any);
  append_scalar(out, value, text);
}

void append_attribute(std::string& out, std::uint32_t field, std::string_view key, const OwnedValue& value) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    const std::vector<std::string_view> views(texts->begin(), texts->end());
    append_attribute(out, field, key, AttributeValue(views));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    append_attribute(out, field, key, AttributeValue(*text));
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    append_attribute(out, field, key, AttributeValue(*boolean));
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_attribute(out, field, key, AttributeValue(*integer));
  } else {
    append_attribute(out, field, key, AttributeValue(std::get<double>(value)));
  }
}

std::string encode_resource(const Resource& resource) {
  std::string out;
  for (const auto& [key, value] : resource.attributes()) append_attribute(out, 1, key, value);
  return out;
}

std::string encode_scope(std::string_view name, std::string_view version) {
  std::string out;
  append_text(out, 1, name);
  if (!version.empty()) append_text(out, 2, version);
  return out;
}

void encode_spans(std::string& out, const SpanBatch& batch, std::string_view encoded_resource) {
  std::vector<const FinishedSpan*> spans;
  spans.reserve(batch.size);
  for (const FinishedSpan* span : batch) {
    if (!span->in_progress()) spans.push_back(span);
  }
  std::stable_sort(spans.begin(), spans.end(), [](const auto* a, const auto* b) { return &a->scope() < &b->scope(); });
  protozero::pbf_writer request(out);
  protozero::pbf_writer resource_spans(request, 1);
  resource_spans.add_message(1, encoded_resource.data(), encoded_resource.size());
  for (std::size_t i = 0; i < spans.size();) {
    const InstrumentationScope& scope = spans[i]->scope();
    protozero::pbf_writer scope_spans(resource_spans, 2);
    scope_spans.add_message(1, encode_scope(scope.name, scope.version));
    for (; i < spans.size() && &spans[i]->scope() == &scope; ++i) encode_span(scope_spans, out, *spans[i]);
  }
}

}  // namespace tetrascope::kit
