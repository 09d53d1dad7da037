#include <algorithm>
#include <cstdio>

#include "core/json_writer.h"
#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/exporter.h"
#include "tracing/otlp_encoding.h"
#include "tracing/otlp_sender.h"

namespace tetrascope::kit {
namespace {

class OtlpExporter final : public SpanExporter {
 public:
  explicit OtlpExporter(OtlpHttpOptions options) : sender_(std::move(options), "spans") {}

  void start(const Resource& resource) override { resource_ = encode_resource(resource); }

  ExportCounts export_batch(const SpanBatch& batch, Deadline& deadline) override {
    request_.clear();
    encode_spans(request_, batch, resource_);
    return sender_.send(request_, batch.size, deadline);
  }

  void after_fork() override { sender_.after_fork(); }

 private:
  OtlpSender sender_;
  std::string resource_;
  std::string request_;  // kept for its memory
};

class ConsoleExporter final : public SpanExporter {
 public:
  void start(const Resource& resource) override { service_ = resource.text("service.name"); }

  ExportCounts export_batch(const SpanBatch& batch, Deadline&) override {
    std::string lines;
    for (const FinishedSpan* span : batch) {
      JsonWriter json(lines);
      json.begin_object().member("service", service_).member("name", span->name());
      json.member("trace_id", span->context().trace_id.hex()).member("span_id", span->context().span_id.hex());
      if (span->parent_id().valid()) json.member("parent_id", span->parent_id().hex());
      json.member("duration_ms", static_cast<double>(span->end_time() - span->start_time()) / 1e6);
      for (const Attribute& each : span->attributes()) {
        if (each.value.type() == ValueType::kString) json.member(each.key, each.value.as_string());
        if (each.value.type() == ValueType::kInt) json.member(each.key, each.value.as_int());
        if (each.value.type() == ValueType::kDouble) json.member(each.key, each.value.as_double());
        if (each.value.type() == ValueType::kBool) json.member(each.key, each.value.as_bool());
      }
      json.end_object();
      lines += '\n';
    }
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
    return {batch.size, 0, 0};
  }

 private:
  std::string service_;
};

/// `a=1,b=2` with percent escapes, as in W3C baggage.
std::vector<std::pair<std::string, std::string>> parse_headers(const std::string& list, const std::string& variable) {
  std::vector<std::pair<std::string, std::string>> headers;
  for_each_part(list, ',', [&](std::string_view pair) {
    const auto equals = pair.find('=');
    const std::string_view name = trim(pair.substr(0, equals));
    if (equals == std::string_view::npos || name.empty()) {
      if (!trim(pair).empty()) say_once(variable, variable + ": a part has no name=value; left out");
      return;
    }
    headers.emplace_back(to_lower(name), percent_decoded(trim(pair.substr(equals + 1))));
  });
  // A line break would let a value add headers of its own.
  const auto broken = [](const auto& header) {
    return (header.first + header.second).find_first_of("\r\n") != std::string::npos;
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), broken), headers.end());
  return headers;
}

}  // namespace

OtlpHttpOptions OtlpHttpOptions::from_environment(const std::string& signal) {
  std::string upper;
  for (const char c : signal) upper += static_cast<char>(c - 'a' + 'A');
  const std::string all = "OTEL_EXPORTER_OTLP_";
  const std::string own = all + upper + "_";
  const auto read = [&](const char* name) {
    const auto value = environment((own + name).c_str());
    return value ? value : environment((all + name).c_str());
  };

  OtlpHttpOptions options;
  if (const auto url = environment((own + "ENDPOINT").c_str())) {
    options.url = *url;  // as it is
  } else {
    std::string base = environment((all + "ENDPOINT").c_str()).value_or("http://localhost:4318");
    while (!base.empty() && base.back() == '/') base.pop_back();
    options.url = base + "/v1/" + signal;
  }
  if (options.url.find("://") == std::string::npos) options.url.insert(0, "http://");
  if (const auto list = read("HEADERS")) options.headers = parse_headers(*list, all + "HEADERS");
  if (const auto how = read("COMPRESSION")) options.gzip = *how == "gzip";
  if (const auto protocol = read("PROTOCOL"); protocol && *protocol != "http/protobuf") {
    say_once("protocol", "OTEL_EXPORTER_OTLP_PROTOCOL: " + *protocol + " is not spoken here; using http/protobuf");
  }
  options.timeout_ms = environment_number((all + "TIMEOUT").c_str(), options.timeout_ms);
  options.timeout_ms = std::max(1L, environment_number((own + "TIMEOUT").c_str(), options.timeout_ms));
  options.certificate_file = read("CERTIFICATE").value_or("");
  options.client_certificate_file = read("CLIENT_CERTIFICATE").value_or("");
  options.client_key_file = read("CLIENT_KEY").value_or("");
  return options;
}

std::unique_ptr<SpanExporter> make_otlp_exporter(OtlpHttpOptions options) {
  return std::make_unique<OtlpExporter>(std::move(options));
}

std::unique_ptr<SpanExporter> make_console_exporter() { return std::make_unique<ConsoleExporter>(); }

}  // namespace tetrascope::kit
