// What other SDKs of OpenTelemetry sent, beside what the kit sends for the same spans.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include <protozero/pbf_reader.hpp>

#include "otlp_messages.h"
#include "test_server.h"
#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;
using test::canonical;
using test::inside;
using test::Otlp;
using test::ReadAttributes;
using test::text;

/// One SDK's request, and what is rightly unlike ours in it.
struct Sdk {
  const char* name;
  /// Of its spans and links. The kit says "sampled" and "parent not remote"; Python leaves W3C's bits out, Java's ids
  /// are marked as random too, which ours, with the time in front, are not.
  std::uint32_t flags;
};
constexpr std::uint32_t kOurFlags = 0x101;

/// Without the schema that the SDKs name and the kit does not, without the empty Status of a span that has none, and
/// with the kit's flags.
test::OtlpRule but_for(const Sdk& sdk) {
  return [flags = sdk.flags](test::OtlpField& field) {
    if (field.type == protozero::pbf_wire_type::fixed32 && field.value == flags) field.value = kOurFlags;
    const bool schema_url =
        (field.message == Otlp::kResourceSpans || field.message == Otlp::kScopeSpans) && field.number == 3;
    return !schema_url && !(field.inner == Otlp::kStatus && field.content.empty());
  };
}

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

TEST(Otlp, IsWhatOtherSdksSendForTheSameSpansByteForByte) {
  for (const Sdk& sdk : {Sdk{"python", 0x100}, Sdk{"node", 0x101}, Sdk{"go", 0x101}, Sdk{"java", 0x103}}) {
    SCOPED_TRACE(sdk.name);
    const std::string captured = test::captured(std::string("otlp_traces_") + sdk.name + ".bin");
    const std::string_view resource_spans = inside(captured, 1);
    const std::string_view scope_spans = inside(resource_spans, 2);
    ASSERT_FALSE(scope_spans.empty());

    test::TestServer server;
    TracingOptions options;
    options.resource = test::read_resource(resource_spans);
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
    const auto same = [](test::OtlpField&) { return true; };
    EXPECT_EQ(ours, canonical(ours, Otlp::kTraces, same)) << "the kit itself writes fields in order";
    EXPECT_EQ(ours, canonical(captured, Otlp::kTraces, but_for(sdk)));
  }
}

}  // namespace
}  // namespace tetrascope::kit
