#pragma once
// Keeping the store: for how long, in how much space, in what order, and saying so. What an operator meets as
// GET /metrics, --retention-…, --max-disk and the commands delete, backup, restore, doctor, export and import.

#include <atomic>
#include <memory>
#include <string>

#include "net/http.h"
#include "net/worker_pool.h"
#include "upkeep/admin_access.h"
#include "upkeep/disk_guard.h"
#include "upkeep/dropped_rows.h"
#include "upkeep/keeper.h"
#include "upkeep/keeping_rules.h"
#include "upkeep/metrics.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

struct Options {
  KeepingRules rules;
  std::string secret;  ///< of the commands; "": they are not served
  bool admin_from_anywhere = false;
};

/// What it is given outlives it.
class Upkeep {
 public:
  Upkeep(Surroundings around, Options options, DiskGuardState& disk);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// `/metrics` and what lies below `/admin/`.
  RouteTable routes();
  /// Begins to keep what the rules say. Once, when the store is migrated and loaded.
  Result<void> start();
  /// Before the store closes. Safe to call twice.
  void stop();

 private:
  /// A command's step: takes the JSON body, gives the answer's.
  using Step = std::function<Result<std::string>(const Request& request)>;
  void add(RouteTable& table, std::string method, std::string path, Step step);

  Surroundings around_;
  const Options options_;
  DiskGuardState& disk_;
  const AdminAccess access_;
  DroppedRows dropped_;
  Metrics metrics_;
  std::atomic<bool> stopping_ = false;
  WorkerPool steps_;    ///< one command's step at a time
  WorkerPool readers_;  ///< metrics, which do not wait for those
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace tetrascope::upkeep
