#pragma once
// Which Honeycomb columns a row of the middle has, and how each is read (dossier honeycomb_otlp 2.6 to 2.10).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"

namespace tetrascope::honeycomb {

/// Kinds of rows of a dataset. A span's events and links are rows of their own. Occurrences are those that an error
/// tracker's client sent, which `__all__` alone has; an exception of a span is its event.
enum class Source { kSpan, kSpanEvent, kLink, kLog, kMetric, kOccurrence };

/// The vendor's column types.
enum class ColumnKind { kString, kFloat, kInteger, kBoolean };
std::string_view kind_name(ColumnKind kind);

plan::Table table_of(Source source);
/// Arrays that open for the source (its attributes then open by themselves); empty for whole rows.
std::vector<std::string> unnested_by(Source source);
/// When the row happened: the vendor's timestamp. kTime.
plan::ExprPtr time_of(Source source);
/// How many rows it stands for. kInt.
plan::ExprPtr weight_of(Source source);

/// By which rows of one trace find each other, each kId: 16 bytes, 8 and 8; zero or missing for none. What hangs on a
/// span has it for its parent and no id of its own.
struct RowIds {
  plan::ExprPtr trace;
  plan::ExprPtr span;
  plan::ExprPtr parent;
};
RowIds ids_of(Source source);

/// A field that is not an attribute but follows from the row's own columns.
struct GeneratedField {
  ColumnKind kind = ColumnKind::kString;
  plan::ExprPtr expr;  ///< of kind's type (kAny for one read out of JSON); missing for rows without it
};
std::optional<GeneratedField> generated_field(Source source, std::string_view name);

/// All names that generated_field() knows for the source whatever the data, with their kinds: for lists of columns.
struct NamedKind {
  std::string_view name;
  ColumnKind kind;
};
std::vector<NamedKind> generated_names(Source source);

}  // namespace tetrascope::honeycomb
