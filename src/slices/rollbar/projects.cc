#include "slices/rollbar/projects.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/time.h"
#include "model/members.h"
#include "slices/rollbar/control_keys.h"
#include "slices/rollbar/epoch_seconds.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/letter_case.h"
#include "slices/rollbar/random_id.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kProjectSpace = "rollbar.project";
constexpr std::string_view kTokenSpace = "rollbar.token";
constexpr std::string_view kNameSpace = "rollbar.project_name";
constexpr std::string_view kServiceSpace = "rollbar.project_of_service";
constexpr std::array<std::string_view, 4> kAllScopes = {"post_server_item", "post_client_item", "read", "write"};
constexpr std::size_t kMaxProjectName = 32;

std::string project_key(std::int64_t id) { return fmt::format("{:010}", id); }
/// Tokens lie below their project's number; which one that is stands under the token itself.
std::string token_key(std::string_view token) { return std::string(token); }

ControlWrite project_write(std::string_view space, std::string key, std::string json, bool fresh) {
  return {ControlWrite::Kind::kPut, std::string(space), std::move(key), std::move(json),
          fresh ? std::optional(ControlWrite::kAbsent) : std::nullopt};
}
ControlWrite removal(std::string_view space, std::string key) {
  return {ControlWrite::Kind::kRemove, std::string(space), std::move(key), "", {}};
}

std::string project_text(const Project& project) {
  return to_json(Object{{"id", project.id},
                        {"name", project.name},
                        {"date_created", project.date_created},
                        {"date_modified", project.date_modified},
                        {"service", project.service},
                        {"environment", project.environment}});
}
Project stored_project(const Value& json) {
  Project project;
  project.id = integer_of(member(&json, "id")).value_or(0);
  project.name = text_of(member(&json, "name"));
  project.date_created = integer_of(member(&json, "date_created")).value_or(0);
  project.date_modified = integer_of(member(&json, "date_modified")).value_or(0);
  project.service = text_of(member(&json, "service"));
  project.environment = text_of(member(&json, "environment"));
  return project;
}

Value scopes_json(const AccessToken& token) { return Array(token.scopes.begin(), token.scopes.end()); }

std::string token_text(const AccessToken& token) {
  return to_json(Object{{"token", token.token},
                        {"public_id", token.public_id},
                        {"name", token.name},
                        {"project_id", token.project_id},
                        {"scopes", scopes_json(token)},
                        {"enabled", token.enabled},
                        {"opened_itself", token.opened_itself},
                        {"rate_limit_window_size", token.rate_limit_window_size},
                        {"rate_limit_window_count", token.rate_limit_window_count},
                        {"date_created", token.date_created},
                        {"date_modified", token.date_modified}});
}
AccessToken stored_token(const Value& json) {
  AccessToken token;
  token.token = text_of(member(&json, "token"));
  token.public_id = text_of(member(&json, "public_id"));
  token.name = text_of(member(&json, "name"));
  token.project_id = integer_of(member(&json, "project_id")).value_or(0);
  if (const Value* scopes = member(&json, "scopes"); scopes != nullptr && scopes->as<Array>() != nullptr) {
    for (const Value& scope : *scopes->as<Array>()) token.scopes.emplace_back(text_of(&scope));
  }
  token.enabled = flag_of(member(&json, "enabled"));
  token.opened_itself = flag_of(member(&json, "opened_itself"));
  token.rate_limit_window_size = integer_of(member(&json, "rate_limit_window_size")).value_or(0);
  token.rate_limit_window_count = integer_of(member(&json, "rate_limit_window_count")).value_or(0);
  token.date_created = integer_of(member(&json, "date_created")).value_or(0);
  token.date_modified = integer_of(member(&json, "date_modified")).value_or(0);
  return token;
}

AccessToken new_token(std::string_view name, std::vector<std::string> scopes) {
  AccessToken token;
  token.token = random_hex(16);
  token.public_id = random_hex(8);
  token.name = name;
  token.scopes = std::move(scopes);
  token.date_created = token.date_modified = now_seconds();
  return token;
}

