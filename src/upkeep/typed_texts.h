#pragma once
// Attributes as two maps of text: what tables outside have a type for. `texts` has every value as people write it,
// `types` the type of each that is no string.

#include "base/result.h"
#include "model/value.h"

namespace tetrascope::upkeep {

/// Both: an Object of text. Keys in the order of the attributes.
struct TypedTexts {
  Value texts = Object{};
  Value types = Object{};
};

/// Types are int, double, bool, bytes (base64), array and map (the store's JSON, in which types show), and empty. A key
/// that comes twice has the type of each of its values, `string` too, in their order. Text that is not UTF-8 gets
/// U+FFFD. Of what is no object: nothing.
TypedTexts typed_texts(const Value& attributes);

/// Errors: kInvalid with the key (a text that is none of its type, or a type that there is not).
Result<Object> from_typed_texts(const Value& texts, const Value& types);

/// `text` as it is, or with U+FFFD for each byte that is not UTF-8.
std::string utf8_text(std::string_view text);

}  // namespace tetrascope::upkeep
