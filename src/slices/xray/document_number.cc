#include "slices/xray/document_number.h"

#include <charconv>

namespace tetrascope::xray {

std::optional<double> number_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = member(value, path);
  const auto* text = found == nullptr ? nullptr : found->as<std::string>();
  if (text == nullptr) return number_of(found);
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || text->empty() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace tetrascope::xray
