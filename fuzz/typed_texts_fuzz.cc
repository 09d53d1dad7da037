// Attributes of a Parquet file: JSON stands for them here. An object is attributes, whose texts and types give them
// back; a list of two is texts and types of a file that somebody else wrote.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/value.h"
#include "upkeep/typed_texts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  const auto value = value_from_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  if (const auto* file = value->as<Array>(); file != nullptr && file->size() == 2)
    static_cast<void>(upkeep::from_typed_texts((*file)[0], (*file)[1]));
  if (value->as<Object>() == nullptr) return 0;
  const upkeep::TypedTexts typed = upkeep::typed_texts(*value);
  const auto back = upkeep::from_typed_texts(typed.texts, typed.types);
  // Compared as JSON: NaN is not itself.
  if (!back || to_json(Value(*back)) != to_json(*value)) std::abort();
  return 0;
}
