#pragma once
// What a query reads: rows of every source that its datasets have, each with the same columns.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/field_catalogue.h"
#include "query/plan.h"
#include "slices/honeycomb/row_fields.h"

namespace tetrascope::honeycomb {

/// Rows of these datasets (stored names) that arrived up to `until` were deleted.
struct Deleted {
  std::vector<std::string> datasets;
  UnixNanos until;
};
/// The rows that a question is about.
struct Selection {
  std::string environment;
  std::vector<std::string> datasets;  ///< stored names
  bool all = false;                   ///< `__all__`: all datasets of the environment, and `datasets` is empty
  std::vector<Deleted> deleted;
};

/// What is known of a column that came as an attribute.
struct SeenColumn {
  ColumnKind kind = ColumnKind::kString;  ///< of the value seen first; float once a float was seen beside integers
  UnixNanos first_seen, last_seen;
};
using SeenColumns = std::map<std::string, SeenColumn, std::less<>>;
SeenColumns seen_columns(const FieldCatalogue& fields, const Selection& selection);
/// Sources of which the selection has rows; with no rows at all, spans.
std::vector<Source> sources_of(const FieldCatalogue& fields, const Selection& selection);

/// Column types that were set through the API; they go before what was seen.
using KindOverrides = std::map<std::string, ColumnKind, std::less<>>;

/// Knows which fields the selection's rows have, and reads them.
class RowReader {
 public:
  /// Keeps references.
  RowReader(const FieldCatalogue& fields, const Selection& selection, const KindOverrides& overrides)
      : fields_(fields),
        selection_(selection),
        overrides_(overrides),
        seen_(seen_columns(fields, selection)),
        sources_(sources_of(fields, selection)),
        read_sources_(sources_) {}

  /// Which parts of a column a query needs.
  enum class Aspect {
    kValue,     ///< as its declared type; values of other types are converted where that makes sense (4.11)
    kPresence,  ///< kBool: whether the row has it, whatever its type
    kNumber,    ///< kDouble: of a column that is no number, those values that are
  };

  /// The declared type: set, else of the value seen first, where numbers are floats once a float was seen (3.5).
  [[nodiscard]] ColumnKind kind_of(std::string_view column) const;
  /// Whether some rows can have a number there, whatever the declared type.
  [[nodiscard]] bool has_numbers(std::string_view column) const;
  /// Whether any row can have the column.
  [[nodiscard]] bool knows(std::string_view column) const;

  /// The plan's name for it, from which a Field is made. Asked for before reads().
  std::string use(std::string_view column, Aspect aspect);
  /// The plan's name for when a row arrived. Asked for before reads().
  std::string use_arrival();
  /// The rows get kBucket: the start of the step of `width` nanoseconds that their time lies in.
  void use_buckets(std::int64_t width) { bucket_width_ = width; }
  /// Limits the rows to one trace where every source gives its id in trace_id: cheap to look up.
  void only_trace(std::string_view trace_id);

  /// The plan's rows get the ids by which rows of one trace find each other.
  void use_ids() { ids_ = true; }
  /// Leaves out what can be in no trace.
  void only_of_traces();
  void only_spans() { read_sources_ = {Source::kSpan}; }
  /// Leaves out sources of which no row can have the column.
  void only_with(std::string_view column);

  /// One read a source, with the columns used, and `time` and `weight`.
  [[nodiscard]] std::vector<plan::TableRead> reads() const;

  static constexpr std::string_view kTime = "time";
  static constexpr std::string_view kWeight = "weight";
  static constexpr std::string_view kBucket = "bucket";
  // Of use_ids(), each kId: 16 bytes, 8 and 8, zero for none. The parent of what hangs on a span is the span.
  static constexpr std::string_view kTraceId = "trace";
  static constexpr std::string_view kSpanId = "span";
  static constexpr std::string_view kParentId = "parent";

 private:
  /// A place where a source's rows may have the column, in order of precedence.
  struct Place {
    plan::Type type;
    plan::ExprPtr expr;
  };
  [[nodiscard]] FieldTypes types(Signal signal, FieldLevel level, std::string_view key) const;
  [[nodiscard]] std::vector<Place> places(Source source, std::string_view column) const;
  [[nodiscard]] bool names_its_service(Source source, std::string_view column) const;
  [[nodiscard]] plan::ExprPtr where(Source source) const;

  const FieldCatalogue& fields_;
  const Selection& selection_;
  const KindOverrides& overrides_;
  const SeenColumns seen_;
  const std::vector<Source> sources_;
  std::vector<Source> read_sources_;
  struct Used {
    std::string column;
    Aspect aspect;
    ColumnKind kind;
    std::string name;
  };
  [[nodiscard]] plan::ExprPtr read(Source source, const Used& used) const;
  std::vector<Used> used_;
  std::optional<std::string> trace_;
  bool arrival_ = false;
  std::int64_t bucket_width_ = 0;  ///< 0: none
  bool ids_ = false;
};

}  // namespace tetrascope::honeycomb
