#pragma once
// What an SDK posts to /api/1/item/: found, checked, and taken apart into what is grouped, counted and joined by.
// Source: dossier rollbar 0, 1.1, 1.3 to 1.6.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/value.h"

namespace tetrascope::rollbar {

/// Bytes of a body on the wire, and inflated (1.4: the vendor takes 1 MB, SDKs cut at half of it).
inline constexpr std::size_t kMaxItemBody = std::size_t{2} << 20;
/// Of one body that holds several items.
inline constexpr std::size_t kMaxItemsOfBody = 1'000;

/// One occurrence as its client told it.
struct ItemReport {
  std::string document;  ///< JSON of `data`, byte for byte as sent
  std::string uuid;      ///< the client's, or one made here
  std::string environment, level, platform, language, framework, context, code_version, notifier, host;
  std::string title;        ///< 1 to 255 bytes
  std::string fingerprint;  ///< 40 hex digits, or the client's own of at most 40 characters
  std::string exception_type, exception_message, stacktrace;
  std::string person_id, user_ip;  ///< `user_ip` may be `$remote_ip` (1.5)
  std::string request_url, request_method;
  bool is_exception = false;
  NamedId<16> trace_id;  ///< zero for none (6.3)
  NamedId<8> span_id;
  Object custom;
};

/// What a body holds: an access token at its top, and the reports. `access_token` is read even where the rest is wrong.
struct ItemBody {
  std::string access_token;
  Result<std::vector<ItemReport>> reports;
};

/// `body`: inflated; JSON whatever its Content-Type says, or a form with the field `payload`: the wrapped form
/// `{"access_token":…,"data":{…}}`, `data` alone, or an array of either.
/// Errors: kMalformed (no JSON: 400), kInvalid (the vendor's 422 texts).
ItemBody decode_item_body(std::string_view body);

/// The JSON of a body: itself, or the form's `payload`; the form's text is decoded into `buffer`.
std::string_view json_of_body(std::string_view body, std::string& buffer);

/// Cuts at a character, so that at most `bytes` stay.
std::string cut_text(std::string_view text, std::size_t bytes);

}  // namespace tetrascope::rollbar
