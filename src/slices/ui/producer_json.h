#pragma once
// Resource and scope of a row as the page shows them.

#include <string>
#include <string_view>
#include <unordered_map>

#include "model/value.h"

namespace tetrascope::ui {

/// A resource or scope as stored (model/origin_columns.h) →
/// {"name","version","attributes":[…],"schema_url","dropped_attributes_count","entity_refs":[…]}; a member that was not
/// sent is "", 0 or [].
Value producer_json(std::string_view stored);

/// producer_json() of the few texts that many rows share, each read once.
class ProducerTexts {
 public:
  const std::string& json(std::string_view stored);

 private:
  std::unordered_map<std::string, std::string> known_;
};

}  // namespace tetrascope::ui
