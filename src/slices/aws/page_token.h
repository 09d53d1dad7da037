#pragma once
// Tokens between the pages of an answer: opaque, good for the question that they came from and for no other.

#include <optional>
#include <string>
#include <string_view>

namespace tetrascope::aws {

/// `question`: what the next page must be asked with (operation, filters); `place`: where it begins.
std::string write_page_token(std::string_view question, std::string_view place);
/// The place; nullopt for a token that is none, or of another question.
std::optional<std::string> read_page_token(std::string_view question, std::string_view token);

}  // namespace tetrascope::aws
