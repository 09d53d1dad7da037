#include "model/attribute_form.h"

#include <fmt/core.h>

namespace tetrascope {

std::string map_key(FieldType type, std::string_view key) { return std::string(1, map_letter(type)).append(key); }

FieldType type_of_letter(char letter) {
  for (const FieldType type : {FieldType::kString, FieldType::kInt, FieldType::kDouble, FieldType::kBool}) {
    if (map_letter(type) == letter) return type;
  }
  return FieldType::kJson;
}

std::string element_sql(FieldType type, std::string_view element) {
  switch (type) {
    case FieldType::kInt:
      return fmt::format("reinterpretAsInt64({})", element);
    case FieldType::kDouble:
      return fmt::format("reinterpretAsFloat64({})", element);
    case FieldType::kBool:
      return fmt::format("CAST({} = '1', 'Nullable(Bool)')", element);
    case FieldType::kString:
    case FieldType::kJson:
      break;
  }
  return std::string(element);
}

}  // namespace tetrascope
