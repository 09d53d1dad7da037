#pragma once
// The vendors' own documents of one trace, byte for byte as they came.

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// Documents of one answer.
inline constexpr std::size_t kMaxDocuments = 50;

/// Which documents of the trace; what is not set does not limit.
struct DocumentSearch {
  std::optional<SpanId> span;  ///< those of this span, and those that name it: a segment holds its subsegments
  std::string key;             ///< the vendor's id of the document
};

/// JSON {"truncated","documents":[{"kind","key","protocol","service","time","span_id","document"}]}, oldest first.
/// Errors: those of ask().
Result<std::string> read_trace_documents(const plan::Runner& runner, const NamedId<16>& trace,
                                         const DocumentSearch& search);

}  // namespace tetrascope::ui
