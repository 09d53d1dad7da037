#pragma once
// The field catalogue's way to the store and back.

#include <string>
#include <vector>

#include "base/result.h"
#include "model/field_catalogue.h"
#include "storage/storage.h"

namespace tetrascope {

/// One Native block for the `fields` table. `fields` is not empty.
std::string encode_fields(const std::vector<FieldCatalogue::Field>& fields);

/// Fills `catalogue` with what the store knows. Called once, before the first request.
Result<void> load_fields(Storage& storage, FieldCatalogue& catalogue);

}  // namespace tetrascope
