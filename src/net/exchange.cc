#include "net/exchange.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <ranges>
#include <utility>

#include "base/inflate.h"

namespace tetrascope {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// `host:port` and `[v6]:port` without the port, lower case, without a name's final dot.
std::string host_name(std::string_view host) {
  host = trimmed(host);
  if (host.starts_with('[')) return lowered(host.substr(0, host.find(']') + 1));
  std::string name = lowered(host.substr(0, host.find(':')));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_ip_literal(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  if (name.starts_with('[') && name.ends_with(']')) {
    const std::string inner = name.substr(1, name.size() - 2);
    return inet_pton(AF_INET6, inner.c_str(), address.data()) == 1;
  }
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1;
}

const std::string& machine_name() {
  static const std::string name = [] {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return std::string();
    return lowered(buffer.data());
  }();
  return name;
}

/// `https://name:443` → `name`; the port stays unless it is the scheme's own. Empty when it is no http(s) origin.
std::string origin_authority(std::string_view origin) {
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
    const std::string text = lowered(trimmed(origin));
    if (!text.starts_with(scheme)) continue;
    std::string authority = text.substr(scheme.size());
    if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
    return authority;
  }
  return {};
}

std::string host_authority(std::string_view host, std::string_view origin) {
  const std::string_view own_port = lowered(origin).starts_with("https:") ? ":443" : ":80";
  std::string authority = lowered(trimmed(host));
  if (authority.ends_with(own_port)) authority.resize(authority.size() - own_port.size());
  return authority;
}

bool compresses_well(std::string_view content_type) {
  const std::string type = lowered(content_type);
  if (type.starts_with("image/svg")) return true;
  for (const std::string_view packed :
       {"image/", "audio/", "video/", "font/", "application/zip", "application/gzip", "application/zstd"}) {
    if (type.starts_with(packed)) return false;
  }
  return true;
}

void add_vary(Headers& headers, std::string_view name) {
  const std::string seen(headers.get("Vary"));
  if (seen == "*" || lowered(seen).contains(lowered(name))) return;
  headers.set("Vary", seen.empty() ? std::string(name) : seen + ", " + std::string(name));
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "-";
  }
}

/// RFC 9110's IMF-fixdate, made once a second.
const std::string& http_date() {
  thread_local std::time_t made = 0;
  thread_local std::string date;
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now == made) return date;
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  // Not strftime's %a and %b: those speak the locale's language.
  std::array<char, 32> clock{};
  std::strftime(clock.data(), clock.size(), "%H:%M:%S GMT", &parts);
  std::strftime(text.data(), text.size(), "%Y ", &parts);
  const std::string day = (parts.tm_mday < 10 ? "0" : "") + std::to_string(parts.tm_mday);
  date = std::string(kDays.at(static_cast<std::size_t>(parts.tm_wday))) + ", " + day + " " +
         kMonths.at(static_cast<std::size_t>(parts.tm_mon)) + " " + text.data() + clock.data();
  made = now;
  return date;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  // A value from a handler may hold what a client sent: no field may start another.
  for (const char c : value) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  out.append("\r\n");
}

bool is_http_own(std::string_view name) {
  const std::string lower = lowered(name);
  return lower == "content-length" || lower == "transfer-encoding" || lower == "connection" || lower == "date";
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  for (const auto part : accept_encoding | std::views::split(',')) {
    const std::string item = lowered(std::string_view(part.begin(), part.end()));
    const std::string_view coding = trimmed(std::string_view(item).substr(0, item.find(';')));
    const std::size_t q = item.find("q=");
    const bool refused = q != std::string::npos && item.find_first_of("123456789", q) == std::string::npos;
    if (coding == "gzip" || coding == "x-gzip") return !refused;
    if (coding == "*") any = !refused;
  }
  return any;
}

void compress_answer(const Exchange& exchange, std::size_t from, Response& response) {
  if (response.stream || response.body.size() < from || response.headers.has("Content-Encoding") ||
      !compresses_well(response.headers.get("Content-Type"))) {
    return;
  }
  add_vary(response.headers, "Accept-Encoding");
  if (!exchange.accepts_gzip || exchange.head_only) return;
  response.body = gzip(response.body);
  response.headers.set("Content-Encoding", "gzip");
}

