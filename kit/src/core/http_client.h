#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/deadline.h"

namespace tetrascope::kit {

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
  long timeout_ms = 10'000;
};

/// `status` 0: no whole answer came, and `error` says why in words that hold no header and no body.
struct HttpAnswer {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // its first MiB
  std::string error;
};

struct HttpOptions {
  std::string ca_file;  // empty: the system's
  std::string client_certificate_file;
  std::string client_key_file;
  long connect_timeout_ms = 5'000;
};

/// One keep-alive HTTP client for one thread; certificates are checked, redirects not followed (they would carry keys
/// away).
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options = {});
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Gives up when `deadline` passes, noticed within 100 ms.
  HttpAnswer send(const HttpRequest& request, const Deadline& deadline);
  /// In a forked child: leaves the parent's connections alone.
  void after_fork();

 private:
  void prepare();

  HttpOptions options_;
  void* multi_ = nullptr;
  void* easy_ = nullptr;
};

/// Milliseconds that a Retry-After header asks for (seconds or an HTTP date), or -1.
long retry_after_ms(const HttpAnswer& answer);

/// Sends until the answer is final: not one of 429, 502, 503, 504, nor a failed connection; waits between tries 0.25 s
/// and doubling to 5 s, half of it random, or what Retry-After says. Ends `retry_for_ms` after it began or at the
/// deadline.
HttpAnswer send_with_retries(HttpClient& client, const HttpRequest& request, Deadline& deadline, long retry_for_ms);

}  // namespace tetrascope::kit
