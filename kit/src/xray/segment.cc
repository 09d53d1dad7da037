#include "xray/segment.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <vector>

#include "core/json_writer.h"
#include "core/text.h"
#include "xray/daemon_address.h"
#include "xray/segment_cause.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostText = 250;  // http and sql members, user
constexpr std::size_t kMostAnnotation = 1000;
constexpr std::size_t kMostAnnotations = 50;
constexpr std::size_t kMostName = 200;

/// Reads attributes and remembers which were used, so that metadata holds the others alone.
class Reader {
 public:
  explicit Reader(const AttributeList& list) : list_(list), used_(list.size(), false) {}

  const AttributeValue* find(std::initializer_list<std::string_view> keys) {
    const AttributeValue* found = nullptr;
    for (const std::string_view key : keys) {
      for (std::size_t i = 0; i < list_.size(); ++i) {
        const Attribute& each = list_.begin()[i];
        if (each.key != key) continue;
        used_[i] = true;
        if (found == nullptr) found = &each.value;
      }
    }
    return found;
  }
  std::string_view text(std::initializer_list<std::string_view> keys) {
    const AttributeValue* value = find(keys);
    return value != nullptr && value->type() == ValueType::kString ? value->as_string() : std::string_view();
  }
  std::optional<std::int64_t> number(std::initializer_list<std::string_view> keys) {
    const AttributeValue* value = find(keys);
    return value != nullptr && value->type() == ValueType::kInt ? std::optional(value->as_int()) : std::nullopt;
  }
  bool used(std::size_t i) const { return used_[i]; }

 private:
  const AttributeList& list_;
  std::vector<bool> used_;
};

// Seconds with six decimals: what X-Ray keeps.
std::string seconds(std::uint64_t nanos) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%06llu", static_cast<unsigned long long>(nanos / 1'000'000'000U),
                static_cast<unsigned long long>(nanos / 1'000U % 1'000'000U));
  return text;
}

// X-Ray takes letters, digits and white space of any script, and _ . : / % & # = + - \ @.
std::string clean_name(std::string_view raw) {
  std::string scratch;
  std::string out;
  for (const char c : valid_utf8(raw, scratch)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain || static_cast<signed char>(c) < 0 ||
        std::string_view(" _.:/%&#=+-\\@").find(c) != std::string_view::npos) {
      out += c;
    }
  }
  out = cut_utf8(out, kMostName);
  return out.empty() ? "span" : out;
}

std::string annotation_key(std::string_view key) {
  std::string out(key.substr(0, 500));
  for (char& c : out) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!plain) c = '_';
  }
  return out;
}

void member_text(JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) json.member(key, cut_utf8(text, kMostText));
}

std::string full_url(Reader& read) {
  const auto whole = read.text({"url.full", "http.url"});
  const auto path = read.text({"url.path", "http.target"});
  const auto query = read.text({"url.query"});
  const auto scheme = read.text({"url.scheme", "http.scheme"});
  std::string host(read.text({"server.address", "http.host", "net.host.name"}));
  const auto port = read.number({"server.port", "net.host.port"});
  if (!whole.empty()) return std::string(whole);  // its parts, read by now, are no metadata either
  if (host.empty()) return std::string(path);
  if (port && host.find(':') == std::string::npos && *port != 80 && *port != 443) host += ":" + std::to_string(*port);
  return std::string(scheme.empty() ? "http" : scheme) + "://" + host + std::string(path) +
         (query.empty() ? "" : "?" + std::string(query));
}

void write_http(JsonWriter& json, Reader& read, std::optional<std::int64_t> status) {
  const auto method = read.text({"http.request.method", "http.method"});
  const auto length =
      read.number({"http.response.body.size", "http.response_content_length", "http.response.header.content-length"});
  if (method.empty() && !status) return;
  const auto url = full_url(read);
  const auto user_agent = read.text({"user_agent.original", "http.user_agent"});
  const auto client = read.text({"client.address", "http.client_ip"});
  const auto peer = read.text({"network.peer.address", "net.peer.ip"});
  const auto client_ip = client.empty() ? peer : client;
  json.key("http").begin_object();
  if (!method.empty() || !url.empty() || !user_agent.empty() || !client_ip.empty()) {
    json.key("request").begin_object();
    member_text(json, "method", method);
    member_text(json, "url", url);
    member_text(json, "user_agent", user_agent);
    member_text(json, "client_ip", client_ip);
    // Then the address is what a proxy said in a header.
    if (!client.empty() && !peer.empty() && client != peer) json.member("x_forwarded_for", true);
    json.end_object();
  }
  if (status || length) {
    json.key("response").begin_object();
    if (status) json.member("status", *status);
    if (length) json.member("content_length", *length);
    json.end_object();
  }
  json.end_object();
}

