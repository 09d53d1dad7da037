#pragma once
// Markers: points and spans of time that people and their CI jobs note on charts (dossier honeycomb_otlp 3.12).

#include "slices/slice.h"

namespace tetrascope::honeycomb {

// `/1/markers/{dataset}` and `/1/markers/{dataset}/{id}`; without a dataset, the whole environment.
Response create_marker(Middle& middle, const Request& request);
Response list_markers(Middle& middle, const Request& request);
Response update_marker(Middle& middle, const Request& request);
/// 200 with the marker that was: clients insist on it.
Response delete_marker(Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
