#include "slices/rollbar/access.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace tetrascope::rollbar {
namespace {

std::unexpected<Error> unknown_token(std::string_view token) {
  return fail(ErrorCode::kUnauthenticated, fmt::format("access token not found: {}", token));
}

/// What can stand in a header and in the control state's keys.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

Result<void> RateLimits::count(const AccessToken& token, UnixNanos now) {
  if (token.rate_limit_window_size <= 0 || token.rate_limit_window_count <= 0) return {};
  const std::int64_t seconds = now.value / kNanosPerSecond;
  const std::lock_guard lock(mutex_);
  Window& window = windows_[token.token];
  // A window begins with the first call after the one before it ended.
  if (seconds >= window.start + token.rate_limit_window_size) window = {seconds, 0};
  if (window.calls >= token.rate_limit_window_count)
    return fail(ErrorCode::kTooManyRequests, "Rate limit exceeded for this access token.");
  ++window.calls;
  return {};
}

std::string token_text_of(const Request& request, std::string_view in_body) {
  if (const auto header = request.headers.get("X-Rollbar-Access-Token"); !header.empty()) return std::string(header);
  if (const auto query = request.query_value("access_token"); query && !query->empty()) return std::string(*query);
  return std::string(in_body);
}

bool Access::is_account_token(std::string_view text) const {
  return !settings_.rollbar_account_token.empty() && text == settings_.rollbar_account_token;
}

Result<AccessToken> Access::token_of(std::string_view text) {
  if (text.empty()) {
    return fail(ErrorCode::kUnauthenticated,
                "Invalid format. access_token is missing and it is required: send the header X-Rollbar-Access-Token.");
  }
  if (!is_token(text)) return fail(ErrorCode::kUnauthenticated, "access token not found: it has no valid form.");
  ASSIGN_OR_RETURN(auto found, projects_.find_token(text));
  if (!found) {
    if (settings_.require_keys || !settings_.rollbar_account_token.empty()) return unknown_token(text);
    return projects_.open_project(text);
  }
  if (!found->enabled) return fail(ErrorCode::kPermissionDenied, "access token is disabled.");
  return *std::move(found);
}

Result<Caller> Access::authorize(const Request& request, std::string_view scope, std::string_view token_in_body,
                                 std::int64_t project_in_body) {
  const std::string text = token_text_of(request, token_in_body);
  Caller caller;
  std::int64_t wanted = project_in_body;
  if (const auto query = request.query_value("project_id"); query && !query->empty()) {
    if (std::from_chars(query->data(), query->data() + query->size(), wanted).ec != std::errc{})
      return fail(ErrorCode::kMalformed, "project_id: want a number.");
  }
  if (is_account_token(text)) {
    caller.is_account = true;
    if (wanted == 0) return fail(ErrorCode::kMalformed, "project_id is required with an account access token.");
  } else {
    ASSIGN_OR_RETURN(caller.token, token_of(text));
    caller.is_account = caller.token.opened_itself;
    if (!caller.token.may(scope)) {
      std::string has;
      for (const auto& one : caller.token.scopes) has.append(has.empty() ? "" : ", ").append(one);
      return fail(
          ErrorCode::kPermissionDenied,
          fmt::format("insufficient privileges: {} scope is required but the access token only has {}.", scope, has));
    }
    RETURN_IF_ERROR(limits_.count(caller.token, request.received));
  }
  if (wanted == 0 || (wanted != caller.token.project_id && !caller.is_account)) wanted = caller.token.project_id;
  ASSIGN_OR_RETURN(auto project, projects_.find(wanted));
  if (!project) return fail(ErrorCode::kNotFound, "Project not found in this account.");
  caller.project = *std::move(project);
  return caller;
}

Result<void> Access::authorize_account(const Request& request) {
  const std::string text = token_text_of(request, {});
  if (is_account_token(text)) return {};
  ASSIGN_OR_RETURN(const AccessToken token, token_of(text));
  if (token.opened_itself) return {};
  return fail(ErrorCode::kPermissionDenied, "insufficient privileges: an account access token is required.");
}

}  // namespace tetrascope::rollbar
