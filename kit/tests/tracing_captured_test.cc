// What other SDKs of OpenTelemetry sent, beside what the kit sends for the same spans.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <list>
#include <vector>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "test_server.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;

std::string_view text(const protozero::data_view& view) { return {view.data(), view.size()}; }

enum Message {
  kRequest,
  kResourceSpans,
  kResource,
  kScopeSpans,
  kScope,
  kSpan,
  kEvent,
  kLink,
  kStatus,
  kKeyValue,
  kAny
};
enum Leaf { kLeaf = -1 };

/// The message in field `field` of `message`, or kLeaf. Source: opentelemetry-proto v1, trace.proto and common.proto.
int message_in(int message, std::uint32_t field) {
  struct Nested {
    int message;
    std::uint32_t field;
    int inner;
  };
  constexpr Nested all[] = {{kRequest, 1, kResourceSpans},
                            {kResourceSpans, 1, kResource},
                            {kResourceSpans, 2, kScopeSpans},
                            {kResource, 1, kKeyValue},
                            {kScopeSpans, 1, kScope},
                            {kScopeSpans, 2, kSpan},
                            {kSpan, 9, kKeyValue},
                            {kSpan, 11, kEvent},
                            {kSpan, 13, kLink},
                            {kSpan, 15, kStatus},
                            {kEvent, 3, kKeyValue},
                            {kLink, 4, kKeyValue},
                            {kKeyValue, 2, kAny}};
  for (const Nested& each : all) {
    if (each.message == message && each.field == field) return each.inner;
  }
  return kLeaf;
}

/// One SDK's request, and what is rightly unlike ours in it.
struct Sdk {
  const char* name;
  /// Of its spans and links. The kit says "sampled" and "parent not remote"; Python leaves W3C's bits out, Java's ids
  /// are marked as random too, which ours, with the time in front, are not.
  std::uint32_t flags;
};
constexpr std::uint32_t kOurFlags = 0x101;

/// The same request with fields in the order of their numbers and without the zeros that stand for themselves (Node's
/// serializer differs in both), without the schema that the SDKs name and the kit does not, without the empty Status of
/// a span that has none, and with the kit's flags.
std::string canonical(std::string_view body, int message, const Sdk& sdk) {
  std::vector<std::pair<std::uint32_t, std::string>> fields;
  pbf_reader reader(body.data(), body.size());
  while (reader.next()) {
    const std::uint32_t field = reader.tag();
    std::string bytes;
    pbf_writer out(bytes);
    if (reader.wire_type() == pbf_wire_type::varint) {
      const std::uint64_t value = reader.get_uint64();
      if (value == 0 && message != kAny) continue;
      out.add_uint64(field, value);
    } else if (reader.wire_type() == pbf_wire_type::fixed64) {
      out.add_fixed64(field, reader.get_fixed64());
    } else if (reader.wire_type() == pbf_wire_type::fixed32) {
      const std::uint32_t value = reader.get_fixed32();
      out.add_fixed32(field, value == sdk.flags ? kOurFlags : value);
    } else {
      const std::string_view data = text(reader.get_view());
      const int inner = message_in(message, field);
      const std::string content = inner == kLeaf ? std::string(data) : canonical(data, inner, sdk);
      const bool schema_url = (message == kResourceSpans || message == kScopeSpans) && field == 3;
      if (schema_url || (inner == kStatus && content.empty())) continue;
      out.add_message(field, content);
    }
    fields.emplace_back(field, bytes);
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [field, bytes] : fields) out += bytes;
  return out;
}

/// Attributes of a message as the kit takes them; they point into the message and into `arrays`.
class ReadAttributes {
 public:
  void add(pbf_reader key_value) {
    Attribute one;
    while (key_value.next()) {
      if (key_value.tag() == 1) {
        one.key = text(key_value.get_view());
      } else {
        one.value = any(key_value.get_message());
      }
    }
    list_.push_back(one);
  }
  Attributes list() const { return list_; }

 private:
  AttributeValue any(pbf_reader value) {
    value.next();
    switch (value.tag()) {
      case 1:
        return text(value.get_view());
      case 2:
        return value.get_bool();
      case 3:
        return value.get_int64();
      case 4:
        return value.get_double();
      default: {
        auto& numbers = arrays_.emplace_back();  // the captured arrays hold whole numbers
        for (pbf_reader array = value.get_message(); array.next();)
          numbers.push_back(any(array.get_message()).as_int());
        return {numbers.data(), numbers.size()};
      }
    }
  }

  std::vector<Attribute> list_;
  std::list<std::vector<std::int64_t>> arrays_;
};

template <typename Id>
Id id_of(const std::string& bytes) {
  Id id;
  EXPECT_EQ(bytes.size(), id.bytes.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.bytes.size()), id.bytes.begin());
  return id;
}

SpanContext link_target(pbf_reader link, ReadAttributes& attributes) {
  SpanContext to;
  to.sampled = true;
  while (link.next()) {
    if (link.tag() == 1) {
      to.trace_id = id_of<TraceId>(link.get_string());
    } else if (link.tag() == 2) {
      to.span_id = id_of<SpanId>(link.get_string());
    } else if (link.tag() == 4) {
      attributes.add(link.get_message());
    } else {
      link.skip();
    }
  }
  return to;
}

