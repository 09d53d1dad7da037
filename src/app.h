#pragma once
// The whole server but its sockets: what main() serves, and what tests drive directly.

#include <memory>
#include <vector>

#include "base/result.h"
#include "control/store.h"
#include "ingest/batcher.h"
#include "net/http.h"
#include "slices/slice.h"
#include "storage/storage.h"

namespace tetrascope {

struct AppOptions {
  SliceSettings settings;
  BatcherLimits batcher;
  std::size_t decoders = 2;  ///< threads that decode and commit requests
  std::size_t waiting_requests = 512;
  std::size_t query_threads = 4;  ///< questions at a time; the engine bounds them once more
  std::size_t waiting_queries = 64;
};

/// Parts in the order in which data flows through them; they stop in the reverse one.
class App {
 public:
  /// Brings the store's schema forward and loads what is kept in memory. Errors: those of migrate() and the first
  /// queries.
  static Result<std::unique_ptr<App>> open(std::unique_ptr<Storage> storage, std::unique_ptr<ControlStore> control,
                                           const AppOptions& options);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  [[nodiscard]] const Router& router() const { return router_; }
  [[nodiscard]] const std::vector<GrpcMethod>& grpc_methods() const { return grpc_methods_; }
  [[nodiscard]] const DatagramSink& datagrams() const { return datagrams_; }
  [[nodiscard]] WorkerPool& decoders() { return decoders_; }
  [[nodiscard]] Storage& storage() { return *storage_; }

  /// To be called when no listener takes requests any more: commits what was accepted and answers it. Safe to call
  /// twice.
  void stop();

 private:
  App(std::unique_ptr<Storage> storage, std::unique_ptr<ControlStore> control, const AppOptions& options);

  std::unique_ptr<Storage> storage_;
  std::unique_ptr<ControlStore> control_;
  SliceSettings settings_;
  FieldCatalogue fields_;
  AttributeLayouts layouts_;
  IngestStats stats_;
  plan::Runner runner_;
  Batcher batcher_;
  WorkerPool queries_;
  WorkerPool decoders_;
  Middle middle_;
  Router router_;
  std::vector<GrpcMethod> grpc_methods_;
  DatagramSink datagrams_;
};

}  // namespace tetrascope
