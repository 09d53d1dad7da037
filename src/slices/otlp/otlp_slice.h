#pragma once
// OpenTelemetry's protocol: traces, logs and metrics over HTTP and gRPC (docs/protocols/otlp.md).

#include "slices/slice.h"

namespace tetrascope {

Slice make_otlp_slice(Middle& middle);

}  // namespace tetrascope