std::optional<Response> answer_preflight(const Router& router, const Request& head) {
  const std::string_view wanted = head.headers.get("Access-Control-Request-Method");
  if (head.method != "OPTIONS" || wanted.empty() || !head.headers.has("Origin")) return std::nullopt;
  Request asked = head;
  asked.method = wanted;
  const Router::Match match = router.find(asked);
  if (match.route == nullptr || match.route->origins != Origins::kAny) return std::nullopt;
  Response response;
  response.status = 204;
  response.headers.set("Access-Control-Allow-Methods", std::string(wanted) + ", OPTIONS");
  if (const auto names = head.headers.get("Access-Control-Request-Headers"); !names.empty()) {
    response.headers.set("Access-Control-Allow-Headers", std::string(names));
  }
  // Chrome asks this when a public site calls an address of the local network.
  if (head.headers.get("Access-Control-Request-Private-Network") == "true") {
    response.headers.set("Access-Control-Allow-Private-Network", "true");
  }
  response.headers.set("Access-Control-Max-Age", "86400");
  return response;
}

bool is_own_host(std::string_view host, const std::vector<std::string>& names) {
  const std::string name = host_name(host);
  return is_ip_literal(name) || name == "localhost" || name.ends_with(".localhost") ||
         (!name.empty() && name == machine_name()) ||
         std::ranges::any_of(names, [&](const std::string& own) { return host_name(own) == name && !name.empty(); });
}

bool is_from_browser(const Request& head) {
  const std::string_view language = head.headers.get("Accept-Language");
  return head.headers.has("Origin") || head.headers.has("Referer") || head.headers.has("Sec-Fetch-Site") ||
         head.headers.get("User-Agent").starts_with("Mozilla/") || (!language.empty() && language != "*");
}

Result<void> check_same_origin(const Request& head, const std::vector<std::string>& names) {
  // Browsers always send Host; a client that sends none is none.
  const std::string_view host = head.headers.get("Host");
  if (head.headers.has("Host") && !is_own_host(host, names)) {
    return fail(ErrorCode::kPermissionDenied, "Host: this server is not known by the name '" + std::string(host) + "'");
  }
  if (!head.headers.has("Origin")) return {};
  const std::string_view origin = head.headers.get("Origin");
  const std::string authority = origin_authority(origin);
  if (authority.empty() || authority != host_authority(host, origin)) {
    return fail(ErrorCode::kPermissionDenied, "Origin: pages of '" + std::string(origin) + "' may not call this path");
  }
  return {};
}

std::string write_head(const Exchange& exchange, const Response& response) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason(response.status))
      .append("\r\n");
  Headers cors;
  if (exchange.any_origin) {
    cors.set("Vary", std::string(response.headers.get("Vary")));
    add_vary(cors, "Origin");
    if (!exchange.origin.empty()) {
      cors.set("Access-Control-Allow-Origin", exchange.origin);
      if (!response.headers.has("Access-Control-Expose-Headers")) cors.set("Access-Control-Expose-Headers", "*");
    }
  }
  for (const auto& [name, value] : response.headers.fields()) {
    if (!is_http_own(name) && !cors.has(name)) append_field(out, name, value);
  }
  for (const auto& [name, value] : cors.fields()) append_field(out, name, value);
  append_field(out, "Date", http_date());
  if (response.stream) {  // to HTTP/1.0 its end is that of the connection
    if (!exchange.http10) append_field(out, "Transfer-Encoding", "chunked");
  } else if (response.status >= 200 && response.status != 204 && response.status != 304) {
    append_field(out, "Content-Length", std::to_string(response.body.size()));
  }
  if (!exchange.keep_alive) append_field(out, "Connection", "close");
  if (exchange.keep_alive && exchange.http10) append_field(out, "Connection", "keep-alive");
  out.append("\r\n");
  return out;
}

}  // namespace tetrascope
