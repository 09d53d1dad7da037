#include "slices/xray/answers.h"

#include <algorithm>
#include <atomic>
#include <cctype>

#include "base/inflate.h"
#include "base/log.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMaxBody = std::size_t{8} << 20;

/// A version 4 UUID, as AWS numbers requests.
std::string request_id(const Request& request) {
  static std::atomic<std::uint64_t> count{0};
  const std::string seed = request.remote_address + std::to_string(request.received.value) + "#" +
                           std::to_string(count.fetch_add(1, std::memory_order_relaxed));
  const auto halves = stable_hash(seed);
  std::string hex = to_hex(std::string_view(reinterpret_cast<const char*>(halves.data()), sizeof halves));
  hex[12] = '4';
  hex[16] = '8';
  for (const std::size_t dash : {8, 13, 18, 23}) hex.insert(dash, "-");
  return hex;
}

}  // namespace

std::unexpected<Failure> invalid(std::string message) {
  return std::unexpected(Failure{400, "InvalidRequestException", std::move(message)});
}

std::unexpected<Failure> not_found(std::string message, std::string resource) {
  return std::unexpected(Failure{404, "ResourceNotFoundException", std::move(message), std::move(resource)});
}

Failure failure_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTooManyRequests:
    case ErrorCode::kUnavailable:
      return {429, "ThrottledException", "Rate exceeded: the server is busy; try again"};
    case ErrorCode::kNotFound:
      return {404, "UnknownOperationException", error.message};
    case ErrorCode::kMethodNotAllowed:
      return {405, "UnknownOperationException", "every operation of this API is a POST"};
    case ErrorCode::kTooLarge:
      return {400, "InvalidRequestException", error.message};
    case ErrorCode::kDeadlineExceeded:
      // Every call of the API may answer so (1.3), and SDKs ask again by themselves: what a graph has read until then
      // is kept for the next call.
      return {429, "ThrottledException",
              "The time range holds too much to be read at once; ask again, or for a shorter one"};
    case ErrorCode::kUnauthenticated:
      return {403, "MissingAuthenticationTokenException", "Missing Authentication Token"};
    case ErrorCode::kPermissionDenied:
      return {403, "AccessDeniedException", error.message};
    case ErrorCode::kInternal:
      return {500, "InternalFailure", "internal server error"};
    default:
      return {400, "InvalidRequestException", error.message};
  }
}

Response answer(const Value& body) {
  Response response{200, {}, to_plain_json(body)};
  response.headers.add("Content-Type", "application/json");
  return response;
}

Response refuse(Middle& middle, const Request& request, const Failure& failure) {
  const std::string_view agent = request.headers.get("User-Agent");
  middle.stats.rejected(
      {.protocol = kProtocol,
       .reason = failure.status == 429 ? "server full" : "request refused",
       .detail = failure.message,
       .remedy = "the message says what is wrong with the call",
       .client = agent.empty() ? std::string_view(request.remote_address) : agent,
       .example = request.body.empty() ? std::string_view(request.target) : std::string_view(request.body)},
      0, UnixNanos::now());
  Object body{{"__type", Value(failure.type)}, {"Message", Value(failure.message)}};
  if (!failure.resource.empty()) body.emplace_back("ResourceName", Value(failure.resource));
  Response response{failure.status, {}, to_plain_json(Value(std::move(body)))};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("x-amzn-ErrorType", failure.type);
  response.headers.add("x-amzn-RequestId", request_id(request));
  if (failure.status == 429) response.headers.add("Retry-After", "1");
  return response;
}

Outcomes<Value> read_call(const Request& request) {
  std::string text;
  if (const auto done = inflate(request.headers.get("Content-Encoding"), request.body, kMaxBody, text); !done)
    return std::unexpected(failure_of(done.error()));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return Value(Object{});
  auto body = value_from_json(text);
  if (!body || body->as<Object>() == nullptr) return invalid("the body is not a JSON object");
  return *std::move(body);
}

std::string region_of(const Request& request) {
  // AWS4-HMAC-SHA256 Credential=KEY/20261122/us-east-1/xray/aws4_request, …
  constexpr std::string_view kCredential = "Credential=";
  std::string_view scope = request.headers.get("Authorization");
  const std::size_t at = scope.find(kCredential);
  if (at == std::string_view::npos) return "us-east-1";
  scope = scope.substr(at + kCredential.size());
  scope = scope.substr(0, scope.find(','));
  for (int skipped = 0; skipped < 2; ++skipped) {
    const std::size_t slash = scope.find('/');
    if (slash == std::string_view::npos) return "us-east-1";
    scope.remove_prefix(slash + 1);
  }
  const std::string_view region = scope.substr(0, scope.find('/'));
  const bool fits = !region.empty() && region.size() <= 32 &&
                    std::ranges::all_of(region, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  return fits ? std::string(region) : "us-east-1";
}

}  // namespace tetrascope::xray
