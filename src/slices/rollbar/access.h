#pragma once
// Who calls, for which project, and whether the token's scopes allow it (dossier 0.2, 1.3, 4.1).

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "slices/rollbar/projects.h"
#include "slices/slice.h"

namespace tetrascope::rollbar {

struct Caller {
  Project project;
  AccessToken token;
  bool is_account = false;  ///< may ask for every project
};

/// Calls of tokens that have a limit, by window (1.3). In memory.
class RateLimits {
 public:
  /// Errors: kTooManyRequests.
  Result<void> count(const AccessToken& token, UnixNanos now);

 private:
  struct Window {
    std::int64_t start = 0, calls = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Window> windows_;
};

/// The token of a request: header, query string, `access_token` in its body.
std::string token_text_of(const Request& request, std::string_view in_body);

/// Resolves tokens. Thread-safe.
class Access {
 public:
  Access(const SliceSettings& settings, Projects& projects) : settings_(settings), projects_(projects) {}

  /// For one project: the token's own, or, for account tokens, that of `project_id` (query or body).
  /// Errors: kUnauthenticated (no or an unknown token), kPermissionDenied (its scopes), kNotFound (the project).
  Result<Caller> authorize(const Request& request, std::string_view scope, std::string_view token_in_body = {},
                           std::int64_t project_in_body = 0);
  /// For the account: an account token. While none is set, whoever opened a project by sending is the account.
  Result<void> authorize_account(const Request& request);

 private:
  Result<AccessToken> token_of(std::string_view text);
  [[nodiscard]] bool is_account_token(std::string_view text) const;

  const SliceSettings& settings_;
  Projects& projects_;
  RateLimits limits_;
};

}  // namespace tetrascope::rollbar
