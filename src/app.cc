#include "app.h"

#include <utility>

#include "ingest/field_store.h"

namespace tetrascope {

App::App(std::unique_ptr<Storage> storage, std::unique_ptr<ControlStore> control, const AppOptions& options)
    : storage_(std::move(storage)),
      control_(std::move(control)),
      settings_(options.settings),
      runner_(*storage_),
      batcher_(*storage_, fields_, options.batcher),
      queries_(options.query_threads, options.waiting_queries),
      decoders_(options.decoders, options.waiting_requests),
      middle_{batcher_, runner_, fields_, stats_, *control_, queries_, settings_} {
  for (auto& slice : all_slices(middle_)) {
    router_.add(std::move(slice.http));
    for (auto& method : slice.grpc) grpc_methods_.push_back(std::move(method));
  }
}

App::~App() { stop(); }

Result<std::unique_ptr<App>> App::open(std::unique_ptr<Storage> storage, std::unique_ptr<ControlStore> control,
                                       const AppOptions& options) {
  RETURN_IF_ERROR(migrate(*storage));
  std::unique_ptr<App> app(new App(std::move(storage), std::move(control), options));
  RETURN_IF_ERROR(load_fields(*app->storage_, app->fields_));
  return app;
}

void App::stop() {
  decoders_.stop();
  batcher_.stop();
  queries_.stop();
}

}  // namespace tetrascope
