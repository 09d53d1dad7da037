#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "tetrascope/kit/tracing.h"

namespace tetrascope::kit {

/// `curl_easy_perform(handle)` in a CLIENT span, with the propagation headers added to `headers` (the list that the
/// caller made, or null). The list is this call's: its first node is given back through `headers`, to be freed as
/// usual. `url` as set on the handle; user info and query are left out of the span.
inline CURLcode traced_perform(Tracer& tracer, CURL* handle, std::string_view method, std::string_view url,
                               curl_slist*& headers) {
  const auto scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view rest = url.substr(begin, url.find_first_of("?#", begin) - begin);
  std::string_view authority = rest.substr(0, rest.find('/'));
  const auto at = authority.rfind('@');
  const std::string_view path = rest.substr(authority.size());
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  const std::size_t port = has_port ? colon : authority.size();
  const std::string plain = std::string(url.substr(0, begin)) + std::string(authority) + std::string(path);
  const Attribute attributes[] = {
      {"http.request.method", method}, {"url.full", plain}, {"server.address", authority.substr(0, port)}};
  SpanOptions options;
  options.kind = SpanKind::kClient;
  options.attributes = Attributes(attributes, 3);
  ActiveSpan span(tracer.start_span(method, options));
  Propagators::global().inject(Context::current(), [&](std::string_view name, std::string_view value) {
    headers = curl_slist_append(headers, (std::string(name) + ": " + std::string(value)).c_str());
  });
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    span->set_attribute("error.type", curl_easy_strerror(code));
    span->set_status(StatusCode::kError, curl_easy_strerror(code));
    return code;
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  span->set_attribute("http.response.status_code", status);
  if (status >= 400) span->set_status(StatusCode::kError);
  return code;
}

}  // namespace tetrascope::kit
