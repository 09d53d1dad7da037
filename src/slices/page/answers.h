#pragma once
// How the page's API answers: JSON with instants as text, errors as {"error":{"code","message"}}. Slices that know an
// answer themselves (Rollbar's items) give it in the same form.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/value.h"
#include "net/http.h"

namespace tetrascope::ui {

/// What every answer of the page carries, its files too: nosniff, no frames, scripts from here alone.
void add_security_headers(Headers& headers);

Response json_answer(std::string body);
Response json_answer(const Value& value);

/// An error's name in an answer: `not_found`, `invalid`, …
std::string_view code_name(ErrorCode code);
/// kInternal keeps its message for the log.
Response error_answer(const Request& request, const Error& error);

/// 64-bit numbers go as decimal text: JavaScript's own numbers lose their last digits.
inline Value exact(std::int64_t number) { return std::to_string(number); }
inline Value exact(UnixNanos time) { return std::to_string(time.value); }
inline Value exact(std::uint64_t number) { return std::to_string(number); }

}  // namespace tetrascope::ui
