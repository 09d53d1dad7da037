#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::kit::test {

/// A span as a server reads it, written apart from the encoder.
struct ReadSpan {
  std::string trace_id, span_id, parent_id, name, tracestate, scope, status_message;
  int kind = 0, status = 0;
  std::uint64_t start = 0, end = 0;
  std::uint32_t flags = 0, dropped_attributes = 0, dropped_events = 0, dropped_links = 0;
  std::map<std::string, std::string> attributes;  // values as text; arrays as [a,b]
  std::vector<std::pair<std::string, std::map<std::string, std::string>>> events;
  std::vector<std::string> links;  // hex trace ids
};

struct ReadRequest {
  std::map<std::string, std::string> resource;
  std::vector<ReadSpan> spans;
};

/// Throws protozero::exception for what is no ExportTraceServiceRequest.
ReadRequest read_request(std::string_view body);

}  // namespace tetrascope::kit::test
