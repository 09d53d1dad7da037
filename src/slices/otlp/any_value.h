#pragma once
// Attribute values on their way from the wire to columns and to the store's JSON.

#include <span>
#include <string>

#include "slices/otlp/records.h"

namespace tetrascope::otlp {

/// The store's JSON (model/value.h) of one value.
void append_json(const AnyView& value, std::string& out);
/// The same of attributes, as an object; a key that comes twice stands there twice.
void append_json(std::span<const Attribute> attributes, std::string& out);

FieldType field_type(const AnyView& value);
/// The text when the value is one, else "".
std::string_view text_or_empty(const AnyView& value);
/// The value of `key`, null when it is not there.
const AnyView* find(std::span<const Attribute> attributes, std::string_view key);

/// Bytes that a row's attribute takes, the leaves of a map under their dotted keys included.
std::size_t stored_bytes(const Attribute& attribute);

}  // namespace tetrascope::otlp
