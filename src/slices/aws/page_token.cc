#include "slices/aws/page_token.h"

#include <fmt/core.h>

#include "base/ids.h"

namespace tetrascope::aws {
namespace {

constexpr std::size_t kMarkDigits = 16;

std::string mark_of(std::string_view question, std::string_view place) {
  return fmt::format("{:016x}", stable_hash(fmt::format("{}:{}{}", question.size(), question, place))[0]);
}

}  // namespace

std::string write_page_token(std::string_view question, std::string_view place) {
  return mark_of(question, place) + to_hex(place);
}

std::optional<std::string> read_page_token(std::string_view question, std::string_view token) {
  if (token.size() < kMarkDigits) return std::nullopt;
  auto place = from_hex(token.substr(kMarkDigits));
  if (!place || mark_of(question, *place) != token.substr(0, kMarkDigits)) return std::nullopt;
  return place;
}

}  // namespace tetrascope::aws
