#pragma once
// /1/datasets (dossier honeycomb_otlp 3.5).

#include "slices/slice.h"

namespace tetrascope::honeycomb {

Response create_dataset(Middle& middle, const Request& request);
Response list_datasets(Middle& middle, const Request& request);
Response get_dataset(Middle& middle, const Request& request);
Response update_dataset(Middle& middle, const Request& request);
Response delete_dataset(Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
