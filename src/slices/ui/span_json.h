#pragma once
// Spans with everything that the store has of them.

#include <string>
#include <vector>

#include "base/ids.h"
#include "model/value.h"
#include "query/plan.h"
#include "query/run.h"
#include "slices/ui/producer_json.h"

namespace tetrascope::ui {

/// The spans of a trace, by start, with the columns that SpanWriter reads.
plan::Plan whole_spans_plan(const TraceId& trace, std::size_t limit);

/// Writes spans as docs/protocols/ui.md has them. Keeps a reference to `answer`, which a whole_spans_plan() gave.
class SpanWriter {
 public:
  explicit SpanWriter(const plan::Answer& answer);
  void append(std::size_t row, std::string& out);

 private:
  const Value& cell(std::size_t row, std::size_t column) const { return answer_.rows[row][places_[column]]; }
  void append_own(std::size_t row, std::string& out) const;
  void append_events(std::size_t row, std::string& out) const;
  void append_links(std::size_t row, std::string& out) const;

  const plan::Answer& answer_;
  std::vector<std::size_t> places_;
  ProducerTexts producers_;
};

}  // namespace tetrascope::ui
