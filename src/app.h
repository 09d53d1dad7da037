#pragma once
// The whole server but its sockets: what main() serves, and what tests drive directly.

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/store.h"
#include "ingest/batcher.h"
#include "net/http.h"
#include "slices/slice.h"
#include "storage/metered_storage.h"
#include "storage/storage.h"
#include "upkeep/upkeep.h"

namespace tetrascope {

/// How the storage is put together: what is counted on the way, and the ways around.
struct StorageParts {
  std::shared_ptr<InsertStats> journal_inserts = std::make_shared<InsertStats>();
  std::shared_ptr<InsertStats> engine_inserts = std::make_shared<InsertStats>();
  std::shared_ptr<upkeep::DiskGuardState> disk = std::make_shared<upkeep::DiskGuardState>();
  // Below what it counts into: while it closes it still stores what it had accepted.
  std::unique_ptr<Storage> storage;  ///< for everybody
  Storage* engine = nullptr;         ///< below the journal; owned by `storage`. Null: there is none
};

struct AppOptions {
  SliceSettings settings;
  BatcherLimits batcher;
  std::size_t decoders = 2;  ///< threads that decode and commit requests
  std::size_t waiting_requests = 512;
  std::size_t query_threads = 4;  ///< questions at a time; the engine bounds them once more
  std::size_t waiting_queries = 64;
  upkeep::Options upkeep;
  std::filesystem::path data_dir;  ///< "": nothing is kept within time and space, and files are not offered
};

/// Parts in the order in which data flows through them; they stop in the reverse one.
class App {
 public:
  /// Brings the store's schema forward and loads what is kept in memory. Errors: those of migrate() and the first
  /// queries.
  static Result<std::unique_ptr<App>> open(StorageParts storage, std::unique_ptr<ControlStore> control,
                                           const AppOptions& options);
  static Result<std::unique_ptr<App>> open(std::unique_ptr<Storage> storage, std::unique_ptr<ControlStore> control,
                                           const AppOptions& options) {
    StorageParts parts;
    parts.storage = std::move(storage);
    return open(std::move(parts), std::move(control), options);
  }
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
  App(StorageParts storage, std::unique_ptr<ControlStore> control, const AppOptions& options);
  Middle& middle_of(std::string_view language);

  StorageParts parts_;
  std::unique_ptr<Storage>& storage_ = parts_.storage;
  std::unique_ptr<ControlStore> control_;
  SliceSettings settings_;
  FieldCatalogue fields_;
  AttributeLayouts layouts_;
  IngestStats stats_;
  Batcher batcher_;
  WorkerPool queries_;
  WorkerPool decoders_;
  std::map<std::string, plan::QueryStats, std::less<>> languages_;
  std::list<plan::Runner> runners_;  ///< one a language
  std::list<Middle> middles_;
  upkeep::Traffic traffic_;
  std::vector<std::function<Result<std::vector<plan::Removal>>(UnixNanos)>> expired_;
  std::vector<std::function<std::vector<plan::Removal>()>> rows_changed_;
  std::unique_ptr<upkeep::Upkeep> upkeep_;
  Router router_;
  std::vector<GrpcMethod> grpc_methods_;
  DatagramSink datagrams_;
};

}  // namespace tetrascope
