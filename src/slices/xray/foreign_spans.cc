#include "slices/xray/foreign_spans.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "slices/xray/document_number.h"
#include "slices/xray/segment.h"

namespace tetrascope::xray {
namespace {

constexpr std::int64_t kServerKind = 2, kClientKind = 3, kErrorStatus = 2;

enum Cell : std::size_t {
  kTraceIdCell,
  kSpanIdCell,
  kParentIdCell,
  kStartCell,
  kDurationCell,
  kNameCell,
  kKindCell,
  kStatusCell,
  kMessageCell,
  kServiceCell,
  kReceivedCell,
  kProviderCell,
  kPlatformCell,
  kAttributesCell,
  kEventNamesCell,
  kEventAttributesCell,
  kLinkTracesCell,
  kLinkSpansCell,
  kCells,
};
constexpr std::string_view kCellNames[kCells] = {
    "trace_id",   "span_id",          "parent_span_id", "start",       "duration",       "name",           "kind",
    "status",     "status_message",   "service",        "received",    "cloud.provider", "cloud.platform", "attributes",
    "event_name", "event_attributes", "link_trace_id",  "link_span_id"};
/// Of text: attributes from which nodes, edges and outcomes come.
constexpr std::string_view kTextsOfGraphs[] = {
    "aws.remote.service", "peer.service",  "aws.service",    "db.system",     "db.system.name",
    "rpc.service",        "http.host",     "server.address", "net.peer.name", "db.name",
    "db.namespace",       "rpc.system",    "url.full",       "http.url",      "http.target",
    "url.path",           "net.host.name", "http.scheme",    "url.scheme",    "http.request.method",
    "http.method",        "aws.queue_url", "messaging.url",  "aws.table_name"};
/// Of numbers, which clients send as integers or with a fraction.
constexpr std::string_view kNumbersOfGraphs[] = {"http.response.status_code", "http.status_code", "net.host.port",
                                                 "server.port"};

std::int64_t cell_integer(const Value& cell) {
  const auto* number = cell.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}
std::string_view cell_text(const Value& cell) {
  const auto* found = cell.as<std::string>();
  return found == nullptr ? std::string_view{} : std::string_view(*found);
}
std::string cell_hex(const Value& cell) {
  const auto* bytes = cell.as<Bytes>();
  if (bytes == nullptr || std::ranges::all_of(bytes->data, [](char byte) { return byte == 0; })) return {};
  return to_hex(bytes->data);
}

/// Names as X-Ray takes them: other characters are left out, 200 at most (8.1).
std::string clean_name(std::string_view name) {
  constexpr std::string_view kMarks = " _.:/%&#=+-@";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0 || kMarks.contains(c)) out += c;
  }
  if (out.size() > 200) {
    out.resize(200);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
  }
  return out.empty() ? "span" : out;
}

/// Of a row that was read for graphs: the attributes that stand behind the cells. nullopt: it was read whole.
std::optional<Value> attributes_of_graphs(const std::vector<Value>& row) {
  if (row.size() <= kCells) return std::nullopt;
  Object attributes;
  std::size_t cell = kCells;
  for (const std::string_view key : kTextsOfGraphs) {
    if (!row[cell].missing()) attributes.emplace_back(key, row[cell]);
    ++cell;
  }
  for (const std::string_view key : kNumbersOfGraphs) {
    if (!row[cell].missing()) attributes.emplace_back(key, row[cell]);
    ++cell;
  }
  return attributes;
}

/// One span being made a document.
class SpanDocument {
 public:
  explicit SpanDocument(const std::vector<Value>& row)
      : row_(row),
        own_attributes_(attributes_of_graphs(row)),
        attributes_(own_attributes_ ? *own_attributes_ : row[kAttributesCell]) {}

  StoredDocument make() {
    StoredDocument out;
    out.foreign = true;
    out.received = {cell_integer(row_[kReceivedCell])};
    out.time = {cell_integer(row_[kStartCell])};
    out.service = cell_text(row_[kServiceCell]);
    const std::string parent = cell_hex(row_[kParentIdCell]);
    out.is_segment = kind() == kServerKind || parent.empty();
    identity(out, parent);
    http();
    outcome();
    sql();
    aws();
    if (!own_attributes_) {
      exceptions();
      annotations();
    }
    links();
    out.body = Value(std::move(body_));
    return out;
  }

