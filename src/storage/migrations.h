#pragma once
// The store's schema version, and how a store of an earlier one comes forward.
//
// An empty store gets its tables from model/schema.h as they are now. A store that exists already is taken from its
// version to the newest by the statements below, version by version. Both ways must end at the same tables; migrate()
// looks. Whoever changes model/schema.h adds a migration here and a stored data directory to tests/stores.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/storage.h"

namespace tetrascope {

/// Brings a store of `version` - 1 forward to `version`. Each statement can run a second time without harm (IF NOT
/// EXISTS), because a process may be killed between two of them.
struct Migration {
  std::uint32_t version = 0;
  std::vector<std::string> statements;
  /// Further ones, for what the store holds; asked before the first of them runs.
  Result<std::vector<std::string>> (*planned)(Storage& storage) = nullptr;
};

/// In order, without gaps, from version 2.
std::span<const Migration> all_migrations();

/// The version that an up-to-date store has.
std::uint32_t schema_version(std::span<const Migration> migrations);

/// migrate() of storage.h with another history: for tests.
Result<void> migrate(Storage& storage, std::span<const Migration> migrations);

/// The version of this store; 0 when it is empty.
Result<std::uint32_t> stored_schema_version(Storage& storage);

/// Says that the tables have this version: for a store whose tables were made elsewhere, as a backup has them.
/// Errors: those of change_schema() and insert().
Result<void> set_schema_version(Storage& storage, std::uint32_t version);

}  // namespace tetrascope
