#pragma once
// Formulas over the calculations of a query, and what a query may name (dossier honeycomb_otlp 3.6).

#include <string>
#include <vector>

#include "slices/honeycomb/query_fields.h"
#include "slices/honeycomb/query_relations.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// Columns of the plans' answers: `a0`, … the calculations, then the formulas.
std::string value_column(std::size_t calculation);

/// One column a formula, over the columns of the calculations. Errors: kInvalid.
Result<plan::Named> plan_query_formula(const QuerySpec& spec, std::size_t formula);

/// Names that cannot be where they stand, and fields that cannot be calculated: empty when the specification can be
/// answered. `fields` and `related` come to know what was looked at, and are of no use for plans then.
std::vector<FieldProblem> check_names(const QuerySpec& spec, QueryFields& fields, RelatedRows& related);

/// A name of another row of the trace: it has such a prefix and is no field of the row itself.
bool is_related(std::string_view name, const QueryFields& fields);

}  // namespace tetrascope::honeycomb
