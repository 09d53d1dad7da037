#include "slices/rollbar/deploys.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/time.h"
#include "model/members.h"
#include "slices/rollbar/control_keys.h"
#include "slices/rollbar/epoch_seconds.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kDeploySpace = "rollbar.deploy";

std::string deploy_key(std::int64_t project, std::int64_t id) { return fmt::format("{:010}/{:016}", project, id); }

std::string stored(const Deploy& deploy) {
  return to_json(Object{{"id", deploy.id},
                        {"project", deploy.project},
                        {"environment", deploy.environment},
                        {"revision", deploy.revision},
                        {"local_username", deploy.local_username},
                        {"comment", deploy.comment},
                        {"status", deploy.status},
                        {"start_time", deploy.start_time},
                        {"finish_time", deploy.finish_time}});
}

Deploy deploy_of(const Value& json) {
  Deploy deploy;
  deploy.id = integer_of(member(&json, "id")).value_or(0);
  deploy.project = integer_of(member(&json, "project")).value_or(0);
  deploy.environment = text_of(member(&json, "environment"));
  deploy.revision = text_of(member(&json, "revision"));
  deploy.local_username = text_of(member(&json, "local_username"));
  deploy.comment = text_of(member(&json, "comment"));
  deploy.status = text_of(member(&json, "status"));
  deploy.start_time = integer_of(member(&json, "start_time")).value_or(0);
  deploy.finish_time = integer_of(member(&json, "finish_time")).value_or(0);
  // Nobody has to come by for it to time out.
  if (deploy.status == "started" && now_seconds() - deploy.start_time > kDeployTimeout) {
    deploy.status = "timed_out";
    deploy.finish_time = deploy.start_time + kDeployTimeout;
  }
  return deploy;
}

}  // namespace

Result<Deploy> add_deploy(ControlStore& control, Deploy deploy) {
  ASSIGN_OR_RETURN(deploy.id, control.allocate(kDeploySpace, 1));
  const auto written = control.put(std::string(kDeploySpace), deploy_key(deploy.project, deploy.id), stored(deploy));
  if (!written) return std::unexpected(written.error());
  return deploy;
}

Result<std::optional<Deploy>> find_deploy(ControlStore& control, std::int64_t project, std::int64_t id) {
  if (id <= 0) return std::optional<Deploy>();
  ASSIGN_OR_RETURN(const auto document, control.get(kDeploySpace, deploy_key(project, id)));
  if (!document) return std::optional<Deploy>();
  ASSIGN_OR_RETURN(const Value json, value_from_json(document->json));
  return std::optional(deploy_of(json));
}

Result<std::vector<Deploy>> list_deploys(ControlStore& control, std::int64_t project) {
  const std::string prefix = fmt::format("{:010}/", project);
  std::vector<Deploy> deploys;
  std::string after;
  while (deploys.size() < kMostListed) {
    ASSIGN_OR_RETURN(const auto page, control.list(kDeploySpace, prefix, after, kControlPage));
    for (const auto& document : page) {
      ASSIGN_OR_RETURN(const Value json, value_from_json(document.json));
      deploys.push_back(deploy_of(json));
    }
    if (page.size() < kControlPage) break;
    after = page.back().key;
  }
  std::ranges::reverse(deploys);
  return deploys;
}

Result<Deploy> end_deploy(ControlStore& control, std::int64_t project, std::int64_t id, const std::string& status,
                          const std::optional<std::string>& comment) {
  const auto missing = [] { return fail(ErrorCode::kNotFound, "Not found"); };
  if (id <= 0) return missing();
  const std::string key = deploy_key(project, id);
  ASSIGN_OR_RETURN(const auto document, control.get(kDeploySpace, key));
  if (!document) return missing();
  ASSIGN_OR_RETURN(const Value json, value_from_json(document->json));
  Deploy deploy = deploy_of(json);
  const auto conflict = [] {
    return fail(ErrorCode::kConflict, "The deploy can not be updated because its status is not started.");
  };
  if (deploy.status != "started") return conflict();
  deploy.status = status;
  if (comment) deploy.comment = *comment;
  if (status != "started") deploy.finish_time = now_seconds();
  const auto written = control.put(std::string(kDeploySpace), key, stored(deploy), document->version);
  if (!written && written.error().code == ErrorCode::kConflict) return conflict();
  if (!written) return std::unexpected(written.error());
  return deploy;
}

Value deploy_json(const Deploy& deploy) {
  return Object{{"id", deploy.id},
                {"project_id", deploy.project},
                {"environment", deploy.environment},
                {"revision", deploy.revision},
                {"local_username", or_null(deploy.local_username)},
                {"comment", or_null(deploy.comment)},
                {"status", deploy.status},
                {"user_id", Value()},
                {"start_time", deploy.start_time},
                {"finish_time", deploy.finish_time == 0 ? Value() : Value(deploy.finish_time)}};
}

}  // namespace tetrascope::rollbar
