#pragma once
// /1/columns (dossier honeycomb_otlp 3.5).

#include "slices/slice.h"

namespace tetrascope::honeycomb {

Response create_column(Middle& middle, const Request& request);
/// With ?key_name= one column, or 404.
Response list_columns(Middle& middle, const Request& request);
Response get_column(Middle& middle, const Request& request);
Response update_column(Middle& middle, const Request& request);
Response delete_column(Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
