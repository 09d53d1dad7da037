#include "upkeep/upkeep.h"

#include <utility>

#include "base/log.h"
#include "model/members.h"
#include "upkeep/deletion.h"
#include "upkeep/disk_budget.h"
#include "upkeep/doctor.h"
#include "upkeep/restoring.h"
#include "upkeep/row_export.h"
#include "upkeep/snapshot.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::size_t kWaitingSteps = 16, kWaitingReaders = 16;

Response json_answer(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.add("Content-Type", "application/json");
  return response;
}

Response error_answer(const Request& /*request*/, const Error& error) {
  return json_answer(http_status(error.code), to_plain_json(Value(Object{{"error", Value(error.message)}})) + "\n");
}

/// A task that owns its request and its answer.
Handler on_pool(WorkerPool& pool, std::function<Response(const Request&)> answer) {
  return [&pool, answer = std::move(answer)](Request&& request, Respond respond) {
    struct Job {
      Request request;
      Respond respond;
    };
    auto job = std::make_shared<Job>(Job{std::move(request), std::move(respond)});
    WorkerPool::Task task = [&answer, job] { job->respond(answer(job->request)); };
    if (!pool.post(task))
      job->respond(error_answer(job->request, {ErrorCode::kUnavailable, "others are waiting; ask again later"}));
  };
}

}  // namespace

Upkeep::Upkeep(Surroundings around, Options options, DiskGuardState& disk)
    : around_(std::move(around)),
      options_(std::move(options)),
      disk_(disk),
      access_(options_.secret, options_.admin_from_anywhere),
      metrics_(around_, dropped_, disk_, options_.rules.max_disk),
      steps_(1, kWaitingSteps),
      readers_(1, kWaitingReaders) {}

Upkeep::~Upkeep() { stop(); }

Result<void> Upkeep::start() {
  if (around_.data_dir.empty()) return {};
  RETURN_IF_ERROR(cut_parts_to_budget(around_.engine, options_.rules.max_disk));
  keeper_ = std::make_unique<Keeper>(around_, options_.rules, dropped_, disk_);
  return {};
}

void Upkeep::stop() {
  stopping_ = true;
  keeper_.reset();
  steps_.stop();
  readers_.stop();
}

void Upkeep::add(RouteTable& table, std::string method, std::string path, Step step) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(path);
  route.origins = Origins::kVendor;  // whoever knows the secret may come by whatever name leads here
  route.handler = on_pool(steps_, [this, step = std::move(step)](const Request& request) {
    if (const auto allowed = access_.check(request); !allowed) return error_answer(request, allowed.error());
    auto answer = step(request);
    if (answer) return json_answer(200, *std::move(answer));
    if (answer.error().code == ErrorCode::kInternal)
      log_error("{} {}: {}", request.method, request.path, answer.error().message);
    return error_answer(request, answer.error());
  });
  table.routes.push_back(std::move(route));
}

RouteTable Upkeep::routes() {
  RouteTable table;
  table.slice = "upkeep";
  table.prefixes = {"/metrics", "/admin/"};
  table.shape_error = error_answer;
  Route metrics;
  metrics.method = "GET";
  metrics.pattern = "/metrics";
  metrics.origins = Origins::kVendor;
  metrics.handler = on_pool(readers_, [this](const Request& /*request*/) {
    Response response{200, {}, metrics_.page()};
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
  });
  table.routes.push_back(std::move(metrics));
  if (options_.secret.empty()) return table;
  const auto give_up = [this] { return stopping_.load(); };
  add(table, "POST", "/admin/delete",
      [this, give_up](const Request& request) { return delete_rows(around_, dropped_, request.body, give_up); });
  add(table, "POST", "/admin/snapshots", [this](const Request& /*request*/) { return take_snapshot(around_); });
  add(table, "DELETE", "/admin/snapshots/{name}", [this](const Request& request) -> Result<std::string> {
    RETURN_IF_ERROR(drop_snapshot(around_, request.captures.at(0)));
    return std::string("{}\n");
  });
  add(table, "POST", "/admin/restore",
      [this, give_up](const Request& request) { return restore_parts(around_, dropped_, request.body, give_up); });
  add(table, "GET", "/admin/doctor", [](const Request& /*request*/) -> Result<std::string> {
    Array names;
    for (std::string& name : doctor_checks()) names.emplace_back(std::move(name));
    return to_json(Value(Object{{"checks", Value(std::move(names))}})) + "\n";
  });
  add(table, "POST", "/admin/doctor",
      [this](const Request& request) { return run_doctor_check(around_, request.body); });
  add(table, "POST", "/admin/export/windows",
      [this](const Request& request) { return export_windows(around_, request.body); });
  add(table, "POST", "/admin/export/rows",
      [this](const Request& request) { return export_rows(around_, request.body); });
  return table;
}

}  // namespace tetrascope::upkeep
