#pragma once
// How AWS services say no: an exception's name, a message, sometimes further members.

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"
#include "net/http.h"

namespace tetrascope::aws {

struct Fault {
  std::string type;  ///< `ResourceNotFoundException`; "" where only `code` is known: the service then chooses
  std::string message;
  Object members = {};  ///< beside the message, e.g. `queryCompileError`
  ErrorCode code = ErrorCode::kInvalid;

  Fault() = default;
  Fault(std::string type_name, std::string text, Object more = {})
      : type(std::move(type_name)), message(std::move(text)), members(std::move(more)) {}
  Fault(Error error)  // NOLINT(google-explicit-constructor): what the middle says is passed on as it is
      : message(std::move(error.message)), code(error.code) {}
};

template <class T>
using Outcome = std::expected<T, Fault>;

inline std::unexpected<Fault> refuse(std::string type, std::string message) {
  return std::unexpected<Fault>(Fault{std::move(type), std::move(message)});
}

/// AWS JSON 1.0 and 1.1: 200 with `type` (`application/x-amz-json-1.1`), x-amzn-RequestId, and the body as it is.
Response json_answer(std::string_view content_type, std::string body);
/// The same for a fault of a service that speaks AWS JSON 1.1: `{"__type": …, "message": …}`, status 400; 500 and 503
/// for what is the server's. Source: dossier cloudwatch_logs 1.4.
Response json_fault(std::string_view content_type, const Fault& fault);
/// REST JSON: the type in the header X-Amzn-ErrorType, `{"Message": …}` in the body.
Response rest_fault(int status, const Fault& fault);

/// Names that all services share, for faults without one of their own.
std::string_view common_fault_type(ErrorCode code);

}  // namespace tetrascope::aws

/// Like ASSIGN_OR_RETURN and RETURN_IF_ERROR, for functions that give back an Outcome<T>: passes on Error and Fault.
#define ASSIGN_OR_FAULT(target, expression) ASSIGN_OR_FAULT_(target, expression, TETRASCOPE_JOIN(result_, __LINE__))
#define ASSIGN_OR_FAULT_(target, expression, result)                                        \
  auto result = (expression);                                                               \
  if (!result) return std::unexpected(::tetrascope::aws::Fault(std::move(result).error())); \
  target = *std::move(result)
#define RETURN_IF_FAULT(expression)                                                 \
  do {                                                                              \
    if (auto checked = (expression); !checked)                                      \
      return std::unexpected(::tetrascope::aws::Fault(std::move(checked).error())); \
  } while (false)