std::vector<AccessToken> one_token_a_scope() {
  std::vector<AccessToken> tokens;
  for (const std::string_view scope : kAllScopes) tokens.push_back(new_token(scope, {std::string(scope)}));
  return tokens;
}

template <class T>
Result<std::vector<T>> read_all(ControlStore& control, std::string_view space, T (*read)(const Value&)) {
  std::vector<T> all;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, control.list(space, "", after, kControlPage));
    for (const auto& document : page) {
      ASSIGN_OR_RETURN(const Value value, value_from_json(document.json));
      all.push_back(read(value));
    }
    if (page.size() < kControlPage) return all;
    after = page.back().key;
  }
}

}  // namespace

bool AccessToken::may(std::string_view scope) const { return std::ranges::find(scopes, scope) != scopes.end(); }

Result<std::optional<AccessToken>> Projects::find_token(std::string_view token) {
  if (token.empty() || token.size() > kMaxToken) return std::optional<AccessToken>();
  const std::lock_guard lock(mutex_);
  if (const auto known = tokens_.find(std::string(token)); known != tokens_.end()) return std::optional(known->second);
  ASSIGN_OR_RETURN(const auto document, control_.get(kTokenSpace, token_key(token)));
  if (!document) return std::optional<AccessToken>();
  ASSIGN_OR_RETURN(const Value value, value_from_json(document->json));
  if (tokens_.size() >= kMostCached) tokens_.clear();
  AccessToken found = stored_token(value);
  tokens_[found.token] = found;
  return std::optional(std::move(found));
}

Result<std::int64_t> Projects::next_id() {
  if (count_ == 0) {
    ASSIGN_OR_RETURN(const auto all, read_all(control_, kProjectSpace, stored_project));
    count_ = all.size();
  }
  if (count_ >= kMaxProjects)
    return fail(ErrorCode::kPermissionDenied, "The account has as many projects as it can have.");
  ++count_;
  return control_.allocate(kProjectSpace, 1);
}

Result<Project> Projects::make(Project project, std::vector<AccessToken> tokens, std::vector<ControlWrite> also) {
  std::vector<ControlWrite> writes = std::move(also);
  project.date_created = project.date_modified = now_seconds();
  writes.push_back(project_write(kProjectSpace, project_key(project.id), project_text(project), true));
  for (AccessToken& token : tokens) {
    token.project_id = project.id;
    writes.push_back(project_write(kTokenSpace, token_key(token.token), token_text(token), true));
  }
  const auto committed = control_.commit(writes);
  if (!committed) return std::unexpected(committed.error());
  projects_[project.id] = project;
  for (const AccessToken& token : tokens) tokens_[token.token] = token;
  return project;
}

Result<AccessToken> Projects::open_project(std::string_view text) {
  AccessToken token = new_token("default", {kAllScopes.begin(), kAllScopes.end()});
  token.token = text;
  token.opened_itself = true;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = tokens_.find(token.token); known != tokens_.end()) return known->second;
    Project project;
    ASSIGN_OR_RETURN(project.id, next_id());
    project.name = fmt::format("project-{}", project.id);
    const auto made = make(project, {token}, {});
    token.project_id = project.id;
    if (made) return token;
    if (made.error().code != ErrorCode::kConflict) return std::unexpected(made.error());
  }
  // Somebody else opened it meanwhile.
  ASSIGN_OR_RETURN(auto found, find_token(text));
  if (!found) return fail(ErrorCode::kUnavailable, "The project is being made; send again.");
  return *std::move(found);
}

Result<std::optional<Project>> Projects::find(std::int64_t id) {
  if (id <= 0) return std::optional<Project>();
  const std::lock_guard lock(mutex_);
  if (const auto known = projects_.find(id); known != projects_.end()) return std::optional(known->second);
  ASSIGN_OR_RETURN(const auto document, control_.get(kProjectSpace, project_key(id)));
  if (!document) return std::optional<Project>();
  ASSIGN_OR_RETURN(const Value value, value_from_json(document->json));
  Project project = stored_project(value);
  projects_[id] = project;
  return std::optional(std::move(project));
}

Result<std::vector<Project>> Projects::list() { return read_all(control_, kProjectSpace, stored_project); }

