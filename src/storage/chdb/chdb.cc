#include "storage/chdb/chdb.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/chdb/connection.h"
#include "storage/chdb/data_dir.h"
#include "storage/chdb/write_errors.h"
#include "storage/engine_error.h"
#include "storage/engine_settings.h"
#include "storage/slot_pool.h"
#include "storage/usage.h"

namespace tetrascope {
namespace {

using Connections = std::vector<std::unique_ptr<ChdbConnection>>;

class ChdbStorage final : public Storage {
 public:
  ChdbStorage(DataDirLock lock, const ChdbOptions& options, Connections inserters, Connections readers)
      : lock_(std::move(lock)), options_(options), inserters_(std::move(inserters)), readers_(std::move(readers)) {}

  Result<void> insert(const Insert& rows) override {
    ASSIGN_OR_RETURN(const std::string sql, insert_sql(kDatabase, rows.table, rows.token));
    const auto slot = inserters_.take(std::chrono::hours(24));
    if (!slot) return fail(ErrorCode::kUnavailable, "cannot store this now; send it again later");
    if (const auto error = (*slot)->insert(sql, rows.native)) return std::unexpected(insert_error(rows.table, *error));
    return {};
  }

  Result<Rows> execute(const Statement& statement, const QueryBounds& asked) override {
    QueryBounds bounds = asked;
    // An even share each, so that no reader can take the memory that an insert is about to need.
    bounds.memory_bytes = std::min(bounds.memory_bytes, options_.memory_bytes / 2 / options_.query_slots);
    const auto slot = readers_.take(std::min(options_.patience, bounds.time));
    if (!slot) return fail(ErrorCode::kUnavailable, "too many queries at once; ask again later");
    if (ending_ && !bounds.of_the_store)
      return fail(ErrorCode::kUnavailable, "the server is stopping; ask again later");
    ASSIGN_OR_RETURN(ChdbConnection::Answer answer, (*slot)->query(statement, &bounds));
    if (answer.error) return std::unexpected(query_error(bounds, *answer.error));
    return std::move(answer.rows);
  }

  Result<void> change_schema(std::string_view ddl) override { return change_rows({std::string(ddl), {}}); }

  Result<void> change_rows(const Statement& statement) override {
    const auto slot = inserters_.take(std::chrono::hours(24));
    if (!slot) return fail(ErrorCode::kUnavailable, "cannot change the store's tables now");
    ASSIGN_OR_RETURN(const ChdbConnection::Answer answer, (*slot)->query(statement, nullptr));
    if (answer.error) return std::unexpected(ddl_error(*answer.error));
    return {};
  }

  void end_queries() override {
    ending_ = true;
    // The engine's own list of what runs; a query that begins only now is caught by the next round.
    for (int round = 0; round < 2; ++round) {
      const auto ended = change_schema("KILL QUERY WHERE query_kind = 'Select' ASYNC");
      if (!ended) log_warning("queries could not be ended: {}", ended.error().message);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  Result<Usage> usage() override { return query_usage(*this); }

 private:
  // Destroyed from below: the engine closes before the directory is given free.
  DataDirLock lock_;
  ChdbOptions options_;
  std::atomic<bool> ending_ = false;
  SlotPool<ChdbConnection> inserters_;
  SlotPool<ChdbConnection> readers_;
};

std::vector<std::string> with_settings(std::vector<std::string> arguments, const EngineSettings& settings) {
  for (const auto& [name, value] : settings) arguments.push_back(fmt::format("--{}={}", name, value));
  return arguments;
}

Result<std::unique_ptr<ChdbConnection>> connect(const ChdbLibrary& library, const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(ChdbConnection connection, ChdbConnection::open(library, arguments));
  auto owned = std::make_unique<ChdbConnection>(std::move(connection));
  ASSIGN_OR_RETURN(const ChdbConnection::Answer used, owned->query({fmt::format("USE {}", kDatabase), {}}, nullptr));
  if (used.error) return std::unexpected(ddl_error(*used.error));
  return owned;
}

Result<void> create_database(ChdbConnection& connection) {
  ASSIGN_OR_RETURN(const ChdbConnection::Answer created,
                   connection.query({fmt::format("CREATE DATABASE IF NOT EXISTS {}", kDatabase), {}}, nullptr));
  if (created.error) return std::unexpected(ddl_error(*created.error));
  return {};
}

struct Pools {
  Connections inserters;
  Connections readers;
};

Result<Pools> open_pools(const ChdbLibrary& library, const ChdbOptions& options,
                         const std::vector<std::string>& place) {
  EngineSettings writing = insert_settings();
  for (auto& setting : ddl_settings()) writing.push_back(std::move(setting));
  const std::vector<std::string> write_arguments = with_settings(place, writing);
  const std::vector<std::string> read_arguments = with_settings(place, query_settings(options.threads));
  // The engine starts with the first connection and ends with the last, so this one is held until the others are open.
  ASSIGN_OR_RETURN(ChdbConnection first, ChdbConnection::open(library, write_arguments));
  RETURN_IF_ERROR(create_database(first));
  Pools pools;
  for (std::size_t i = 0; i < options.insert_slots; ++i) {
    ASSIGN_OR_RETURN(auto connection, connect(library, write_arguments));
    pools.inserters.push_back(std::move(connection));
  }
  for (std::size_t i = 0; i < options.query_slots; ++i) {
    ASSIGN_OR_RETURN(auto connection, connect(library, read_arguments));
    pools.readers.push_back(std::move(connection));
  }
  return pools;
}

}  // namespace

Result<std::unique_ptr<Storage>> open_chdb(const ChdbOptions& options) {
  if (!options.data_dir.is_absolute()) return fail(ErrorCode::kInvalid, "data directory: must be an absolute path");
  ASSIGN_OR_RETURN(DataDirLock lock, DataDirLock::take(options.data_dir));
  const std::filesystem::path store = options.data_dir / "store";
  RETURN_IF_ERROR(make_directory(store));
  const std::filesystem::path config = store / "engine.xml";
  RETURN_IF_ERROR(write_file(config, engine_config_xml(options.memory_bytes, options.threads)));
  (void)files_with_lost_writes();
  ASSIGN_OR_RETURN(const ChdbLibrary* library, load_chdb());
  ASSIGN_OR_RETURN(Pools pools, open_pools(*library, options,
                                           {"--path=" + store.string(), "--config-file=" + config.string(),
                                            "--progress=off", "--progress-table=off"}));
  return std::make_unique<ChdbStorage>(std::move(lock), options, std::move(pools.inserters), std::move(pools.readers));
}

}  // namespace tetrascope
