#pragma once
// One call of the API: who calls, with what parameters, and the many operations that answer it.

#include <functional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "slices/aws/fault.h"
#include "slices/aws/identity.h"
#include "slices/aws/parameters.h"
#include "slices/slice.h"

namespace tetrascope::cloudwatch_logs {

using aws::Fault;
using aws::Outcome;
using aws::Parameters;

inline constexpr std::string_view kProtocol = "cloudwatch";
inline constexpr std::string_view kContentType = "application/x-amz-json-1.1";

inline constexpr std::string_view kNotFound = "ResourceNotFoundException";
inline constexpr std::string_view kInvalidParameter = "InvalidParameterException";
inline constexpr std::string_view kAlreadyExists = "ResourceAlreadyExistsException";
inline constexpr std::string_view kLimitExceeded = "LimitExceededException";

class EventClock;
class LiveSessions;
class Queries;

/// What the operations of this slice share beside the middle; made once.
struct Service {
  Middle& middle;
  EventClock& clock;
  Queries& queries;
  LiveSessions& tails;
};

struct Call {
  Service& service;
  const Request& request;
  aws::Identity identity;
  Parameters parameters;

  [[nodiscard]] Middle& middle() const { return service.middle; }
};

/// The answer's JSON object; nullopt for an operation that has none (200 with an empty body).
using Answer = std::optional<Object>;
/// Answers at once, on the thread that calls.
using Operation = Outcome<Answer> (*)(Call&);

}  // namespace tetrascope::cloudwatch_logs
