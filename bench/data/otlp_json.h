#pragma once
// OTLP's JSON of an ExportTraceServiceRequest or ExportLogsServiceRequest that was generated here.

#include "data/marked_bytes.h"

namespace tetrascope::bench {

MarkedBytes traces_as_json(const MarkedBytes& protobuf);
MarkedBytes logs_as_json(const MarkedBytes& protobuf);

}  // namespace tetrascope::bench
