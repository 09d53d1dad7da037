#pragma once
// One export request from its bytes to its answer, whichever way it came.

#include <functional>
#include <string>
#include <string_view>

#include "slices/http_refusals.h"
#include "slices/otlp/decode.h"
#include "slices/slice.h"

namespace tetrascope::otlp {

/// A request with its body still as sent.
struct Arrival {
  std::string_view protocol;  ///< `otlp/http` or `otlp/grpc`
  OtlpSignal signal = OtlpSignal::kTraces;
  Format format = Format::kProtobuf;
  std::string encoding;  ///< Content-Encoding; gRPC's is undone before
  std::string body;
  HoneycombKey key;
  std::string dataset;
  std::string client;  ///< User-Agent, else the address
  UnixNanos received;
};
/// Fills key, dataset and client from HTTP headers or gRPC metadata.
void read_headers(const Headers& headers, std::string_view remote_address, Arrival& arrival);

/// Called once: with what became of the records when they are on disk, or with why the request was not taken.
using Answer = std::move_only_function<void(const Result<DecodeReport>&)>;
void take_export(Middle& middle, Arrival arrival, Answer answer);

/// `body` as it was before `encoding`; `buffer` holds it where it had to be inflated.
/// Errors: kUnsupportedMedia, kMalformed, kTooLarge.
Result<std::string_view> inflated(std::string_view encoding, std::string_view body, std::string& buffer);

/// Reason and remedy of a refused request, for the page. Every code has its own.
RefusalWords refusal_words(const Error& error, Format format);

/// Counts a refused request with words for the page. `example`: the body, as far as it is there.
void count_refusal(IngestStats& stats, const Arrival& arrival, const Error& error, std::string_view example);

/// What exporters call the signal: `traces`, `logs`, `metrics`.
std::string_view signal_name(OtlpSignal signal);

}  // namespace tetrascope::otlp
