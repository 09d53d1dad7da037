#include "data/segments.h"

#include <fmt/format.h>

#include "data/json_writer.h"
#include "data/protobuf.h"
#include "data/shop.h"
#include "data/span_attributes.h"

namespace tetrascope::bench {
namespace {

bool takes_requests(Work work) {
  return work == Work::kHttpServer || work == Work::kRpcServer || work == Work::kConsumer;
}

class SegmentWriter {
 public:
  explicit SegmentWriter(const Trace& trace) : trace_(trace), children_(trace.spans.size()) {
    for (std::size_t place = 0; place < trace.spans.size(); ++place)
      if (trace.spans[place].parent != Span::kNoParent) children_[trace.spans[place].parent].push_back(place);
  }

  MarkedBytes segment(std::size_t place) const {
    const Span& span = trace_.spans[place];
    MarkedBytes out;
    JsonWriter json(out);
    json.begin('{');
    json.marked_text("trace_id", trace_id_text());
    write_id(json, "id", span.id);
    if (span.parent != Span::kNoParent) write_id(json, "parent_id", trace_.spans[span.parent].id);
    json.text("name", kShop[span.service].name);
    write_times(json, span);
    json.text("origin", "AWS::ECS::Container");
    write_http(json, span, true);
    json.begin('{', "annotations");
    json.text("tenant_id", fmt::format("tenant-{:03}", trace_.tenant));
    json.text("user_id", fmt::format("user-{:06}", trace_.user));
    json.flag("new_checkout", trace_.tenant % 5 == 0);
    json.end('}');
    json.begin('{', "aws");
    json.begin('{', "ecs");
    json.text("container", fmt::format("{}-{}", kShop[span.service].name, span.pod));
    json.end('}');
    json.begin('{', "xray");
    json.text("sdk", "X-Ray for Java");
    json.text("sdk_version", "2.18.2");
    json.end('}');
    json.end('}');
    json.begin('{', "service");
    json.text("version", fmt::format("4.{}.0", span.service));
    json.end('}');
    write_error(json, span);
    write_subsegments(json, place);
    json.end('}');
    return out;
  }

