// What other SDKs of OpenTelemetry sent of log lines, beside what the kit sends for the same.
#include <gtest/gtest.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "otlp_messages.h"
#include "test_server.h"
#include "tetrascope/kit/context.h"
#include "tetrascope/kit/otlp_logs.h"

namespace tetrascope::kit {
namespace {

using protozero::pbf_reader;
using test::canonical;
using test::Otlp;
using test::text;

struct Line {
  std::uint64_t time = 0;
  int severity = 0;
  std::string body, file, function;
  int line = 0;
  Context context;
};

void read_attribute(pbf_reader attribute, Line& line) {
  test::ReadAttributes read;
  read.add(attribute);
  const Attribute& one = *read.list().begin();
  if (one.key == "code.file.path") line.file = one.value.as_string();
  if (one.key == "code.function.name") line.function = one.value.as_string();
  if (one.key == "code.line.number") line.line = static_cast<int>(one.value.as_int());
}

Line read_line(pbf_reader record) {
  Line line;
  while (record.next()) {
    if (record.tag() == 1) {
      line.time = record.get_fixed64();
    } else if (record.tag() == 2) {
      line.severity = record.get_enum();
    } else if (record.tag() == 5) {
      line.body = test::inside(text(record.get_view()), 1);
    } else if (record.tag() == 6) {
      read_attribute(record.get_message(), line);
    } else if (record.tag() == 9) {
      std::ranges::copy(record.get_string(), line.context.span.trace_id.bytes.begin());
    } else if (record.tag() == 10) {
      std::ranges::copy(record.get_string(), line.context.span.span_id.bytes.begin());
    } else {
      record.skip();
    }
  }
  line.context.span.sampled = true;
  return line;
}

bool has_text(pbf_reader record) { return record.next(5) && !test::inside(text(record.get_view()), 1).empty(); }

/// The captured request without the lines that are no text, as none of spdlog's is.
std::string lines_of_text(std::string_view request) {
  return canonical(request, Otlp::kLogs, [](test::OtlpField& field) {
    return field.inner != Otlp::kRecord || has_text(pbf_reader(field.content));
  });
}

/// Unlike by right: when a line was observed; the word for a severity, which is the logging library's own; bits of the
/// trace's flags beyond W3C's "sampled"; attributes other than a place in the source, which spdlog's lines cannot have;
/// the schema and the scope's version, which spdlog's loggers have not.
bool but_for_libraries(test::OtlpField& field) {
  if (field.message == Otlp::kRecord && field.number == 11) field.value = 0;
  if (field.message == Otlp::kRecord && field.number == 8) field.value &= 1;
  if (field.inner == Otlp::kKeyValue && field.message == Otlp::kRecord) {
    return test::inside(field.content, 1).substr(0, 5) == "code.";
  }
  const bool severity_text = field.message == Otlp::kRecord && field.number == 3;
  const bool version = field.message == Otlp::kScope && field.number == 2;
  const bool schema = (field.message == Otlp::kResourceLogs || field.message == Otlp::kScopeLogs) && field.number == 3;
  return !severity_text && !version && !schema;
}

spdlog::level::level_enum level_of(int severity) {
  return severity >= 17 ? spdlog::level::err : severity >= 13 ? spdlog::level::warn : spdlog::level::info;
}

TEST(OtlpLogs, AreWhatOtherSdksSendForTheSameLinesByteForByte) {
  for (const char* sdk : {"python", "node", "go"}) {
    SCOPED_TRACE(sdk);
    const std::string captured = lines_of_text(test::captured(std::string("otlp_logs_") + sdk + ".bin"));
    const std::string_view resource_logs = test::inside(captured, 1);
    const std::string_view scope_logs = test::inside(resource_logs, 2);
    test::TestServer server;
    OtlpLogsOptions options;
    options.resource = test::read_resource(resource_logs);
    options.otlp = OtlpHttpOptions();
    options.otlp.url = server.url("/v1/logs");
    options.send_every_ms = 60'000;
    auto sink = std::make_shared<OtlpLogsSink>(options);
    spdlog::logger logger(std::string(test::inside(test::inside(scope_logs, 1), 1)), sink);
    std::size_t lines = 0;
    for (pbf_reader read(scope_logs.data(), scope_logs.size()); read.next(2); ++lines) {
      const Line line = read_line(read.get_message());
      const Scope scope(line.context);
      const spdlog::source_loc place(line.line > 0 ? line.file.c_str() : nullptr, line.line, line.function.c_str());
      logger.log(spdlog::log_clock::time_point(std::chrono::nanoseconds(line.time)), place, level_of(line.severity),
                 line.body);
    }
    ASSERT_GE(lines, 1U);
    ASSERT_TRUE(sink->flush_within(5'000));
    const auto received = server.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].method + " " + received[0].path, "POST /v1/logs");
    EXPECT_EQ(received[0].headers.at("content-type"), "application/x-protobuf");
    const auto same = [](test::OtlpField&) { return true; };
    EXPECT_EQ(received[0].body, canonical(received[0].body, Otlp::kLogs, same)) << "fields are in order";
    EXPECT_EQ(canonical(received[0].body, Otlp::kLogs, but_for_libraries),
              canonical(captured, Otlp::kLogs, but_for_libraries));
  }
}

}  // namespace
}  // namespace tetrascope::kit