 private:
  [[nodiscard]] std::int64_t kind() const { return cell_integer(row_[kKindCell]); }
  /// The first attribute of these that is text and not empty.
  [[nodiscard]] std::string_view first(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      if (const auto found = text_at(attributes_, {key}); !found.empty()) return found;
    }
    return {};
  }
  [[nodiscard]] std::optional<double> first_number(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      if (const auto found = number_at(attributes_, {key})) return found;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string name(const StoredDocument& out) const {
    if (out.is_segment)
      return clean_name(out.service.empty() ? cell_text(row_[kNameCell]) : std::string_view(out.service));
    if (kind() != kClientKind && kind() != 4 && kind() != 5) return clean_name(cell_text(row_[kNameCell]));
    std::string_view name = first({"aws.remote.service", "peer.service", "aws.service"});
    if (name.empty() && first({"db.system", "db.system.name"}).empty())
      name = first({"rpc.service", "http.host", "server.address", "net.peer.name"});
    if (name.empty())
      return clean_name(database_name().empty() ? std::string(cell_text(row_[kNameCell])) : database_name());
    return clean_name(name);
  }
  [[nodiscard]] std::string database_name() const {
    std::string name(first({"db.name", "db.namespace"}));
    const std::string_view host = first({"server.address", "net.peer.name"});
    if (!name.empty() && !host.empty()) name.append("@").append(host);
    return name;
  }

  void identity(const StoredDocument& out, const std::string& parent) {
    const std::int64_t start = cell_integer(row_[kStartCell]);
    const std::int64_t end = start + std::max<std::int64_t>(cell_integer(row_[kDurationCell]), 0);
    put_text(body_, "id", cell_hex(row_[kSpanIdCell]));
    put_text(body_, "name", name(out));
    body_.emplace_back("start_time", Value(seconds_of({start})));
    body_.emplace_back("end_time", Value(seconds_of({end})));
    put_text(body_, "parent_id", parent);
    if (!out.is_segment) put_text(body_, "type", "subsegment");
    if (!out.is_segment && kind() == kClientKind) {
      const bool aws = first({"rpc.system"}) == "aws-api" || !first({"aws.service"}).empty();
      put_text(body_, "namespace", aws ? "aws" : "remote");
    }
    put_text(body_, "user", first({"enduser.id"}));
    put_text(body_, "origin", origin());
  }

  [[nodiscard]] std::string_view origin() const {
    if (cell_text(row_[kProviderCell]) != "aws") return {};
    const std::string_view platform = cell_text(row_[kPlatformCell]);
    if (platform == "aws_app_runner") return "AWS::AppRunner::Service";
    if (platform == "aws_eks") return "AWS::EKS::Container";
    if (platform == "aws_elastic_beanstalk") return "AWS::ElasticBeanstalk::Environment";
    if (platform == "aws_ecs") return "AWS::ECS::Container";
    if (platform == "aws_ec2") return "AWS::EC2::Instance";
    if (platform == "aws_lambda") return "AWS::Lambda::Function";
    return {};
  }

  [[nodiscard]] std::string url() const {
    if (const auto whole = first({"url.full", "http.url"}); !whole.empty()) return std::string(whole);
    std::string target(first({"http.target", "url.path"}));
    std::string_view host = first({"http.host", "net.host.name", "server.address"});
    if (target.empty() && host.empty()) return {};
    const std::string_view scheme = first({"http.scheme", "url.scheme"});
    std::string out = std::string(scheme.empty() ? "http" : scheme) + "://" + std::string(host);
    const auto port = first_number({"net.host.port", "server.port"});
    if (port && !host.contains(':') && *port > 0 && *port < 65'536) {
      out += ":" + std::to_string(static_cast<int>(*port));
    }
    return out + target;
  }

  void http() {
    Object request, response, http;
    put_text(request, "method", first({"http.request.method", "http.method"}));
    if (!request.empty() || !first({"url.full", "http.url"}).empty()) put_text(request, "url", url());
    put_text(request, "user_agent", first({"user_agent.original", "http.user_agent"}));
    put_text(request, "client_ip", first({"http.client_ip", "client.address", "net.peer.ip"}));
    if (const auto status = first_number({"http.response.status_code", "http.status_code"}))
      response.emplace_back("status", Value(static_cast<std::int64_t>(std::clamp(*status, 0.0, 999.0))));
    if (const auto length = first_number({"http.response.body.size", "http.response_content_length"}))
      response.emplace_back("content_length", Value(static_cast<std::int64_t>(std::clamp(*length, -1.0, 1e15))));
    if (!request.empty()) http.emplace_back("request", Value(std::move(request)));
    if (!response.empty()) http.emplace_back("response", Value(std::move(response)));
    if (!http.empty()) body_.emplace_back("http", Value(std::move(http)));
  }

  void outcome() {
    const double status = first_number({"http.response.status_code", "http.status_code"}).value_or(0);
    const bool client_error = status >= 400 && status < 500;
    if (client_error) body_.emplace_back("error", Value(true));
    if (status == 429) body_.emplace_back("throttle", Value(true));
    if (status >= 500 || (!client_error && cell_integer(row_[kStatusCell]) == kErrorStatus))
      body_.emplace_back("fault", Value(true));
  }

  void sql() {
    const std::string_view system = first({"db.system", "db.system.name"});
    if (system.empty() || system == "redis" || system == "mongodb" || system == "dynamodb") return;
    Object sql;
    put_text(sql, "database_type", system);
    put_text(sql, "user", first({"db.user"}));
    put_text(sql, "sanitized_query", first({"db.query.text", "db.statement"}));
    put_text(sql, "connection_string", first({"db.connection_string"}));
    body_.emplace_back("sql", Value(std::move(sql)));
  }

  void aws() {
    Object aws;
    put_text(aws, "operation", first({"aws.operation", "rpc.method"}));
    put_text(aws, "region", first({"aws.region"}));
    put_text(aws, "request_id", first({"aws.request_id", "aws.requestId"}));
    put_text(aws, "queue_url", first({"aws.queue_url", "messaging.url"}));
    put_text(aws, "table_name", first({"aws.table_name"}));
    if (!aws.empty()) body_.emplace_back("aws", Value(std::move(aws)));
  }

  void exceptions() {
    Array found;
    const auto* names = row_[kEventNamesCell].as<Array>();
    const auto* attributes = row_[kEventAttributesCell].as<Array>();
    for (std::size_t i = 0; names != nullptr && attributes != nullptr && i < names->size(); ++i) {
      if (cell_text((*names)[i]) != "exception" || i >= attributes->size()) continue;
      const auto event = value_from_json(cell_text((*attributes)[i]));
      if (!event) continue;
      Object exception;
      put_text(exception, "id",
               cell_hex(row_[kSpanIdCell]).substr(0, 14) + (i < 10 ? "0" : "") + std::to_string(i % 100));
      put_text(exception, "type", text_at(*event, {"exception.type"}));
      put_text(exception, "message", text_at(*event, {"exception.message"}));
      found.emplace_back(std::move(exception));
    }
    if (found.empty() && !cell_text(row_[kMessageCell]).empty() && cell_integer(row_[kStatusCell]) == kErrorStatus) {
      Object exception{{"id", Value(cell_hex(row_[kSpanIdCell]))}};
      put_text(exception, "message", cell_text(row_[kMessageCell]));
      found.emplace_back(std::move(exception));
    }
    if (!found.empty()) body_.emplace_back("cause", Value(Object{{"exceptions", Value(std::move(found))}}));
  }

  /// Scalars are annotations, since direct OTLP has no list of which to index; the rest is metadata (8.2, rule 5).
  void annotations() {
    Object annotations, metadata;
    if (const auto* all = attributes_.as<Object>()) {
      for (const auto& [key, value] : *all) {
        if (value.missing()) continue;
        const bool scalar = value.as<Object>() == nullptr && value.as<Array>() == nullptr;
        (scalar ? annotations : metadata).emplace_back(key, value);
      }
    }
    if (cell_text(row_[kNameCell]) != text_at(Value(body_), {"name"}))
      metadata.emplace_back("span.name", Value(std::string(cell_text(row_[kNameCell]))));
    if (!annotations.empty()) body_.emplace_back("annotations", Value(std::move(annotations)));
    if (!metadata.empty()) body_.emplace_back("metadata", Value(Object{{"default", Value(std::move(metadata))}}));
  }

  void links() {
    Array found;
    const auto* traces = row_[kLinkTracesCell].as<Array>();
    const auto* spans = row_[kLinkSpansCell].as<Array>();
    for (std::size_t i = 0; traces != nullptr && spans != nullptr && i < std::min(traces->size(), spans->size()); ++i) {
      const auto* bytes = (*traces)[i].as<Bytes>();
      TraceId trace;
      if (bytes == nullptr || bytes->data.size() != trace.bytes.size()) continue;
      std::ranges::copy(bytes->data, trace.bytes.begin());
      found.emplace_back(Object{{"trace_id", Value(xray_trace_id(trace))}, {"id", Value(cell_hex((*spans)[i]))}});
    }
    if (!found.empty()) body_.emplace_back("links", Value(std::move(found)));
  }

  const std::vector<Value>& row_;
  const std::optional<Value> own_attributes_;
  const Value& attributes_;
  Object body_;
};

}  // namespace

