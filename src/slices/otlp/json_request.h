#pragma once
// The frame that the three export requests share, in JSON.

#include <memory>
#include <string_view>

#include "slices/otlp/appender.h"
#include "slices/otlp/json_document.h"
#include "slices/otlp/json_reader.h"

namespace tetrascope::otlp {

/// What the frame's members are called: `resourceSpans`, `scopeSpans`, `spans`.
struct JsonFrame {
  std::string_view resources, scopes, records;
};

/// Walks a request and calls `record(value)` → Result<void> for each record, which reads it by `reader`.
Result<void> read_json_request(std::string_view body, const JsonFrame& frame, JsonReader& reader, Appender& rows,
                               const std::function<Result<void>(const JsonValue&)>& record);

}  // namespace tetrascope::otlp
