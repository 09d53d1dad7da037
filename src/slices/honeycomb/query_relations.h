#pragma once
// Relational fields: what a filter or a breakdown asks of another row of the same trace (dossier honeycomb_otlp 4.7).

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/honeycomb/query_fields.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// Which row of the trace is asked: its root span, the parent or a child of the row, or any row; all names with one
/// prefix mean the same row. kNone: no row of the trace.
enum class Relation { kRoot, kParent, kChild, kAny, kAny2, kAny3, kNone };
struct RelatedName {
  Relation relation;
  std::string_view column;  ///< behind the prefix
};
/// nullopt for a name without such a prefix.
std::optional<RelatedName> related_name(std::string_view name);
inline bool is_any(Relation relation) {
  return relation == Relation::kAny || relation == Relation::kAny2 || relation == Relation::kAny3;
}

/// Where the rows of traces are looked for, and by which names.
struct RelatedSource {
  const FieldCatalogue& fields;
  const Selection& selection;  ///< wider than the query's: a trace goes through many datasets
  const KindOverrides& overrides;
  const CalculatedFields& calculated;
};

/// The other rows that one query asks about.
class RelatedRows {
 public:
  /// Keeps references.
  explicit RelatedRows(RelatedSource source) : source_(source) {}

  /// Only rows of the query whose related row passes. `filter.column` has a prefix.
  void filter(const FilterSpec& filter);
  /// The column that stages() add for a name with a prefix.
  std::string use(std::string_view name);
  /// Errors: kInvalid: a calculated field that cannot be calculated there.
  Result<void> check(std::string_view name);

  [[nodiscard]] bool empty() const { return groups_.empty(); }
  /// What is done to rows that have the ids of RowReader::use_ids(), in the time range `range`.
  [[nodiscard]] std::vector<plan::Stage> stages(plan::TimeRange range) const;

 private:
  /// The rows of one prefix.
  struct Group {
    Group(const RelatedSource& source, Relation relation);
    RowReader rows;
    QueryFields fields;
    std::vector<plan::ExprPtr> conditions;
    struct Brought {
      std::string field;  ///< of the related row
      std::string name;   ///< in the query's row
    };
    std::map<std::string, Brought, std::less<>> columns;  ///< by the column asked for
  };
  Group& group(Relation relation);
  static plan::Plan plan_of(Relation relation, const Group& group, plan::TimeRange range);

  RelatedSource source_;
  std::map<Relation, std::unique_ptr<Group>> groups_;
};

}  // namespace tetrascope::honeycomb
