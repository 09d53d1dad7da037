#pragma once
// What a query may name: columns of its rows, and fields that are calculated of them.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slices/honeycomb/formula_plan.h"
#include "slices/honeycomb/query_reads.h"

namespace tetrascope::honeycomb {

/// How deep calculated fields may use each other.
inline constexpr std::size_t kMaxFieldLevels = 10;

class QueryFields {
 public:
  using Aspect = RowReader::Aspect;

  /// Keeps references.
  QueryFields(RowReader& rows, const CalculatedFields& calculated) : rows_(rows), calculated_(calculated) {}

  /// Whether a calculated field of this name can be calculated; also true for columns. Errors: kInvalid: a formula that
  /// cannot be planned, fields that use each other in a circle.
  Result<void> check(std::string_view name);

  // As of RowReader, for calculated fields too. One that check() refuses is missing everywhere.
  [[nodiscard]] ColumnKind kind_of(std::string_view name);
  [[nodiscard]] bool has_numbers(std::string_view name);
  [[nodiscard]] bool knows(std::string_view name) const;
  std::string use(std::string_view name, Aspect aspect);
  void only_with(std::string_view name);
  [[nodiscard]] bool is_calculated(std::string_view name) const { return calculated_.contains(name); }

  RowReader& rows() { return rows_; }
  /// The fields used, each stage of those before it: they come right behind the reads.
  [[nodiscard]] std::vector<plan::Compute> stages() const { return stages_; }

 private:
  /// A column that a stage computes.
  struct Computed {
    FormulaValue value;  ///< its expr is a Field
    std::size_t level = 0;
  };
  class Names;
  Result<const Computed*> computed(const std::string& name);
  std::string add(std::string name, std::size_t level, plan::ExprPtr expr);

  RowReader& rows_;
  const CalculatedFields& calculated_;
  std::map<std::string, Result<Computed>, std::less<>> computed_;
  std::set<std::string, std::less<>> under_way_;
  std::map<std::pair<std::string, Aspect>, std::string> aspects_;
  std::vector<plan::Compute> stages_;
};

}  // namespace tetrascope::honeycomb
