#include "storage/cluster/clickhouse_http.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ids.h"

namespace tetrascope {
namespace {

void append_percent_encoded(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

void append_field(std::string_view boundary, std::string_view name, std::string_view value, std::string& out) {
  out += "--";
  out += boundary;
  out += "\r\nContent-Disposition: form-data; name=\"";
  out += name;
  out += "\"\r\n\r\n";
  out += value;
  out += "\r\n";
}

/// A line that stands nowhere in the values: it depends on all of them, so nobody can put it there.
std::string boundary_for(const Statement& statement) {
  std::string all = statement.sql;
  for (const Statement::Parameter& parameter : statement.parameters) all += parameter.value;
  std::string boundary;
  do {
    all += '.';
    const auto [high, low] = stable_hash(all);
    boundary = "field" + std::to_string(high) + std::to_string(low);
  } while (all.find(boundary) != std::string::npos);
  return boundary;
}

/// `"name":"123"` of the X-ClickHouse-Summary header.
std::size_t summary_number(std::string_view summary, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = summary.find(key);
  std::size_t number = 0;
  if (at != std::string_view::npos)
    std::from_chars(summary.data() + at + key.size(), summary.data() + summary.size(), number);
  return number;
}

}  // namespace

Result<ServerAddress> parse_server_url(std::string_view url) {
  const auto bad = [] {
    return fail(ErrorCode::kInvalid, "storage server: --clickhouse wants http://[USER:PASSWORD@]HOST:PORT[/DATABASE]");
  };
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return bad();
  std::string_view rest = url.substr(kScheme.size());
  ServerAddress server;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view credentials = rest.substr(0, at);
    const std::size_t colon = std::min(credentials.find(':'), credentials.size());
    server.user = credentials.substr(0, colon);
    if (colon < credentials.size()) server.password = credentials.substr(colon + 1);
    rest.remove_prefix(at + 1);
  }
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    server.database = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    const std::string_view port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    if (error != std::errc{} || end != port.data() + port.size() || server.port == 0) return bad();
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty() || rest.find_first_of("?#") != std::string_view::npos) return bad();
  server.host = rest;
  return server;
}

FormBody form_body(const Statement& statement) {
  const std::string boundary = boundary_for(statement);
  FormBody form{"multipart/form-data; boundary=" + boundary, ""};
  append_field(boundary, "query", statement.sql, form.body);
  for (const Statement::Parameter& parameter : statement.parameters) {
    append_field(boundary, "param_" + parameter.name, escape_parameter(parameter), form.body);
  }
  form.body += "--" + boundary + "--\r\n";
  return form;
}

std::string request_target(std::string_view database, const EngineSettings& settings) {
  std::string target = "/?database=";
  append_percent_encoded(database, target);
  for (const auto& [name, value] : settings) {
    target += '&';
    target += name;
    target += '=';
    append_percent_encoded(value, target);
  }
  return target;
}

Result<ClickHouseHttp::Answer> ClickHouseHttp::post(const std::string& target, std::string_view content_type,
                                                    std::string_view body, std::chrono::milliseconds timeout) {
  Headers headers = credentials_;
  if (!content_type.empty()) headers.set("Content-Type", std::string(content_type));
  ASSIGN_OR_RETURN(Response response, client_.send("POST", target, headers, body, timeout));
  Answer answer;
  const std::string_view summary = response.headers.get("X-ClickHouse-Summary");
  answer.rows_read = summary_number(summary, "read_rows");
  answer.bytes_read = summary_number(summary, "read_bytes");
  if (response.status != 200) {
    // A proxy or a server that is starting answers without the engine's number; NETWORK_ERROR says: try later.
    const bool from_engine = response.headers.has("X-ClickHouse-Exception-Code") || response.body.find("Code: ") == 0;
    answer.error = from_engine ? response.body
                               : "Code: 210. HTTP status " + std::to_string(response.status) + ": " + response.body;
  } else {
    answer.body = std::move(response.body);
  }
  return answer;
}

}  // namespace tetrascope
