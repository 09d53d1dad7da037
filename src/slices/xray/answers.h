#pragma once
// How X-Ray answers (dossier xray 1.3): JSON objects, errors with their exception's name in a header and in the body.

#include <expected>
#include <string>
#include <string_view>

#include "model/value.h"
#include "slices/slice.h"

namespace tetrascope::xray {

/// What a call can end with. `type` is one of the API's exceptions.
struct Failure {
  int status = 400;
  std::string type = "InvalidRequestException";
  std::string message;
  std::string resource = {};  ///< ResourceName, of the exceptions that have it
};
template <class T>
using Outcomes = std::expected<T, Failure>;

std::unexpected<Failure> invalid(std::string message);
std::unexpected<Failure> not_found(std::string message, std::string resource);
/// An error of the middle in X-Ray's words.
Failure failure_of(const Error& error);

Response answer(const Value& body);
/// Counts the failure and gives back its answer.
Response refuse(Middle& middle, const Request& request, const Failure& failure);

/// The body of a call: a JSON object, or nothing, which is `{}`. Gzip is undone.
Outcomes<Value> read_call(const Request& request);

/// Region of the signature's scope, `us-east-1` without one.
std::string region_of(const Request& request);

}  // namespace tetrascope::xray
