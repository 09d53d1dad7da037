#pragma once
// What the HTTP server refuses before a vendor's slice could read the request, in words for the page's list of what was
// rejected. The slice knows only an error's code, which it takes for one of its own.

#include <optional>
#include <string_view>

#include "base/result.h"

namespace tetrascope {

struct RefusalWords {
  std::string_view reason;  ///< a short constant phrase: one counter each
  std::string_view remedy;  ///< what the client's operator can do
};

/// nullopt for errors that a slice made itself. The HTTP server's begin with the part of the request they speak of:
/// `request head: `, `Host: `, … (net/request_reader.cc, net/http_conversation.cc, net/exchange.cc).
std::optional<RefusalWords> http_refusal_words(const Error& error);

}  // namespace tetrascope
