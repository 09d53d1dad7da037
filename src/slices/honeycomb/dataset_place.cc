#include "slices/honeycomb/dataset_place.h"

#include "slices/honeycomb/access.h"
#include "slices/honeycomb/datasets.h"

namespace tetrascope::honeycomb {

Result<DatasetPlace> dataset_place(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(const HoneycombKey key, authorize(request, middle, Need::kAsk));
  DatasetPlace place{std::string(key.environment), request.captures.at(0)};
  if (place.dataset == kAllDatasets) {
    if (key.kind != HoneycombKey::Kind::kClassic) return place;
    return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
  }
  ASSIGN_OR_RETURN(const auto dataset, find_dataset(middle, place.environment, place.dataset));
  if (!dataset) return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
  place.dataset = dataset->slug;
  return place;
}

}  // namespace tetrascope::honeycomb
