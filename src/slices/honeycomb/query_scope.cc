#include "slices/honeycomb/query_scope.h"

#include "slices/honeycomb/column_settings.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/derived_columns.h"
#include "slices/honeycomb/query_formulas.h"
#include "slices/honeycomb/query_run.h"
#include "slices/honeycomb_key.h"

namespace tetrascope::honeycomb {

Result<std::optional<Selection>> select_rows(const Middle& middle, std::string_view environment,
                                             std::string_view dataset) {
  Selection selection{
      .environment = std::string(environment), .datasets = {}, .all = dataset == kAllDatasets, .deleted = {}};
  ASSIGN_OR_RETURN(auto deleted, deleted_datasets(middle, environment));
  for (auto& [names, until] : deleted) selection.deleted.push_back({std::move(names), until});
  if (selection.all) return std::optional(std::move(selection));
  ASSIGN_OR_RETURN(auto found, find_dataset(middle, environment, dataset));
  if (!found) return std::optional<Selection>();
  selection.datasets = std::move(found->stored_names);
  return std::optional(std::move(selection));
}

Result<QueryScope> query_scope(const Middle& middle, std::string_view environment, std::string_view dataset,
                               const QuerySpec& spec) {
  QueryScope scope;
  ASSIGN_OR_RETURN(auto selection, select_rows(middle, environment, dataset));
  if (!selection) return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
  scope.selection = *std::move(selection);
  scope.of_traces = scope.selection;
  // A trace goes through the datasets of its services; Classic has none of these.
  if (environment != kClassicEnvironment) {
    scope.of_traces.all = true;
    scope.of_traces.datasets.clear();
  }
  ASSIGN_OR_RETURN(scope.overrides, kind_overrides(middle, environment, dataset));
  scope.calculated = spec.calculated_fields;
  ASSIGN_OR_RETURN(auto stored, calculated_fields(middle, environment, dataset));
  scope.calculated.merge(std::move(stored));
  return scope;
}

Result<std::vector<FieldProblem>> check_query(const Middle& middle, std::string_view environment,
                                              std::string_view dataset, const QuerySpec& spec) {
  ASSIGN_OR_RETURN(const QueryScope scope, query_scope(middle, environment, dataset, spec));
  RowReader rows(middle.fields, scope.selection, scope.overrides);
  QueryFields fields(rows, scope.calculated);
  RelatedRows related({middle.fields, scope.of_traces, scope.overrides, scope.calculated});
  return check_names(spec, fields, related);
}

}  // namespace tetrascope::honeycomb
