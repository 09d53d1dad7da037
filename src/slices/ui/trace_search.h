#pragma once
// The list of traces, newest first, in pages.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/field_catalogue.h"
#include "query/runner.h"
#include "slices/page/parameters.h"

namespace tetrascope::ui {

/// One span that meets all of it makes its trace meet it. Empty and zero ask nothing.
struct SpanFilter {
  std::string service;
  std::string name;
  std::int64_t min_duration_ns = 0;
  std::int64_t max_duration_ns = 0;
  bool errors = false;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< of the span or its resource, of any scalar type

  friend bool operator==(const SpanFilter&, const SpanFilter&) = default;
};

struct TraceSearch {
  plan::TimeRange range;
  SpanFilter filter;
  std::optional<Cursor> after;  ///< of the page before: the last trace's time and id
  std::size_t limit = 50;
};

struct TraceSummary {
  std::string trace_id;  ///< hex
  UnixNanos at;          ///< of its first span that meets the filter in the range: what the list is sorted by
  UnixNanos start, end;
  bool root_missing = true;
  std::string root_service, root_name;  ///< of the root; of the earliest span while there is none
  std::int64_t spans = 0, errors = 0;
  std::vector<std::pair<std::string, std::int64_t>> services;  ///< with their spans, most first
  std::vector<std::string> protocols;
};

struct TracePage {
  std::vector<TraceSummary> traces;
  std::optional<Cursor> next;  ///< nullopt at the end
};

/// Looks into the newest quarter of an hour and widens until the page is full. A trace stands at its first span that
/// meets the filter, so that pages neither overlap nor leave one out while older data stays as it is.
/// Errors: those of ask(); kInvalid for a cursor that is none.
Result<TracePage> search_traces(const plan::Runner& runner, const FieldCatalogue& fields, const TraceSearch& search);

/// The filter as a condition on a row of spans. Attributes are looked for where `fields` has seen them; nullopt when no
/// span can meet it, because nobody has sent such an attribute.
std::optional<plan::ExprPtr> span_condition(const SpanFilter& filter, const FieldCatalogue& fields);

/// The windows in which a list is searched: the newest first, each older one wider, none before `range.from`.
class Windows {
 public:
  /// `until`: exclusive end of the first.
  Windows(plan::TimeRange range, UnixNanos until);
  [[nodiscard]] bool done() const { return end_ <= range_.from; }
  [[nodiscard]] plan::TimeRange current() const;
  /// Whether the current one reaches to the beginning of the range.
  [[nodiscard]] bool last() const { return current().from == range_.from; }
  /// Nothing more is in the current one: goes on before it, eight times as wide.
  void widen();
  /// The current one has more: goes on in it, before `until`.
  void shorten(UnixNanos until) { end_ = until; }

 private:
  plan::TimeRange range_;
  UnixNanos end_;
  std::int64_t width_;
};

}  // namespace tetrascope::ui