Result<Project> Projects::create(std::string_view name) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  if (name.empty() || name.size() > kMaxProjectName || !is_letter(name.front()))
    return fail(ErrorCode::kInvalid, "'name' must start with a letter and have at most 32 characters.");
  const std::lock_guard lock(mutex_);
  Project project;
  ASSIGN_OR_RETURN(project.id, next_id());
  project.name = name;
  auto made = make(project, one_token_a_scope(),
                   {project_write(kNameSpace, lower_case(name), std::to_string(project.id), true)});
  if (!made && made.error().code == ErrorCode::kConflict)
    return fail(ErrorCode::kConflict, "A project with this name exists already.");
  return made;
}

Result<Project> Projects::of_service(std::string_view environment, std::string_view service) {
  const std::string key = cut_text(std::string(environment) + "/" + std::string(service), kMaxControlKey);
  ASSIGN_OR_RETURN(const auto document, control_.get(kServiceSpace, key));
  if (document) {
    ASSIGN_OR_RETURN(const Value id, value_from_json(document->json));
    ASSIGN_OR_RETURN(auto found, find(integer_of(&id).value_or(0)));
    if (found) return *std::move(found);
  }
  const std::lock_guard lock(mutex_);
  Project project;
  ASSIGN_OR_RETURN(project.id, next_id());
  project.name = cut_text(service.empty() ? "opentelemetry" : service, kMaxProjectName);
  project.service = service;
  project.environment = environment;
  return make(project, one_token_a_scope(),
              {project_write(kServiceSpace, key, std::to_string(project.id), !document.has_value())});
}

Result<void> Projects::remove(const Project& project) {
  ASSIGN_OR_RETURN(const auto tokens, tokens_of(project.id));
  std::vector<ControlWrite> writes = {removal(kProjectSpace, project_key(project.id)),
                                      removal(kNameSpace, lower_case(project.name))};
  for (const auto& token : tokens) writes.push_back(removal(kTokenSpace, token_key(token.token)));
  const std::lock_guard lock(mutex_);
  const auto committed = control_.commit(writes);
  if (!committed) return std::unexpected(committed.error());
  projects_.erase(project.id);
  for (const auto& token : tokens) tokens_.erase(token.token);
  if (count_ > 0) --count_;
  return {};
}

Result<std::vector<AccessToken>> Projects::tokens_of(std::int64_t project) {
  ASSIGN_OR_RETURN(auto all, read_all(control_, kTokenSpace, stored_token));
  std::erase_if(all, [&](const AccessToken& token) { return token.project_id != project; });
  std::ranges::sort(all, {}, [](const AccessToken& token) { return std::pair(token.date_created, token.name); });
  return all;
}

Result<void> Projects::put_token(const AccessToken& token) {
  const std::lock_guard lock(mutex_);
  const auto written = control_.put(std::string(kTokenSpace), token_key(token.token), token_text(token));
  if (!written) return std::unexpected(written.error());
  tokens_[token.token] = token;
  return {};
}

Result<void> Projects::remove_token(const AccessToken& token) {
  const std::lock_guard lock(mutex_);
  const auto removed = control_.remove(std::string(kTokenSpace), token_key(token.token));
  if (!removed) return std::unexpected(removed.error());
  tokens_.erase(token.token);
  return {};
}

Value project_json(const Project& project) {
  return Object{{"id", project.id},
                {"account_id", kAccountId},
                {"name", project.name},
                {"status", "enabled"},
                {"date_created", project.date_created},
                {"date_modified", project.date_modified},
                {"settings_data", Object{{"timezone", "UTC"}, {"time_format", ""}, {"integrations", Object{}}}}};
}

Value token_json(const AccessToken& token) {
  return Object{{"project_id", token.project_id},
                {"access_token", token.token},
                {"public_id", token.public_id},
                {"name", token.name},
                {"status", token.enabled ? "enabled" : "disabled"},
                {"scopes", scopes_json(token)},
                {"rate_limit_window_size", token.rate_limit_window_size},
                {"rate_limit_window_count", token.rate_limit_window_count},
                {"date_created", token.date_created},
                {"date_modified", token.date_modified},
                {"token_type", "legacy"}};
}

}  // namespace tetrascope::rollbar