bool is_sql(std::string_view system) {
  constexpr std::array<std::string_view, 12> known = {"postgresql", "mysql",    "mariadb",   "sqlite",
                                                      "mssql",      "oracle",   "db2",       "derby",
                                                      "hive",       "teradata", "other_sql", "microsoft.sql_server"};
  return std::find(known.begin(), known.end(), system) != known.end();
}

void write_sql(JsonWriter& json, Reader& read, std::string_view system) {
  json.key("sql").begin_object();
  std::string host(read.text({"server.address", "net.peer.name"}));
  if (host.empty()) host = "localhost";
  if (const auto port = read.number({"server.port", "net.peer.port"})) host += ":" + std::to_string(*port);
  const auto database = read.text({"db.namespace", "db.name"});
  member_text(json, "url", std::string(system) + "://" + host + "/" + std::string(database));
  member_text(json, "database_type", system);
  member_text(json, "user", read.text({"db.user"}));
  // The text is without literals where the kit's own wrappers made it.
  if (const auto query = read.text({"db.query.text", "db.statement"}); !query.empty()) {
    json.member("sanitized_query", cut_utf8(query, 4096));
  }
  json.end_object();
}

void write_value(JsonWriter& json, const AttributeValue& value) {
  const auto array = [&](const auto* elements) {
    json.begin_array();
    for (std::size_t i = 0; i < value.count(); ++i) json.value(elements[i]);
    json.end_array();
  };
  switch (value.type()) {
    case ValueType::kBool:
      json.value(value.as_bool());
      break;
    case ValueType::kInt:
      json.value(value.as_int());
      break;
    case ValueType::kDouble:
      json.value(value.as_double());
      break;
    case ValueType::kString:
      json.value(value.as_string());
      break;
    case ValueType::kBools:
      array(value.array<bool>());
      break;
    case ValueType::kInts:
      array(value.array<std::int64_t>());
      break;
    case ValueType::kDoubles:
      array(value.array<double>());
      break;
    case ValueType::kStrings:
      array(value.array<std::string_view>());
      break;
    case ValueType::kStack:
      json.value(Stacktrace::text_of(value));
  }
}

bool is_annotation(const XrayOptions& options, const Attribute& attribute) {
  if (attribute.value.type() > ValueType::kString) return false;
  return std::any_of(options.annotations.begin(), options.annotations.end(),
                     [&](const std::string& key) { return key == "*" || key == attribute.key; });
}

void write_annotations(JsonWriter& json, const XrayOptions& options, const AttributeList& attributes) {
  std::size_t count = 0;
  for (const Attribute& each : attributes) {
    if (!is_annotation(options, each) || count == kMostAnnotations) continue;
    if (count++ == 0) json.key("annotations").begin_object();
    json.key(annotation_key(each.key));
    if (each.value.type() == ValueType::kString) {
      json.value(cut_utf8(each.value.as_string(), kMostAnnotation));
    } else {
      write_value(json, each.value);
    }
  }
  if (count > 0) json.end_object();
}

void write_metadata(JsonWriter& json, const XrayOptions& options, const FinishedSpan& span, const Reader& read) {
  bool any = false;
  for (std::size_t i = 0; i < span.attributes().size(); ++i) {
    const Attribute& each = span.attributes().begin()[i];
    if (read.used(i) || is_annotation(options, each)) continue;
    if (!any) json.key("metadata").begin_object().key(options.metadata_namespace).begin_object();
    any = true;
    json.key(each.key);
    write_value(json, each.value);
  }
  if (any) json.end_object().end_object();
}

void write_flags(JsonWriter& json, const FinishedSpan& span, std::optional<std::int64_t> status) {
  const bool throttle = status == 429;
  const bool error = status && *status >= 400 && *status < 500;
  const bool fault = (status && *status >= 500) || (!error && span.status() == StatusCode::kError);
  if (error) json.member("error", true);
  if (throttle) json.member("throttle", true);
  if (fault) json.member("fault", true);
}

void write_aws_call(JsonWriter& json, Reader& read) {
  read.find({"rpc.system", "rpc.service", "aws.service"});  // said by namespace and name
  json.key("aws").begin_object();
  member_text(json, "operation", read.text({"rpc.method", "aws.operation"}));
  member_text(json, "region", read.text({"cloud.region", "aws.region"}));
  member_text(json, "request_id", read.text({"aws.request_id"}));
  member_text(json, "table_name", read.text({"aws.table_name"}));
  member_text(json, "queue_url", read.text({"aws.sqs.queue.url", "aws.queue_url", "messaging.url"}));
  json.end_object();
}

