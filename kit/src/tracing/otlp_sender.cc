#include "tracing/otlp_sender.h"

#include <algorithm>

#include <protozero/pbf_reader.hpp>

#include "core/gzip.h"
#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

struct PartialSuccess {
  std::uint64_t rejected = 0;
  std::string message;
};

// Export*ServiceResponse{1: partial_success{1: rejected, 2: error_message}}; what is not that is taken for success.
PartialSuccess read_answer(const HttpAnswer& answer) {
  PartialSuccess partial;
  try {
    protozero::pbf_reader message(answer.body);
    while (message.next(1)) {
      protozero::pbf_reader inner = message.get_message();
      while (inner.next()) {
        if (inner.tag() == 1) {
          partial.rejected = static_cast<std::uint64_t>(std::max<std::int64_t>(0, inner.get_int64()));
        } else if (inner.tag() == 2) {
          partial.message = inner.get_string();
        } else {
          inner.skip();
        }
      }
    }
  } catch (const protozero::exception&) {
    return {};
  }
  return partial;
}

/// Without what may be secret: user info and query.
std::string without_secrets(const std::string& url) {
  const auto scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::string host_and_path = url.substr(begin, url.find_first_of("?#", begin) - begin);
  const auto at = host_and_path.find('@');
  return url.substr(0, begin) + (at == std::string::npos ? host_and_path : host_and_path.substr(at + 1));
}

}  // namespace

OtlpSender::OtlpSender(OtlpHttpOptions options, std::string records)
    : options_(std::move(options)),
      records_(std::move(records)),
      client_({options_.certificate_file, options_.client_certificate_file, options_.client_key_file, 5'000}) {}

ExportCounts OtlpSender::send(std::string_view request, std::uint64_t count, Deadline& deadline) {
  HttpRequest http;
  http.url = options_.url;
  http.headers = options_.headers;
  http.headers.emplace_back("Content-Type", "application/x-protobuf");
  http.body = request;
  http.timeout_ms = options_.timeout_ms;
  if (options_.gzip && gzip(request, zipped_)) {
    http.headers.emplace_back("Content-Encoding", "gzip");
    http.body = zipped_;
  }
  const HttpAnswer answer = send_with_retries(client_, http, deadline, options_.retry_for_ms);
  if (answer.status < 200 || answer.status > 299) {
    const std::string why = answer.status == 0 ? answer.error : "HTTP " + std::to_string(answer.status);
    say_once(records_ + why, "OTLP " + records_ + " to " + without_secrets(options_.url) + " not sent: " + why);
    return {0, 0, count};
  }
  const PartialSuccess partial = read_answer(answer);
  const std::uint64_t rejected = std::min(partial.rejected, count);
  if (rejected > 0 || !partial.message.empty()) {
    say_once(records_ + " partial", "OTLP " + records_ + ": the server refused " + std::to_string(rejected) + ": " +
                                        std::string(cut_utf8(partial.message, 200)));
  }
  return {count - rejected, rejected, 0};
}

}  // namespace tetrascope::kit
