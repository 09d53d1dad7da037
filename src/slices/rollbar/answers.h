#pragma once
// The shapes of Rollbar's answers, good and bad (dossier 1.3 and 4).

#include <string>
#include <string_view>

#include "model/value.h"
#include "slices/slice.h"

namespace tetrascope::rollbar {

inline constexpr std::string_view kProtocol = "rollbar";

/// 200, `{"err":0,"result":…}`.
Response success(const Value& result);
/// The same, with a result that is JSON already.
Response success_json(std::string_view result);
Response json_answer(int status, std::string body);

/// A request that the schema does not allow, in the vendor's words (1.3): "Invalid format. " and `what`.
std::unexpected<Error> invalid_format(std::string_view what);

/// `{"err":1,"message":…}` with the status of the error, counted for the page's list of what was rejected.
/// `records`: occurrences that the request held, where that is known.
Response refuse(Middle& middle, const Request& request, const Error& error, std::uint64_t records = 0);

}  // namespace tetrascope::rollbar
