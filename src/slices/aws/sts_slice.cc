#include "slices/aws/sts_slice.h"

#include <fmt/core.h>

#include "slices/aws/fault.h"
#include "slices/aws/identity.h"

namespace tetrascope {
namespace {

constexpr std::size_t kBodyLimit = std::size_t{64} << 10;
constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

Response xml_answer(int status, const std::string& request_id, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", request_id);
  return response;
}

/// Source: AWS query protocol, error responses.
Response refuse(int status, std::string_view code, std::string_view message) {
  const std::string id = aws::new_request_id();
  return xml_answer(status, id,
                    fmt::format("<ErrorResponse xmlns=\"{}\"><Error><Type>Sender</Type><Code>{}</Code>"
                                "<Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
                                kNamespace, code, message, id));
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

/// The value of one field of the form.
std::string form_value(std::string_view body, std::string_view name) {
  Request form;
  if (!parse_target("/?" + std::string(body), form)) return {};
  return std::string(form.query_value(name).value_or(""));
}

/// The dossier's shape (cloudwatch_logs 1.2).
Response caller_identity(const Middle& middle, const Request& request) {
  const aws::Identity caller = aws::identity_of(request.headers, middle.settings.aws_account);
  const std::string id = aws::new_request_id();
  const std::string key = escape_xml(caller.access_key.empty() ? "anonymous" : caller.access_key);
  return xml_answer(200, id,
                    fmt::format("<GetCallerIdentityResponse xmlns=\"{}\"><GetCallerIdentityResult>"
                                "<Arn>arn:aws:iam::{}:user/{}</Arn><UserId>{}</UserId><Account>{}</Account>"
                                "</GetCallerIdentityResult><ResponseMetadata><RequestId>{}</RequestId>"
                                "</ResponseMetadata></GetCallerIdentityResponse>",
                                kNamespace, caller.account, key, key, caller.account, id));
}

/// The body is not there yet when a route is chosen. A signature names its service; a call without one is STS's when
/// it is a form that is posted to `/`, which nobody else takes.
bool is_for_sts(const Request& request) {
  if (request.headers.has("X-Amz-Target") || request.content_type() != "application/x-www-form-urlencoded")
    return false;
  const std::string_view authorization = request.headers.get("Authorization");
  return authorization.empty() || authorization.find("/sts/aws4_request") != std::string_view::npos;
}

Response answer(const Middle& middle, const Request& request) {
  const std::string action = form_value(request.body, "Action");
  if (action == "GetCallerIdentity") return caller_identity(middle, request);
  return refuse(400, "InvalidAction",
                fmt::format("Could not find operation {} for version {}", escape_xml(action),
                            escape_xml(form_value(request.body, "Version"))));
}

}  // namespace

Slice make_sts_slice(Middle& middle) {
  Slice slice;
  slice.http.slice = "sts";
  slice.http.routes.push_back(
      {.method = "POST",
       .pattern = "/",
       .handler = [&middle](Request&& request, Respond respond) { respond(answer(middle, request)); },
       .body_limit = kBodyLimit,
       .origins = Origins::kVendor,
       .accepts = is_for_sts});
  slice.http.shape_error = [](const Request&, const Error& error) {
    return refuse(http_status(error.code), aws::common_fault_type(error.code), escape_xml(error.message));
  };
  return slice;
}

}  // namespace tetrascope
