#pragma once
// What fuzzers of Honeycomb's queries ask about: a dataset `d` of the environment `default`.

#include "model/field_catalogue.h"

namespace tetrascope {

/// Columns of every type and level, so that filters meet each of them.
inline const FieldCatalogue& every_field() {
  static const FieldCatalogue* const made = [] {
    auto* catalogue = new FieldCatalogue();
    FieldSightings seen = {{"default", "d", FieldLevel::kItem, "", FieldType::kString}};
    for (const auto level : {FieldLevel::kItem, FieldLevel::kResource, FieldLevel::kEvent}) {
      seen.push_back({"default", "d", level, "s", FieldType::kString});
      seen.push_back({"default", "d", level, "n", FieldType::kInt});
      seen.push_back({"default", "d", level, "n", FieldType::kDouble});
      seen.push_back({"default", "d", level, "b", FieldType::kBool});
      seen.push_back({"default", "d", level, "j", FieldType::kJson});
    }
    for (const auto signal : {Signal::kSpans, Signal::kLogs, Signal::kMetrics})
      catalogue->merge(signal, seen, UnixNanos{1});
    return catalogue;
  }();
  return *made;
}

}  // namespace tetrascope