bool is_aws_call(const FinishedSpan& span) {
  const AttributeValue* system = span.attributes().find("rpc.system");
  return system != nullptr && system->type() == ValueType::kString && system->as_string() == "aws-api";
}

}  // namespace

SegmentWriter::SegmentWriter(const XrayOptions& options, const Resource& resource, Origin origin)
    : options_(options),
      service_(options.service.empty() ? resource.text("service.name") : options.service),
      version_(resource.text("service.version")),
      origin_(std::move(origin)) {}

bool SegmentWriter::is_segment(const FinishedSpan& span) {
  return span.kind() == SpanKind::kServer || !span.parent_id().valid() || span.parent_is_remote();
}

std::string SegmentWriter::name(const FinishedSpan& span) const {
  Reader read(span.attributes());
  if (is_segment(span)) {
    if (!options_.dynamic_naming.empty() && span.kind() == SpanKind::kServer) {
      const auto host = read.text({"server.address", "http.host", "net.host.name"});
      if (!host.empty() && matches_wildcard(options_.dynamic_naming, host)) return clean_name(host);
    }
    return clean_name(service_);
  }
  if (const auto peer = read.text({"peer.service"}); !peer.empty()) return clean_name(peer);
  if (is_aws_call(span)) return clean_name(read.text({"rpc.service", "aws.service"}));
  const auto host = read.text({"server.address", "net.peer.name", "http.host"});
  if (span.attributes().find("db.system") != nullptr || span.attributes().find("db.system.name") != nullptr) {
    const auto database = read.text({"db.namespace", "db.name"});
    if (!database.empty()) return clean_name(std::string(database) + (host.empty() ? "" : "@" + std::string(host)));
  }
  if (span.kind() == SpanKind::kClient && !host.empty()) return clean_name(host);
  return clean_name(span.name());
}

std::string SegmentWriter::write(const FinishedSpan& span, bool embedded, Detail detail) const {
  const bool segment = is_segment(span);
  Reader read(span.attributes());
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("name", name(span)).member("id", span.context().span_id.hex());
  if (!embedded) {
    json.member("trace_id", span.context().trace_id.xray());
    if (span.parent_id().valid()) json.member("parent_id", span.parent_id().hex());
    if (!segment) json.member("type", "subsegment");
  }
  json.key("start_time").raw(seconds(span.start_time()));
  if (span.in_progress()) {
    json.member("in_progress", true);
  } else {
    json.key("end_time").raw(seconds(span.end_time()));
  }

  if (segment) {
    if (!origin_.name.empty()) json.member("origin", origin_.name);
    json.key("service").begin_object();
    if (!version_.empty()) json.member("version", version_);
    json.member("runtime", "C++").end_object();
    json.key("aws").begin_object().key("xray").begin_object();
    json.member("sdk", "tetrascope-kit for C++").member("sdk_version", "0.1.0");
    if (!span.sampling_rule().empty()) json.member("sampling_rule_name", span.sampling_rule());
    json.end_object();
    if (!origin_.aws_members.empty()) json.raw(origin_.aws_members);
    json.end_object();
    member_text(json, "user", read.text({"user.id", "enduser.id"}));
  } else if (is_aws_call(span)) {
    json.member("namespace", "aws");
    write_aws_call(json, read);
  } else if (span.kind() == SpanKind::kClient) {
    json.member("namespace", "remote");
  }

  const auto status = read.number({"http.response.status_code", "http.status_code"});
  write_http(json, read, status);
  if (const auto system = read.text({"db.system.name", "db.system"}); !segment && is_sql(system)) {
    write_sql(json, read, system);
  }
  write_flags(json, span, status);
  write_cause(json, span, detail != Detail::kNoStacks);
  write_annotations(json, options_, span.attributes());
  if (detail == Detail::kAll) write_metadata(json, options_, span, read);
  if (segment && span.links() != nullptr) {
    json.key("links").begin_array();
    for (const SpanLink* link = span.links(); link != nullptr; link = link->next) {
      json.begin_object().member("trace_id", link->trace_id.xray()).member("id", link->span_id.hex()).end_object();
    }
    json.end_array();
  }
  return out;
}

std::string independent_members(const TraceId& trace, const SpanId& parent) {
  return ",\"type\":\"subsegment\",\"trace_id\":\"" + trace.xray() + "\",\"parent_id\":\"" + parent.hex() + "\"";
}

}  // namespace tetrascope::kit
