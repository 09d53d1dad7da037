#pragma once
// Attributes as the page shows them: key, type, and the value as text, so that no digit is lost on the way.

#include <string>
#include <string_view>

#include "model/value.h"

namespace tetrascope::ui {

/// [{"key":…,"type":"string|int|double|bool|array|map|bytes|empty","text":…}], one a member of `attributes` (an Object;
/// anything else is none). A map is kept whole: its leaves, which the store has beside it under dotted keys, are left
/// out.
Value attributes_json(const Value& attributes);
/// The same of JSON text; text that is none gives no attributes.
Value attributes_json(std::string_view json);
/// {"type","text"} of one value, as above.
Object value_json(const Value& value);

}  // namespace tetrascope::ui
