#pragma once
// ExportLogsServiceRequest bodies: 386 B a record, 8 attributes, 3 of 10 with the id of a trace that the spans of the
// same seed have.

#include "data/marked_bytes.h"
#include "data/trace.h"

namespace tetrascope::bench {

/// A line that a service of the shop wrote.
struct LogLine {
  std::uint64_t time = 0;  ///< Unix nanoseconds
  std::size_t service = 0, pod = 0;
  unsigned severity = 9;  ///< OTLP's severity number
  std::string_view severity_text;
  std::string text;
  std::size_t user = 0, tenant = 0, place = 0;
  double elapsed_ms = 0;
  bool has_trace = false;
  TraceIdPair trace{};
  std::uint64_t span = 0;
};

/// Lines are an hour a million. One in 25 has the word "timeout", one in a hundred thousand "needle".
LogLine make_log_line(std::uint64_t seed, std::uint64_t number, std::uint64_t first);

/// The lines [begin, begin + count) as one request.
MarkedBytes log_request(std::uint64_t seed, std::uint64_t begin, std::size_t count, std::uint64_t first);

}  // namespace tetrascope::bench
