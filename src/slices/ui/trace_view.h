#pragma once
// One trace: its waterfall, one of its spans, all of it as a document.

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// Spans of one waterfall; a longer trace says that it is cut.
inline constexpr std::size_t kMaxWaterfall = 200'000;
/// Spans of one document.
inline constexpr std::size_t kMaxDocument = 10'000;

/// What a waterfall is drawn from, as JSON: columns instead of objects, names once. Spans by start; none where only log
/// records or errors name the trace. Errors: kNotFound (nothing does); those of ask().
Result<std::string> read_waterfall(const plan::Runner& runner, const NamedId<16>& trace);

/// Everything of one span, as JSON. Errors: kNotFound; those of ask().
Result<std::string> read_span(const plan::Runner& runner, const NamedId<16>& trace, const NamedId<8>& span);

/// Everything of all spans, as JSON, by start. Errors: kNotFound; those of ask().
Result<std::string> read_document(const plan::Runner& runner, const NamedId<16>& trace);

}  // namespace tetrascope::ui
