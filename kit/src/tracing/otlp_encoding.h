#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tetrascope/kit/attribute.h"
#include "tetrascope/kit/exporter.h"
#include "tetrascope/kit/finished_span.h"
#include "tetrascope/kit/resource.h"

namespace tetrascope::kit {

// Protobuf messages of opentelemetry-proto v1, written at the end of a string. Text that is not UTF-8 is mended, since
// a server refuses a whole request for one bad byte.

/// A KeyValue as field `field` of the message under way.
void append_attribute(std::string& out, std::uint32_t field, std::string_view key, const AttributeValue& value);
void append_attribute(std::string& out, std::uint32_t field, std::string_view key, const OwnedValue& value);
void append_text(std::string& out, std::uint32_t field, std::string_view text);
/// An AnyValue that holds a text.
void append_text_value(std::string& out, std::uint32_t field, std::string_view text);

/// A Resource message, without its tag.
std::string encode_resource(const Resource& resource);
/// An InstrumentationScope message, without its tag.
std::string encode_scope(std::string_view name, std::string_view version);

/// An ExportTraceServiceRequest. Spans in progress are left out. `encoded_resource`: of encode_resource.
void encode_spans(std::string& out, const SpanBatch& batch, std::string_view encoded_resource);

}  // namespace tetrascope::kit
