#pragma once
// /1/derived_columns/{dataset} and /1/derived_columns/{dataset}/{id} (dossier honeycomb_otlp 3.5).

#include "slices/slice.h"

namespace tetrascope::honeycomb {

Response create_derived_column(Middle& middle, const Request& request);
/// With `?alias=` the one of that alias, or 404.
Response list_derived_columns(Middle& middle, const Request& request);
Response get_derived_column(Middle& middle, const Request& request);
Response update_derived_column(Middle& middle, const Request& request);
Response delete_derived_column(Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
