#include "slices/aws/fault.h"

#include "slices/aws/identity.h"

namespace tetrascope::aws {
namespace {

/// Only what the server itself is to blame for is no 400: SDKs repeat a 500 and a 503 by themselves.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
      return 503;
    case ErrorCode::kInternal:
      return 500;
    default:
      return 400;
  }
}

Object body_of(const Fault& fault, std::string_view message_member) {
  const bool internal = fault.code == ErrorCode::kInternal;
  Object body{{std::string(message_member), Value(internal ? std::string("Internal failure.") : fault.message)}};
  for (const auto& member : fault.members) body.push_back(member);
  return body;
}

std::string type_of(const Fault& fault) {
  return fault.type.empty() ? std::string(common_fault_type(fault.code)) : fault.type;
}

}  // namespace

std::string_view common_fault_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupportedMedia:
      return "SerializationException";
    case ErrorCode::kInvalid:
      return "InvalidParameterException";
    case ErrorCode::kUnauthenticated:
      return "UnrecognizedClientException";
    case ErrorCode::kPermissionDenied:
      return "AccessDeniedException";
    case ErrorCode::kNotFound:
      return "ResourceNotFoundException";
    case ErrorCode::kMethodNotAllowed:
    case ErrorCode::kUnimplemented:
      return "UnknownOperationException";
    case ErrorCode::kConflict:
      return "OperationAbortedException";
    case ErrorCode::kTooLarge:
      return "LimitExceededException";
    case ErrorCode::kTooManyRequests:
      return "ThrottlingException";
    case ErrorCode::kDeadlineExceeded:  // every operation of CloudWatch Logs has this one, few have a limit
    case ErrorCode::kUnavailable:
      return "ServiceUnavailableException";
    case ErrorCode::kInternal:
      break;
  }
  return "InternalFailure";
}

Response json_answer(std::string_view content_type, std::string body) {
  Response response{200, {}, std::move(body)};
  response.headers.add("Content-Type", std::string(content_type));
  response.headers.add("x-amzn-RequestId", new_request_id());
  return response;
}

Response json_fault(std::string_view content_type, const Fault& fault) {
  Object body{{"__type", Value(type_of(fault))}};
  for (auto& member : body_of(fault, "message")) body.push_back(std::move(member));
  Response response = json_answer(content_type, to_plain_json(Value(std::move(body))));
  response.status = status_of(fault.code);
  return response;
}

Response rest_fault(int status, const Fault& fault) {
  Response response = json_answer("application/json", to_plain_json(Value(body_of(fault, "Message"))));
  response.status = status;
  response.headers.add("X-Amzn-ErrorType", type_of(fault));
  return response;
}

}  // namespace tetrascope::aws