 private:
  /// 1-, the second of the trace's start, and 24 digits.
  MarkedBytes trace_id_text() const {
    MarkedBytes text;
    text.add("1-");
    text.add_marked(fmt::format("{:08x}", trace_.spans[0].start / 1'000'000'000), MarkKind::kSecondsHex);
    text.add('-');
    text.add_marked(fmt::format("{:016x}", trace_.id[0]), MarkKind::kIdHex);
    text.add(fmt::format("{:08x}", trace_.id[1] >> 32U));
    return text;
  }

  static void write_id(JsonWriter& json, std::string_view key, std::uint64_t id) {
    json.id(key, raw_view(__builtin_bswap64(id)));
  }
  static void write_times(JsonWriter& json, const Span& span) {
    json.seconds("start_time", span.start);
    json.seconds("end_time", span.end);
  }
  static void write_http(JsonWriter& json, const Span& span, bool server) {
    json.begin('{', "http");
    json.begin('{', "request");
    json.text("method", span.operation % 3 == 0 ? "POST" : "GET");
    json.text("url", fmt::format("http://{}.shop:8080/api/v2/{}/{}",
                                 span.peer < kServices ? kShop[span.peer].name : kProviders[span.peer - kServices],
                                 kShop[span.service].noun, span.operation % 100'000));
    if (server) {
      json.text("client_ip", fmt::format("203.0.113.{}", span.operation % 256));
      json.text("user_agent", "okhttp/5.1.0");
    }
    json.end('}');
    json.begin('{', "response");
    json.integer("status", span.error ? 500 : 200);
    json.integer("content_length", static_cast<std::int64_t>(200 + span.operation % 20'000));
    json.end('}');
    json.end('}');
  }
  static void write_error(JsonWriter& json, const Span& span) {
    if (!span.error) return;
    json.flag("fault", true);
    json.begin('{', "cause");
    json.text("working_directory", "/srv/app");
    json.begin('[', "exceptions");
    json.begin('{');
    write_id(json, "id", mix(span.id));
    json.text("type", exception_type(span));
    json.text("message", "request failed");
    json.begin('[', "stack");
    for (int line = 0; line < 8; ++line) {
      json.begin('{');
      json.text("path", fmt::format("{}Service.java", kShop[span.service].type));
      json.integer("line", 40 + line * 37);
      json.text("label", kFunctions[(span.operation + static_cast<std::size_t>(line)) % kFunctions.size()]);
      json.end('}');
    }
    for (const char bracket : {']', '}', ']', '}'}) json.end(bracket);
  }

  void write_subsegments(JsonWriter& json, std::size_t place) const {
    bool any = false;
    for (const std::size_t child : children_[place]) {
      const Span& span = trace_.spans[child];
      if (takes_requests(span.work)) continue;  // a segment of its own
      if (!any) json.begin('[', "subsegments");
      any = true;
      json.begin('{');
      write_id(json, "id", span.id);
      write_kind(json, span);
      write_times(json, span);
      write_error(json, span);
      write_subsegments(json, child);
      json.end('}');
    }
    if (any) json.end(']');
  }

  static void write_kind(JsonWriter& json, const Span& span) {
    switch (span.work) {
      case Work::kDatabase:
        json.text("name", fmt::format("shop_{}@postgres.shop", kShop[span.service].name));
        json.text("namespace", "remote");
        json.begin('{', "sql");
        json.text("database_type", "PostgreSQL");
        json.text("user", "shop");
        json.text("sanitized_query",
                  fmt::format("SELECT id, state, amount FROM {} WHERE id = ?", kShop[span.service].noun));
        json.end('}');
        break;
      case Work::kCache:
      case Work::kProducer:
        json.text("name", span.work == Work::kCache ? "DynamoDB" : "SQS");
        json.text("namespace", "aws");
        json.begin('{', "aws");
        json.text("operation", span.work == Work::kCache ? "GetItem" : "SendMessage");
        json.text("region", "eu-central-1");
        json.text(span.work == Work::kCache ? "table_name" : "queue_url",
                  fmt::format("{}-{}", kShop[span.service].name, kShop[span.service].noun));
        json.text("request_id", fmt::format("{:016X}{:016X}", mix(span.id), mix(~span.id)));
        json.integer("retries", 0);
        json.end('}');
        break;
      case Work::kInternal:
        json.text("name", fmt::format("## {}", kFunctions[span.operation % kFunctions.size()]));
        break;
      default:
        json.text("name", span.peer < kServices ? kShop[span.peer].name : kProviders[span.peer - kServices]);
        json.text("namespace", "remote");
        write_http(json, span, false);
    }
  }

  const Trace& trace_;
  std::vector<std::vector<std::size_t>> children_;
};

}  // namespace

std::vector<MarkedBytes> segment_documents(const Trace& trace) {
  const SegmentWriter writer(trace);
  std::vector<MarkedBytes> documents;
  for (std::size_t place = 0; place < trace.spans.size(); ++place)
    if (takes_requests(trace.spans[place].work)) documents.push_back(writer.segment(place));
  return documents;
}

MarkedBytes segment_datagram(const MarkedBytes& document) {
  MarkedBytes datagram;
  datagram.add("{\"format\":\"json\",\"version\":1}\n");
  datagram.add(document);
  return datagram;
}

MarkedBytes put_trace_segments(const std::vector<MarkedBytes>& documents) {
  MarkedBytes body;
  JsonWriter json(body);
  json.begin('{');
  json.begin('[', "TraceSegmentDocuments");
  for (const MarkedBytes& document : documents) json.document({}, document);
  json.end(']');
  json.end('}');
  return body;
}

}  // namespace tetrascope::bench
