#include "rollbar/item.h"

#include <unistd.h>

#include <algorithm>
#include <climits>

#include "core/json_writer.h"
#include "core/text.h"
#include "rollbar/scrub.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostText = 16'384;

void write_fields(JsonWriter& json, const RollbarOptions& options, const RollbarFields& fields) {
  json.begin_object();
  for (const auto& [name, value] : fields) {
    json.member(name, is_secret(options, name) ? std::string_view("*****") : cut_utf8(value, kMostText));
  }
  json.end_object();
}

void write_request(JsonWriter& json, const RollbarOptions& options, const RollbarRequest& request) {
  const auto mark = request.url.find('?');
  std::string url = request.url.substr(0, mark);
  if (mark != std::string::npos) url += "?" + scrub_query(options, std::string_view(request.url).substr(mark + 1));
  json.key("request").begin_object().member("url", url).member("method", request.method);
  if (!request.query_string.empty()) json.member("query_string", scrub_query(options, request.query_string));
  if (!request.user_ip.empty()) json.member("user_ip", request.user_ip);
  if (!request.body.empty()) json.member("body", cut_utf8(scrub_body(options, request.body), kMostText));
  if (!request.headers.empty()) write_fields(json.key("headers"), options, request.headers);
  if (!request.params.empty()) write_fields(json.key("params"), options, request.params);
  json.end_object();
}

// Rollbar wants the most recent call last.
void write_trace(JsonWriter& json, const Cause& cause) {
  std::vector<Frame> frames = resolve(cause.stack);
  std::reverse(frames.begin(), frames.end());
  json.begin_object().key("frames").begin_array();
  for (const Frame& each : frames) {
    json.begin_object().member("filename", each.file.empty() ? std::string("(unknown)") : each.file);
    if (each.line > 0) json.member("lineno", each.line);
    json.member("method", each.function).end_object();
  }
  json.end_array().key("exception").begin_object().member("class", cause.type);
  json.member("message", cut_utf8(cause.message, kMostText)).end_object().end_object();
}

void write_telemetry(JsonWriter& json, const std::vector<TelemetryEntry>& entries) {
  json.key("telemetry").begin_array();
  for (const TelemetryEntry& each : entries) {
    json.begin_object().member("level", level_name(each.level)).member("type", "log").member("source", "server");
    json.member("timestamp_ms", static_cast<std::int64_t>(each.time_ms));
    json.key("body").begin_object().member("message", cut_utf8(each.message, 1'000)).end_object().end_object();
  }
  json.end_array();
}

enum class Detail { kAll, kNoTelemetry, kLeast };

std::string write_with(const RollbarOptions& options, const Item& item, Detail detail) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("access_token", options.access_token).key("data").begin_object();
  json.member("environment", options.environment).member("level", level_name(item.level));
  json.member("timestamp", static_cast<std::int64_t>(item.unix_seconds)).member("uuid", item.uuid);
  json.member("platform", "linux").member("language", "c++");
  if (!options.framework.empty()) json.member("framework", options.framework);
  if (!options.code_version.empty()) json.member("code_version", options.code_version);
  if (!item.context.empty()) json.member("context", cut_utf8(item.context, 255));

  json.key("body").begin_object();
  if (item.chain.empty()) {
    json.key("message").begin_object().member("body", cut_utf8(item.message, kMostText)).end_object();
  } else if (item.chain.size() == 1) {
    write_trace(json.key("trace"), item.chain.front());
  } else {
    json.key("trace_chain").begin_array();
    for (const Cause& each : item.chain) write_trace(json, each);
    json.end_array();
  }
  if (detail == Detail::kAll && !item.telemetry.empty()) write_telemetry(json, item.telemetry);
  json.end_object();

  char host[HOST_NAME_MAX + 1] = {};
  gethostname(host, sizeof host - 1);
  json.key("server").begin_object().member("host", std::string_view(host)).member("pid", static_cast<int>(getpid()));
  if (!options.root.empty()) json.member("root", options.root);
  json.end_object();
  if (!item.person.id.empty()) {
    json.key("person").begin_object().member("id", item.person.id);
    if (!item.person.username.empty()) json.member("username", item.person.username);
    if (!item.person.email.empty()) json.member("email", item.person.email);
    json.end_object();
  }
  if (detail != Detail::kLeast && !item.request.url.empty()) write_request(json, options, item.request);
  RollbarFields custom = detail == Detail::kLeast ? RollbarFields() : item.custom;
  if (!item.trace_id.empty()) custom.insert({{"trace_id", item.trace_id}, {"span_id", item.span_id}});
  if (!custom.empty()) write_fields(json.key("custom"), options, custom);
  json.key("notifier").begin_object().member("name", "tetrascope-kit").member("version", "0.1.0").end_object();
  json.end_object().end_object();
  return out;
}

}  // namespace

std::size_t queued_bytes(const Item& item) noexcept {
  const auto of = [](const RollbarFields& fields) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : fields) bytes += name.size() + value.size();
    return bytes;
  };
  std::size_t bytes = item.message.size() + item.context.size() + of(item.custom);
  bytes += item.request.url.size() + item.request.query_string.size() + item.request.body.size();
  bytes += of(item.request.headers) + of(item.request.params);
  for (const Cause& each : item.chain) bytes += each.type.size() + each.message.size();
  for (const TelemetryEntry& each : item.telemetry) bytes += each.message.size();
  return bytes;
}

const char* level_name(RollbarLevel level) {
  switch (level) {
    case RollbarLevel::kDebug:
      return "debug";
    case RollbarLevel::kInfo:
      return "info";
    case RollbarLevel::kWarning:
      return "warning";
    case RollbarLevel::kError:
      return "error";
    case RollbarLevel::kCritical:
      return "critical";
  }
  return "error";
}

std::string write_item(const RollbarOptions& options, const Item& item) {
  std::string body = write_with(options, item, Detail::kAll);
  if (body.size() > options.payload_bytes) body = write_with(options, item, Detail::kNoTelemetry);
  if (body.size() > options.payload_bytes) body = write_with(options, item, Detail::kLeast);
  return body;
}

}  // namespace tetrascope::kit
