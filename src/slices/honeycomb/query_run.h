#pragma once
// Runs a query's plans and shapes their answers into the vendor's `data` (dossier honeycomb_otlp 3.7).

#include "slices/honeycomb/query_reads.h"
#include "slices/honeycomb/saved_queries.h"

namespace tetrascope::honeycomb {

/// The rows of `dataset` (a slug, or __all__) in `environment`; nullopt when there is no such dataset.
Result<std::optional<Selection>> select_rows(const Middle& middle, std::string_view environment,
                                             std::string_view dataset);

/// Every name and formula of the specification that cannot be what it says; empty when it can be asked of the dataset.
/// Errors: kNotFound.
Result<std::vector<FieldProblem>> check_query(const Middle& middle, std::string_view environment,
                                              std::string_view dataset, const QuerySpec& spec);

/// JSON text of the answer's member `data`.
/// Errors: kInvalid, kTooLarge and kDeadlineExceeded speak of the query; kUnavailable, kInternal.
Result<std::string> run_query(const Middle& middle, const SavedResult& asked);

}  // namespace tetrascope::honeycomb
