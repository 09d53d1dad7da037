#include "slices/otlp/export.h"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "base/inflate.h"
#include "slices/otlp/responses.h"

namespace tetrascope::otlp {
namespace {

struct Pending {
  Arrival arrival;
  Answer answer;
  DecodeReport report;
  std::string example;  ///< the first bytes of the body, for the page's view of what was left out
};

void count(IngestStats& stats, const Pending& pending) {
  const UnixNanos now = UnixNanos::now();
  const Arrival& arrival = pending.arrival;
  stats.accepted(arrival.protocol, signal_name(arrival.signal), pending.report.accepted, now);
  if (pending.report.rejected == 0) return;
  stats.rejected({arrival.protocol, "spans without ids", pending.report.rejection,
                  "a span needs a trace id and a span id that are not all zeros: look at what makes these spans",
                  arrival.client, pending.example},
                 pending.report.rejected, now);
}

Result<void> check_key(const SliceSettings& settings, const Arrival& arrival) {
  if (settings.require_keys && arrival.key.kind == HoneycombKey::Kind::kNone) {
    return fail(ErrorCode::kUnauthenticated, "missing 'x-honeycomb-team' header");
  }
  // Also for a request without resources, where the decoder would not ask.
  if (auto dataset = otlp_dataset(arrival.key, arrival.signal, {}, arrival.dataset); !dataset)
    return std::unexpected(dataset.error());
  return {};
}

Error in_honeycombs_words(Error error) {
  if (error.code == ErrorCode::kMalformed) error.message = "failed to parse OTLP request body: " + error.message;
  return error;
}

Result<void> decode_into(Pending& pending, std::string_view body, Batch& batch) {
  const Arrival& arrival = pending.arrival;
  const OtlpContext context{arrival.key, arrival.dataset, arrival.received};
  ASSIGN_OR_RETURN(pending.report, decode(arrival.signal, arrival.format, body, context, batch));
  return {};
}

/// Success means that pending->answer has been called or will be.
Result<void> write(Middle& middle, const std::shared_ptr<Pending>& pending) {
  // Not kept until the commit: what waits for it is the rows.
  const std::string sent = std::move(pending->arrival.body);
  pending->example = sent.substr(0, IngestStats::kExampleBytes);
  RETURN_IF_ERROR(check_key(middle.settings, pending->arrival));
  std::string buffer;
  ASSIGN_OR_RETURN(const std::string_view body, inflated(pending->arrival.encoding, sent, buffer));
  pending->example = body.substr(0, IngestStats::kExampleBytes);
  const auto stored = [&middle, pending](const Result<void>& committed) {
    if (!committed) {
      count_refusal(middle.stats, pending->arrival, committed.error(), pending->example);
      return pending->answer(std::unexpected(committed.error()));
    }
    count(middle.stats, *pending);
    pending->answer(std::move(pending->report));
  };
  return middle.batcher.write([&](Batch& batch) { return decode_into(*pending, body, batch); }, stored);
}

}  // namespace

void read_headers(const Headers& headers, std::string_view remote_address, Arrival& arrival) {
  arrival.key = honeycomb_key(headers);
  arrival.dataset = headers.get("X-Honeycomb-Dataset");
  const std::string_view agent = headers.get("User-Agent");
  arrival.client = agent.empty() ? remote_address : agent;
}

Result<std::string_view> inflated(std::string_view encoding, std::string_view body, std::string& buffer) {
  if (encoding.empty() && body.size() <= kMaxInflated) return body;
  auto done = inflate(encoding, body, kMaxInflated, buffer);
  if (done) return std::string_view(buffer);
  if (done.error().code == ErrorCode::kTooLarge) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the body has more than {} bytes when inflated; send smaller batches", kMaxInflated));
  }
  return std::unexpected(std::move(done).error());
}

void take_export(Middle& middle, Arrival arrival, Answer answer) {
  const auto pending = std::make_shared<Pending>(std::move(arrival), std::move(answer));
  auto written = write(middle, pending);
  if (written) return;
  const Error error = in_honeycombs_words(std::move(written).error());
  count_refusal(middle.stats, pending->arrival, error, pending->example);
  pending->answer(std::unexpected(error));
}

RefusalWords refusal_words(const Error& error, Format format) {
  if (const auto words = http_refusal_words(error)) return *words;
  switch (error.code) {
    case ErrorCode::kMalformed:
      if (format == Format::kJson) return {"malformed JSON", "send OTLP's JSON: see the message for where it breaks"};
      return {"malformed protobuf",
              "look whether the exporter's protocol (http/protobuf, http/json) fits its content type, "
              "and whether something on the way changes bodies"};
    case ErrorCode::kInvalid:
      return {"invalid request", "the message names the member that cannot be taken, and what it should be"};
    case ErrorCode::kTooLarge:
      return {"request too large",
              "send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE, the Collector's send_batch_max_size)"};
    case ErrorCode::kUnsupportedMedia:
      return {"unsupported content type or encoding",
              "send application/x-protobuf or application/json, uncompressed or as gzip, zstd or deflate"};
    case ErrorCode::kUnauthenticated:
      return {"key or dataset missing",
              "set OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=KEY; a Classic key needs x-honeycomb-dataset=NAME too"};
    case ErrorCode::kPermissionDenied:
      return {"key may not send", "use a key that may send events, in OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=KEY"};
    case ErrorCode::kNotFound:
      return {"wrong path",
              "set OTEL_EXPORTER_OTLP_ENDPOINT, to which exporters add /v1/traces, /v1/logs or /v1/metrics; a "
              "variable for one signal (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) must hold the whole path"};
    case ErrorCode::kMethodNotAllowed:
      return {"wrong method", "exporters POST; look at what calls this address"};
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kTooManyRequests:
      return {"server busy",
              "nothing is lost while the exporter retries; if it lasts, send less or give the server more"};
    case ErrorCode::kConflict:
    case ErrorCode::kUnimplemented:
    case ErrorCode::kInternal:
      break;
  }
  return {"not stored", "the server failed at this request, and its log says why; exporters do not send it again"};
}

void count_refusal(IngestStats& stats, const Arrival& arrival, const Error& error, std::string_view example) {
  const RefusalWords words = refusal_words(error, arrival.format);
  const std::string detail = client_message(error);
  stats.rejected({arrival.protocol, words.reason, detail, words.remedy, arrival.client, example}, 0, UnixNanos::now());
}

std::string_view signal_name(OtlpSignal signal) {
  switch (signal) {
    case OtlpSignal::kTraces:
      return "traces";
    case OtlpSignal::kLogs:
      return "logs";
    case OtlpSignal::kMetrics:
      return "metrics";
  }
  return {};
}

}  // namespace tetrascope::otlp
