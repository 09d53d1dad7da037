#pragma once
// The dataset in the path of a call that asks: `/1/queries/{dataset}` and its like.

#include <string>

#include "slices/slice.h"

namespace tetrascope::honeycomb {

/// Whose data a call is about.
struct DatasetPlace {
  std::string environment;
  std::string dataset;  ///< slug, or __all__
};

/// Of the first capture of the path. Errors: those of authorize(); kNotFound: no such dataset, or __all__ of Classic.
Result<DatasetPlace> dataset_place(const Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
