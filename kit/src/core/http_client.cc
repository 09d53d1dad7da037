#include "core/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <mutex>

#include "core/clock.h"
#include "core/random.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostAnswer = 1 << 20;
constexpr long kPollMs = 100;
constexpr long kFirstWaitMs = 250;
constexpr long kLongestWaitMs = 5'000;

struct Reading {
  HttpAnswer answer;
  bool head_complete = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* into) {
  auto& body = static_cast<Reading*>(into)->answer.body;
  body.append(data, std::min(size * count, kMostAnswer - std::min(kMostAnswer, body.size())));
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* into) {
  const std::string_view line(data, size * count);
  auto& [answer, head_complete] = *static_cast<Reading*>(into);
  auto& headers = answer.headers;
  if (line.substr(0, 5) == "HTTP/") headers.clear();  // after a 100 Continue
  head_complete = trim(line).empty();
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && headers.size() < 100) {
    headers[to_lower(trim(line.substr(0, colon)))] = std::string(trim(line.substr(colon + 1)));
  }
  return size * count;
}

std::size_t give_body(char* to, std::size_t size, std::size_t count, void* from) {
  auto& left = *static_cast<std::string_view*>(from);
  const std::size_t piece = std::min(size * count, left.size());
  left.copy(to, piece);
  left.remove_prefix(piece);
  return piece;
}

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

}  // namespace

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

HttpClient::~HttpClient() {
  if (easy_ != nullptr) curl_easy_cleanup(static_cast<CURL*>(easy_));
  if (multi_ != nullptr) curl_multi_cleanup(static_cast<CURLM*>(multi_));
}

void HttpClient::after_fork() { multi_ = easy_ = nullptr; }

void HttpClient::prepare() {
  if (multi_ == nullptr) multi_ = curl_multi_init();
  if (easy_ == nullptr) easy_ = curl_easy_init();
  auto* easy = static_cast<CURL*>(easy_);
  if (easy == nullptr) return;
  curl_easy_reset(easy);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, options_.connect_timeout_ms);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_USERAGENT, "tetrascope-kit/0.1");
  set(easy, CURLOPT_WRITEFUNCTION, take_body);
  set(easy, CURLOPT_HEADERFUNCTION, take_header);
  if (!options_.ca_file.empty()) set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.client_certificate_file.empty()) set(easy, CURLOPT_SSLCERT, options_.client_certificate_file.c_str());
  if (!options_.client_key_file.empty()) set(easy, CURLOPT_SSLKEY, options_.client_key_file.c_str());
}

HttpAnswer HttpClient::send(const HttpRequest& request, const Deadline& deadline) {
  Reading reading;
  HttpAnswer& answer = reading.answer;
  std::string_view body = request.body;
  prepare();
  auto* easy = static_cast<CURL*>(easy_);
  auto* multi = static_cast<CURLM*>(multi_);
  if (easy == nullptr || multi == nullptr) {
    answer.error = "out of memory";
    return answer;
  }
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers) {
    lines = curl_slist_append(lines, (name + ": " + value).c_str());
  }
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_HTTPHEADER, lines);
  set(easy, CURLOPT_TIMEOUT_MS, std::max(1L, std::min(request.timeout_ms, deadline.left_ms())));
  set(easy, CURLOPT_WRITEDATA, &reading);
  set(easy, CURLOPT_HEADERDATA, &reading);
  if (request.method == "GET") {
    set(easy, CURLOPT_HTTPGET, 1L);
  } else {
    // Read through a function that cannot go back, so that curl does not quietly send a body twice when a connection
    // breaks: whoever asked decides, and counts.
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_READFUNCTION, give_body);
    set(easy, CURLOPT_READDATA, &body);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  curl_multi_add_handle(multi, easy);
  int running = 1;
  bool gave_up = false;
  while (curl_multi_perform(multi, &running) == CURLM_OK && running != 0) {
    if (deadline.passed()) {
      gave_up = true;
      break;
    }
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(std::min(kPollMs, deadline.left_ms())), nullptr);
  }
  CURLcode code = gave_up ? CURLE_OPERATION_TIMEDOUT : CURLE_FAILED_INIT;
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &queued)) {
    if (message->msg == CURLMSG_DONE && message->easy_handle == easy) code = message->data.result;
  }
  curl_multi_remove_handle(multi, easy);
  curl_slist_free_all(lines);
  if (code == CURLE_OK && !reading.head_complete) code = CURLE_GOT_NOTHING;  // curl takes a head cut short for whole
  if (code == CURLE_OK) {
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  } else {
    answer.error = curl_easy_strerror(code);
  }
  return answer;
}

long retry_after_ms(const HttpAnswer& answer) {
  constexpr long kLongest = 300'000;
  const auto found = answer.headers.find("retry-after");
  if (found == answer.headers.end()) return -1;
  const std::string& text = found->second;
  long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    return std::clamp(seconds, 0L, kLongest / 1000) * 1000;
  }
  const time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) return -1;
  return std::clamp((static_cast<long>(date) - static_cast<long>(std::time(nullptr))), 0L, kLongest / 1000) * 1000;
}

HttpAnswer send_with_retries(HttpClient& client, const HttpRequest& request, Deadline& deadline, long retry_for_ms) {
  const std::uint64_t give_up = steady_nanos() + static_cast<std::uint64_t>(retry_for_ms) * 1'000'000U;
  for (long wait = kFirstWaitMs;; wait = std::min(2 * wait, kLongestWaitMs)) {
    HttpAnswer answer = client.send(request, deadline);
    const bool again = answer.status == 0 || answer.status == 429 || (answer.status >= 502 && answer.status <= 504);
    if (!again) return answer;
    const long asked = retry_after_ms(answer);
    const long jitter = static_cast<long>(random_bits() % static_cast<std::uint64_t>(wait / 2 + 1));
    const long pause = asked >= 0 ? asked + jitter / 4 : wait / 2 + jitter;
    const bool too_late = steady_nanos() + static_cast<std::uint64_t>(pause) * 1'000'000U >= give_up;
    if (too_late || pause >= deadline.left_ms() || !deadline.sleep(pause)) return answer;
  }
}

}  // namespace tetrascope::kit
