#pragma once
// What exporters are answered: empty successes, partial successes and google.rpc.Status, in the format of the request.

#include <cstdint>
#include <string>
#include <string_view>

#include "net/grpc_server.h"
#include "net/http.h"
#include "slices/otlp/decode.h"

namespace tetrascope::otlp {

/// Husky's words, which users search for (dossier honeycomb_otlp 2.3).
inline constexpr std::string_view kContentTypes =
    "unsupported content-type, valid types are: application/protobuf, application/x-protobuf, application/json";

/// How the client speaks and wants to be answered.
struct Speech {
  Format format = Format::kProtobuf;
  std::string content_type;  ///< of the answer: that of the request, without parameters
};
/// Errors: kUnsupportedMedia with kContentTypes.
Result<Speech> speech_of(const Request& request);

/// partial_success of an Export…ServiceResponse. All signals have the same two members; only the JSON name differs.
struct Partial {
  std::string_view json_name;  ///< `rejectedSpans`
  std::uint64_t rejected = 0;
  std::string message;  ///< both empty: everything was taken, and partial_success is left out
};
std::string_view rejected_name(OtlpSignal signal);
std::string export_body(Format format, const Partial& partial);
Response export_response(const Speech& speech, const Partial& partial);

/// google.rpc.Status with the HTTP status of the error; Retry-After where a client should come again (1.6).
Response error_response(const Speech& speech, const Error& error);
/// 415 and 405 are plain text, as OpenTelemetry's Collector and Honeycomb answer them.
Response text_response(int status, std::string_view message);

GrpcAnswer export_answer(const Partial& partial);
/// With RetryInfo, where a client should come again, in `grpc-status-details-bin` and, for Python,
/// `google.rpc.retryinfo-bin`.
GrpcAnswer error_answer(const Error& error);

/// What a client may know of an error: bugs and broken machines are not described to it.
std::string client_message(const Error& error);

}  // namespace tetrascope::otlp
