#include "cloudwatch_logs/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>

#include "core/hex.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

std::string hex_of(std::string_view bytes) {
  std::string out;
  append_hex(out, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return out;
}

std::string sha256(std::string_view data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(data.data(), data.size(), digest, &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string hmac(std::string_view key, std::string_view data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
       data.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string utc(std::int64_t seconds, const char* format) {
  const std::time_t when = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

void sign(const SignedCall& call, const AwsCredentials& credentials,
          std::vector<std::pair<std::string, std::string>>& headers) {
  const std::string time = utc(call.unix_seconds, "%Y%m%dT%H%M%SZ");
  const std::string day = time.substr(0, 8);
  headers.emplace_back("X-Amz-Date", time);
  if (!credentials.session_token.empty()) headers.emplace_back("X-Amz-Security-Token", credentials.session_token);

  std::vector<std::pair<std::string, std::string>> canonical{{"host", call.host}};
  for (const auto& [name, value] : headers) canonical.emplace_back(to_lower(name), trim(value));
  std::sort(canonical.begin(), canonical.end());
  std::string lines;
  std::string names;
  for (const auto& [name, value] : canonical) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string scope = day + "/" + call.region + "/" + call.service + "/aws4_request";
  const std::string request = "POST\n" + call.path + "\n\n" + lines + "\n" + names + "\n" + hex_of(sha256(call.body));
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex_of(sha256(request));
  std::string key = "AWS4" + credentials.secret_key;
  for (const std::string_view part : {std::string_view(day), std::string_view(call.region),
                                      std::string_view(call.service), std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }
  headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key + "/" + scope +
                                            ", SignedHeaders=" + names + ", Signature=" + hex_of(hmac(key, to_sign)));
}

}  // namespace tetrascope::kit
