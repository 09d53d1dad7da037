#include "slices/aws/identity.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>

namespace tetrascope::aws {
namespace {

constexpr std::size_t kMaxRegion = 32;
constexpr std::size_t kMaxAccessKey = 128;

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRegion &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string_view partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

/// What stands before the next `/`, which is taken away with it.
std::string_view next_part(std::string_view& scope) {
  const std::size_t end = std::min(scope.find('/'), scope.size());
  const std::string_view part = scope.substr(0, end);
  scope.remove_prefix(std::min(end + 1, scope.size()));
  return part;
}

}  // namespace

Identity identity_of(const Headers& headers, std::string_view account) {
  constexpr std::string_view kCredential = "Credential=";
  Identity identity{std::string(account), std::string(kDefaultRegion), {}};
  const std::string_view header = headers.get("Authorization");
  const std::size_t at = header.find(kCredential);
  if (!header.starts_with("AWS4-") || at == std::string_view::npos) return identity;
  std::string_view scope = header.substr(at + kCredential.size());
  scope = scope.substr(0, scope.find_first_of(", "));
  identity.access_key = next_part(scope).substr(0, kMaxAccessKey);
  next_part(scope);  // the date
  if (const std::string_view region = next_part(scope); is_region(region)) identity.region = region;
  return identity;
}

std::string arn(std::string_view service, const Identity& identity, std::string_view resource) {
  return fmt::format("arn:{}:{}:{}:{}:{}", partition_of(identity.region), service, identity.region, identity.account,
                     resource);
}

namespace {

/// Of `arn:partition:service:region:account:resource`, counted from 0.
std::string_view arn_part(std::string_view text, int wanted) {
  if (!text.starts_with("arn:")) return {};
  for (int part = 0; part < wanted; ++part) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    text.remove_prefix(colon + 1);
  }
  return text.substr(0, text.find(':'));
}

}  // namespace

std::string_view arn_region(std::string_view text) { return arn_part(text, 3); }
std::string_view arn_account(std::string_view text) { return arn_part(text, 4); }

std::string_view arn_resource(std::string_view text, std::string_view service) {
  if (!text.starts_with("arn:")) return {};
  for (int part = 0; part < 5; ++part) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    if (part == 2 && text.substr(0, colon) != service) return {};
    text.remove_prefix(colon + 1);
  }
  return text;
}

std::string new_request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const std::uint64_t high = (random() & ~std::uint64_t{0xF000}) | 0x4000;
  const std::uint64_t low = (random() >> 2) | (std::uint64_t{1} << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFFFFFFFFFF);
}

}  // namespace tetrascope::aws
