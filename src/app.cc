#include "app.h"

#include <utility>

#include "ingest/attribute_promoter.h"
#include "ingest/field_store.h"

namespace tetrascope {
namespace {

/// What belongs to no vendor: the answer to whoever asks whether the server is up.
RouteTable server_routes() {
  RouteTable table;
  table.slice = "server";
  table.prefixes = {"/healthz"};
  table.shape_error = [](const Request& /*request*/, const Error& error) {
    Response response{http_status(error.code), {}, error.message + "\n"};
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    return response;
  };
  Route health;
  health.method = "GET";
  health.pattern = "/healthz";
  health.origins = Origins::kAny;
  health.at_once = true;  // whoever asks wants to know of the server, not of its queue
  health.handler = [](Request&& /*request*/, Respond respond) {
    Response response{200, {}, "ok\n"};
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    respond(std::move(response));
  };
  table.routes.push_back(std::move(health));
  return table;
}

}  // namespace

Middle& App::middle_of(std::string_view language) {
  plan::QueryStats& stats = languages_[std::string(language)];
  plan::Runner& runner = runners_.emplace_back(*storage_, layouts_, &stats);
  return middles_.emplace_back(batcher_, runner, fields_, stats_, *control_, queries_, settings_);
}

App::App(StorageParts storage, std::unique_ptr<ControlStore> control, const AppOptions& options)
    : parts_(std::move(storage)),
      control_(std::move(control)),
      settings_(options.settings),
      batcher_(*storage_, fields_, layouts_, options.batcher),
      queries_(options.query_threads, options.waiting_queries),
      decoders_(options.decoders, options.waiting_requests) {
  router_.add(server_routes());
  for (auto& slice : all_slices([this](std::string_view language) -> Middle& { return middle_of(language); })) {
    traffic_.count(slice);
    router_.add(std::move(slice.http));
    for (auto& method : slice.grpc) grpc_methods_.push_back(std::move(method));
    if (slice.datagrams.take) datagrams_ = std::move(slice.datagrams);
    if (slice.expired) expired_.push_back(std::move(slice.expired));
    if (slice.rows_changed) rows_changed_.push_back(std::move(slice.rows_changed));
  }
  upkeep_ = std::make_unique<upkeep::Upkeep>(
      upkeep::Surroundings{*storage_, parts_.engine == nullptr ? *storage_ : *parts_.engine, *control_, batcher_,
                           stats_, fields_, layouts_, *parts_.journal_inserts, *parts_.engine_inserts, languages_,
                           traffic_, expired_, rows_changed_, options.data_dir, settings_.started},
      options.upkeep, *parts_.disk);
  router_.add(upkeep_->routes());
}

App::~App() { stop(); }

Result<std::unique_ptr<App>> App::open(StorageParts storage, std::unique_ptr<ControlStore> control,
                                       const AppOptions& options) {
  RETURN_IF_ERROR(migrate(*storage.storage));
  std::unique_ptr<App> app(new App(std::move(storage), std::move(control), options));
  RETURN_IF_ERROR(load_layouts(*app->storage_, app->layouts_));
  RETURN_IF_ERROR(load_fields(*app->storage_, app->fields_));
  RETURN_IF_ERROR(app->upkeep_->start());
  return app;
}

void App::stop() {
  storage_->end_queries();
  decoders_.stop();
  upkeep_->stop();
  batcher_.stop();
  queries_.stop();
}

}  // namespace tetrascope
