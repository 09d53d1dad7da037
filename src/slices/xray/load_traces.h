#pragma once
// Traces out of the store: X-Ray's documents and other protocols' spans, joined by trace id.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/field_catalogue.h"
#include "query/runner.h"
#include "slices/xray/filter.h"
#include "slices/xray/foreign_spans.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

using TracePtr = std::shared_ptr<const Trace>;

using UseTrace = std::function<void(const Trace&)>;

/// All traces of these ids that are known, whenever they were.
Result<std::vector<TracePtr>> load_traces(const plan::Runner& runner, std::span<const TraceId> ids);

/// Traces that have rows which arrived in [first, last), each whole if all of it lies in `range`; one after the other,
/// by id. Rows that an engine stored later than they arrived are found once they are stored.
/// Only in as much detail as graphs need.
Result<void> each_trace_received(const plan::Runner& runner, plan::TimeRange range, UnixNanos first, UnixNanos last,
                                 const UseTrace& use);
/// Rows of traces by the second of their arrival, since `since`; those of events in `range`.
Result<std::map<UnixNanos, std::int64_t>> rows_received(const plan::Runner& runner, plan::TimeRange range,
                                                        UnixNanos since);
/// The latest time of a row; `least` when none is later.
Result<UnixNanos> last_row_time(const plan::Runner& runner, UnixNanos least);
/// The instant by which a trace belongs to a range: its first row's.
UnixNanos first_time(const Trace& trace);

/// Which traces belong to a time range (dossier 4.3).
enum class RangeType {
  kTraceId,  ///< began in it
  kEvent,    ///< were active in it
  kService,  ///< a segment ended in it
};

/// Goes through the traces of a range in slices of bounded size, the newest first, so that a range of any size can be
/// read with bounded memory.
class TraceScan {
 public:
  /// `range`: half open. `resume`: rest() of an earlier scan of the same range; nullopt for a new one.
  /// `slice_rows`: about how many rows a slice has, unless one moment has more.
  TraceScan(const plan::Runner& runner, plan::TimeRange range, RangeType type, std::int64_t slice_rows,
            std::optional<UnixNanos> resume = {}, Detail detail = Detail::kWhole);
  /// Traces that the store can tell not to fit are left out. Null leaves out none; groups are replaced.
  void narrow(const FilterPtr& filter, const FieldCatalogue& fields);

  /// The next slice, by start, newest first; each trace is in one slice only. nullopt: that was all.
  Result<std::optional<std::vector<TracePtr>>> next();
  /// The next slice, one trace after the other, in any order, without keeping them. False: that was all.
  Result<bool> each(const UseTrace& use);
  /// Where the next slice ends: the traces before it are still to come.
  [[nodiscard]] UnixNanos rest() const { return rest_; }
  [[nodiscard]] bool done() const { return rest_ <= first_; }

 private:
  Result<plan::TimeRange> next_slice();
  Result<UnixNanos> slice_begin();
  Result<void> count_rows();
  [[nodiscard]] UnixNanos place_of(const Trace& trace) const;
  [[nodiscard]] bool belongs(const Trace& trace, plan::TimeRange slice) const;

  const plan::Runner& runner_;
  const plan::TimeRange range_;
  const RangeType type_;
  const std::int64_t slice_rows_;
  const Detail detail_;
  UnixNanos first_;  ///< rows from here on are looked at
  UnixNanos rest_;
  plan::ExprPtr which_;  ///< of the traces' ids; null: all
  bool counted_ = false;
  std::vector<std::pair<UnixNanos, std::int64_t>> counts_;  ///< rows by time, oldest first
};

}  // namespace tetrascope::xray
