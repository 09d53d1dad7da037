#include "cloudwatch_logs/credentials.h"

#include <ctime>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace tetrascope::kit {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string in_home(const char* variable, const char* name) {
  if (const auto path = environment(variable)) return *path;
  return environment("HOME").value_or("") + "/.aws/" + name;
}

std::optional<AwsCredentials> from_variables() {
  const auto key = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (!key || !secret) return std::nullopt;
  return AwsCredentials{*key, *secret, environment("AWS_SESSION_TOKEN").value_or(""), 0};
}

HttpRequest get(const std::string& url, long timeout_ms) {
  HttpRequest request;
  request.method = "GET";
  request.url = url;
  request.timeout_ms = timeout_ms;
  return request;
}

std::optional<AwsCredentials> from_container(HttpClient& http, const Deadline& deadline) {
  std::string url;
  if (const auto path = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    url = "http://169.254.170.2" + *path;
  } else if (const auto whole = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    url = *whole;
  } else {
    return std::nullopt;
  }
  HttpRequest request = get(url, 2'000);
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) token = trim(read_file(*file));
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const HttpAnswer answer = http.send(request, deadline);
  return answer.status == 200 ? read_endpoint_answer(answer.body) : std::nullopt;
}

// IMDSv2: a token first, then the role's name, then its keys.
std::optional<AwsCredentials> from_instance(HttpClient& http, const Deadline& deadline) {
  if (equals_ignoring_case(environment("AWS_EC2_METADATA_DISABLED").value_or(""), "true")) return std::nullopt;
  std::string base = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  while (!base.empty() && base.back() == '/') base.pop_back();
  HttpRequest request;
  request.method = "PUT";
  request.url = base + "/latest/api/token";
  request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  request.timeout_ms = 1'000;
  const HttpAnswer token = http.send(request, deadline);
  if (token.status != 200) return std::nullopt;
  const std::pair<std::string, std::string> header("X-aws-ec2-metadata-token", std::string(trim(token.body)));
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  request = get(roles, 1'000);
  request.headers = {header};
  const HttpAnswer role = http.send(request, deadline);
  if (role.status != 200) return std::nullopt;
  request = get(roles + std::string(trim(role.body.substr(0, role.body.find('\n')))), 1'000);
  request.headers = {header};
  const HttpAnswer answer = http.send(request, deadline);
  return answer.status == 200 ? read_endpoint_answer(answer.body) : std::nullopt;
}

}  // namespace

std::optional<AwsCredentials> read_profile(std::string_view file, std::string_view profile) {
  AwsCredentials found;
  bool inside = false;
  for_each_part(file, '\n', [&](std::string_view line) {
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    if (line.front() == '[' && line.back() == ']') {
      std::string_view name = trim(line.substr(1, line.size() - 2));
      if (name.substr(0, 8) == "profile ") name = trim(name.substr(8));
      inside = name == profile;
      return;
    }
    const auto equals = line.find('=');
    if (!inside || equals == std::string_view::npos) return;
    const std::string_view key = trim(line.substr(0, equals));
    const std::string value(trim(line.substr(equals + 1)));
    if (key == "aws_access_key_id") found.access_key = value;
    if (key == "aws_secret_access_key") found.secret_key = value;
    if (key == "aws_session_token") found.session_token = value;
  });
  return found.access_key.empty() || found.secret_key.empty() ? std::nullopt : std::optional(found);
}

std::optional<AwsCredentials> read_endpoint_answer(std::string_view body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = answer.find(key);
    return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  AwsCredentials found{text("AccessKeyId"), text("SecretAccessKey"), text("Token"), 0};
  std::tm parts{};
  if (strptime(text("Expiration").c_str(), "%Y-%m-%dT%H:%M:%S", &parts) != nullptr) found.expires_at = timegm(&parts);
  return found.access_key.empty() || found.secret_key.empty() ? std::nullopt : std::optional(found);
}

std::optional<AwsCredentials> find_credentials(HttpClient& http, const Deadline& deadline) {
  if (auto found = from_variables()) return found;
  const std::string profile = environment("AWS_PROFILE").value_or("default");
  if (auto found = read_profile(read_file(in_home("AWS_SHARED_CREDENTIALS_FILE", "credentials")), profile))
    return found;
  if (auto found = read_profile(read_file(in_home("AWS_CONFIG_FILE", "config")), profile)) return found;
  if (auto found = from_container(http, deadline)) return found;
  return from_instance(http, deadline);
}

}  // namespace tetrascope::kit
