#pragma once
// Derived columns: calculated fields that are kept under an alias, for a dataset or the environment (dossier
// honeycomb_otlp 3.5).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/honeycomb/dataset_place.h"
#include "slices/honeycomb/formula.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

struct DerivedColumn {
  std::string id;
  std::string alias;
  std::string expression;
  std::string description;
  UnixNanos created, updated;
};

/// By alias.
Result<std::vector<DerivedColumn>> derived_columns(const Middle& middle, const DatasetPlace& place);
Result<std::optional<DerivedColumn>> find_derived_column(const Middle& middle, const DatasetPlace& place,
                                                         std::string_view id);

/// `before`: what stood there; null for a new one. Errors: kConflict: another one of the place has the alias, or
/// `before` is not what stands there any more.
Result<void> put_derived_column(const Middle& middle, const DatasetPlace& place, const DerivedColumn* before,
                                const DerivedColumn& column);
Result<void> remove_derived_column(const Middle& middle, const DatasetPlace& place, const DerivedColumn& column);

/// What queries of the dataset can name: its own, and those of the environment whose aliases it does not have.
Result<CalculatedFields> calculated_fields(const Middle& middle, std::string_view environment,
                                           std::string_view dataset);

}  // namespace tetrascope::honeycomb