std::vector<plan::Named> foreign_columns(Detail detail) {
  using plan::Level, plan::Type;
  const bool whole = detail == Detail::kWhole;
  std::vector<plan::Named> columns;
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    const std::string name(kCellNames[cell]);
    const bool of_resource = cell == kProviderCell || cell == kPlatformCell;
    const bool shown_only =
        cell == kMessageCell || cell == kAttributesCell || cell == kEventNamesCell || cell == kEventAttributesCell;
    if (of_resource) {
      columns.push_back({name, plan::attribute(Level::kResource, name, Type::kString)});
    } else if (shown_only && !whole) {
      columns.push_back({name, plan::literal(Value(), Type::kString)});
    } else if (cell == kAttributesCell) {
      columns.push_back({name, plan::all_attributes(Level::kItem)});
    } else {
      columns.push_back({name, plan::column(name)});
    }
  }
  if (whole) return columns;
  for (const std::string_view key : kTextsOfGraphs)
    columns.push_back({std::string(key), plan::attribute(Level::kItem, std::string(key), Type::kString)});
  for (const std::string_view key : kNumbersOfGraphs) {
    const std::string name(key);
    const plan::ExprPtr whole_number = plan::attribute(Level::kItem, name, Type::kInt);
    columns.push_back(
        {name, plan::call(plan::Function::kCoalesce, {plan::call(plan::Function::kToDouble, {whole_number}),
                                                      plan::attribute(Level::kItem, name, Type::kDouble)})});
  }
  return columns;
}

StoredDocument document_of_span(const std::vector<Value>& row) { return SpanDocument(row).make(); }

}  // namespace tetrascope::xray
