#include "slices/otlp/otlp_slice.h"

#include <fmt/core.h>

#include <utility>

#include "slices/otlp/export.h"
#include "slices/otlp/profiles.h"
#include "slices/otlp/responses.h"

namespace tetrascope {
namespace otlp {
namespace {

constexpr std::size_t kBodyLimit = std::size_t{20} << 20;
constexpr std::string_view kHttp = "otlp/http", kGrpc = "otlp/grpc";
/// What a client speaks that does not say it understandably: people with curl can read JSON.
const Speech kUnknownSpeech{Format::kJson, "application/json"};

Arrival arrival_of(Request& request, OtlpSignal signal, Format format) {
  Arrival arrival;
  arrival.protocol = kHttp;
  arrival.signal = signal;
  arrival.format = format;
  arrival.encoding = request.headers.get("Content-Encoding");
  arrival.received = request.received;
  read_headers(request.headers, request.remote_address, arrival);
  arrival.body = std::move(request.body);
  return arrival;
}

Partial partial_of(OtlpSignal signal, const DecodeReport& report) {
  return {rejected_name(signal), report.rejected, report.rejection};
}

void refuse_content_type(Middle& middle, const Arrival& arrival, Respond& respond) {
  count_refusal(middle.stats, arrival, {ErrorCode::kUnsupportedMedia, std::string(kContentTypes)}, arrival.body);
  respond(text_response(415, kContentTypes));
}

Handler http_export(Middle& middle, OtlpSignal signal) {
  return [&middle, signal](Request&& request, Respond respond) {
    auto speech = speech_of(request);
    Arrival arrival = arrival_of(request, signal, speech ? speech->format : Format::kProtobuf);
    if (!speech) return refuse_content_type(middle, arrival, respond);
    take_export(middle, std::move(arrival),
                [signal, speech = *std::move(speech),
                 respond = std::move(respond)](const Result<DecodeReport>& report) mutable {
                  respond(report ? export_response(speech, partial_of(signal, *report))
                                 : error_response(speech, report.error()));
                });
  };
}

/// Profiles of one request: counted as refused, told in a partial success.
Result<Partial> refuse_profiles(Middle& middle, const Arrival& arrival) {
  std::string buffer;
  ASSIGN_OR_RETURN(const std::string_view body, inflated(arrival.encoding, arrival.body, buffer));
  ASSIGN_OR_RETURN(const std::uint64_t profiles, count_profiles(arrival.format, body));
  middle.stats.rejected({arrival.protocol,
                         "profiles are not kept",
                         kProfilesNotKept,
                         "turn off the profiles exporter",
                         arrival.client,
                         {}},
                        profiles, UnixNanos::now());
  return Partial{"rejectedProfiles", profiles, std::string(kProfilesNotKept)};
}

Handler http_profiles(Middle& middle) {
  return [&middle](Request&& request, Respond respond) {
    auto speech = speech_of(request);
    const Arrival arrival = arrival_of(request, OtlpSignal::kTraces, speech ? speech->format : Format::kProtobuf);
    if (!speech) return refuse_content_type(middle, arrival, respond);
    const auto partial = refuse_profiles(middle, arrival);
    if (!partial) count_refusal(middle.stats, arrival, partial.error(), arrival.body);
    respond(partial ? export_response(*speech, *partial) : error_response(*speech, partial.error()));
  };
}

/// Exporters add a signal's path to OTEL_EXPORTER_OTLP_ENDPOINT, and nothing to the variable of one signal (1.1).
std::string where_to_post(std::string_view path) {
  std::string_view meant = "/v1/traces";
  if (path.find("log") != std::string_view::npos) meant = "/v1/logs";
  if (path.find("metric") != std::string_view::npos) meant = "/v1/metrics";
  return fmt::format("no OTLP at {}: did you mean {}? An endpoint set for one signal is used as it is, path and all",
                     path.substr(0, 200), meant);
}

Response shape_error(Middle& middle, const Request& request, Error error) {
  const auto speech = speech_of(request).value_or(kUnknownSpeech);
  Arrival arrival;
  arrival.protocol = kHttp;
  arrival.format = speech.format;
  read_headers(request.headers, request.remote_address, arrival);
  if (error.code == ErrorCode::kNotFound) error.message = where_to_post(request.path);
  count_refusal(middle.stats, arrival, error, request.body);
  if (error.code == ErrorCode::kMethodNotAllowed)
    return text_response(405, "405 method not allowed, supported: [POST]");
  return error_response(speech, error);
}

Handler http_hint(Middle& middle) {
  return [&middle](Request&& request, Respond respond) {
    respond(shape_error(middle, request, {ErrorCode::kNotFound, {}}));
  };
}

GrpcMethod grpc_export(Middle& middle, std::string_view service, OtlpSignal signal) {
  const auto handler = [&middle, signal](GrpcCall&& call, GrpcRespond respond) {
    Arrival arrival;
    arrival.protocol = kGrpc;
    arrival.signal = signal;
    arrival.received = call.received;
    read_headers(call.metadata, call.remote_address, arrival);
    arrival.body = std::move(call.message);
    take_export(middle, std::move(arrival),
                [signal, respond = std::move(respond)](const Result<DecodeReport>& report) mutable {
                  respond(report ? export_answer(partial_of(signal, *report)) : error_answer(report.error()));
                });
  };
  return {fmt::format("/opentelemetry.proto.collector.{}/Export", service), handler};
}

GrpcMethod grpc_profiles(Middle& middle) {
  const auto handler = [&middle](GrpcCall&& call, GrpcRespond respond) {
    Arrival arrival;
    arrival.protocol = kGrpc;
    read_headers(call.metadata, call.remote_address, arrival);
    arrival.body = std::move(call.message);
    const auto partial = refuse_profiles(middle, arrival);
    if (!partial) count_refusal(middle.stats, arrival, partial.error(), arrival.body);
    respond(partial ? export_answer(*partial) : error_answer(partial.error()));
  };
  return {"/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", handler};
}

Route post(std::string pattern, Handler handler) {
  Route route;
  route.method = "POST";
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  route.body_limit = kBodyLimit;
  route.origins = Origins::kAny;
  return route;
}

}  // namespace
}  // namespace otlp

Slice make_otlp_slice(Middle& middle) {
  using namespace otlp;
  Slice slice;
  slice.http.slice = "otlp";
  slice.http.prefixes = {"/v1", "/v1development"};
  slice.http.shape_error = [&middle](const Request& request, const Error& error) {
    return shape_error(middle, request, error);
  };
  slice.http.routes.push_back(post("/v1/traces", http_export(middle, OtlpSignal::kTraces)));
  slice.http.routes.push_back(post("/v1/logs", http_export(middle, OtlpSignal::kLogs)));
  slice.http.routes.push_back(post("/v1/metrics", http_export(middle, OtlpSignal::kMetrics)));
  slice.http.routes.push_back(post("/v1/profiles", http_profiles(middle)));
  slice.http.routes.push_back(post("/v1development/profiles", http_profiles(middle)));
  Route hint = post("/", http_hint(middle));
  hint.accepts = [](const Request& request) { return request.method == "POST" && speech_of(request).has_value(); };
  slice.http.routes.push_back(std::move(hint));
  slice.grpc.push_back(grpc_export(middle, "trace.v1.TraceService", OtlpSignal::kTraces));
  slice.grpc.push_back(grpc_export(middle, "logs.v1.LogsService", OtlpSignal::kLogs));
  slice.grpc.push_back(grpc_export(middle, "metrics.v1.MetricsService", OtlpSignal::kMetrics));
  slice.grpc.push_back(grpc_profiles(middle));
  return slice;
}

}  // namespace tetrascope