void add_event(Span& span, pbf_reader event) {
  std::uint64_t time = 0;
  std::string name;
  ReadAttributes attributes;
  while (event.next()) {
    if (event.tag() == 1) {
      time = event.get_fixed64();
    } else if (event.tag() == 2) {
      name = event.get_string();
    } else if (event.tag() == 3) {
      attributes.add(event.get_message());
    } else {
      event.skip();
    }
  }
  span.add_event(name, attributes.list(), time);
}

void set_status(Span& span, pbf_reader status) {
  std::string message;
  int code = 0;
  while (status.next()) {
    if (status.tag() == 2) {
      message = status.get_string();
    } else if (status.tag() == 3) {
      code = status.get_enum();
    } else {
      status.skip();
    }
  }
  span.set_status(static_cast<StatusCode>(code), message);
}

/// Makes the captured span with the kit. Ids of spans are the kit's own: returns (the kit's, the captured).
std::pair<std::string, std::string> make_span(Tracer& tracer, const std::string_view captured) {
  const auto reader = [&] { return pbf_reader(captured.data(), captured.size()); };
  Context parent;
  parent.span.sampled = true;
  SpanOptions options;
  options.parent = &parent;
  std::string id;
  std::string name;
  std::uint64_t end = 0;
  for (pbf_reader span = reader(); span.next();) {
    switch (span.tag()) {
      case 1:
        parent.span.trace_id = id_of<TraceId>(span.get_string());
        break;
      case 2:
        id = span.get_string();
        break;
      case 4:
        parent.span.span_id = id_of<SpanId>(span.get_string());
        break;
      case 5:
        name = span.get_string();
        break;
      case 6:
        options.kind = static_cast<SpanKind>(span.get_enum());
        break;
      case 7:
        options.start_time = span.get_fixed64();
        break;
      case 8:
        end = span.get_fixed64();
        break;
      default:
        span.skip();
    }
  }
  Span span = tracer.start_span(name, options);
  ReadAttributes attributes;
  for (pbf_reader read = reader(); read.next();) {
    if (read.tag() == 9) {
      attributes.add(read.get_message());
    } else if (read.tag() == 11) {
      add_event(span, read.get_message());
    } else if (read.tag() == 13) {
      ReadAttributes of_link;
      const SpanContext to = link_target(read.get_message(), of_link);
      span.add_link(to, of_link.list());
    } else if (read.tag() == 15) {
      set_status(span, read.get_message());
    } else {
      read.skip();
    }
  }
  span.set_attributes(attributes.list());
  const auto& ours = span.context().span_id.bytes;
  span.end(end);
  return {std::string(ours.begin(), ours.end()), id};
}

/// The content of the first field `field`, or empty.
std::string_view inside(std::string_view message, std::uint32_t field) {
  pbf_reader reader(message.data(), message.size());
  return reader.next(field) ? text(reader.get_view()) : std::string_view();
}

TEST(Otlp, IsWhatOtherSdksSendForTheSameSpansByteForByte) {
  for (const Sdk& sdk : {Sdk{"python", 0x100}, Sdk{"node", 0x101}, Sdk{"go", 0x101}, Sdk{"java", 0x103}}) {
    SCOPED_TRACE(sdk.name);
    std::ifstream file(std::string(KIT_TESTS) + "/captures/otlp_traces_" + sdk.name + ".bin", std::ios::binary);
    const std::string captured((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::string_view resource_spans = inside(captured, 1);
    const std::string_view scope_spans = inside(resource_spans, 2);
    ASSERT_FALSE(scope_spans.empty());

    test::TestServer server;
    TracingOptions options;
    options.resource = Resource();
    ReadAttributes resource;
    const std::string_view encoded = inside(resource_spans, 1);
    for (pbf_reader read(encoded.data(), encoded.size()); read.next(1);) resource.add(read.get_message());
    for (const Attribute& each : resource.list()) {
      options.resource.set(each.key, std::string(each.value.as_string()));
    }
    OtlpHttpOptions otlp;
    otlp.url = server.url("/v1/traces");
    otlp.headers = {{"x-honeycomb-team", "aaaabbbbccccddddeeee22"}};
    options.exporters.push_back(make_otlp_exporter(otlp));
    TracerProvider provider(std::move(options));
    const std::string_view scope = inside(scope_spans, 1);
    Tracer tracer = provider.tracer(inside(scope, 1), inside(scope, 2));
    std::vector<std::pair<std::string, std::string>> ids;
    for (pbf_reader read(scope_spans.data(), scope_spans.size()); read.next(2);) {
      ids.push_back(make_span(tracer, text(read.get_view())));
    }
    ASSERT_EQ(ids.size(), 2U);
    ASSERT_TRUE(provider.flush());

    const auto received = server.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].method + " " + received[0].path, "POST /v1/traces");
    EXPECT_EQ(received[0].headers.at("content-type"), "application/x-protobuf");
    EXPECT_EQ(received[0].headers.at("x-honeycomb-team"), "aaaabbbbccccddddeeee22");
    std::string ours = received[0].body;
    for (const auto& [kits, other] : ids) {
      const auto at = ours.find(kits);
      ASSERT_NE(at, std::string::npos);
      ours.replace(at, kits.size(), other);
    }
    const Sdk kit{"kit", kOurFlags};
    EXPECT_EQ(ours, canonical(ours, kRequest, kit)) << "the kit itself writes fields in order";
    EXPECT_EQ(ours, canonical(captured, kRequest, sdk));
  }
}

}  // namespace
}  // namespace tetrascope::kit
