#include "storage/cluster/cluster.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/cluster/clickhouse_http.h"
#include "storage/cluster/doubts.h"
#include "storage/engine_error.h"
#include "storage/slot_pool.h"
#include "storage/usage.h"

namespace tetrascope {
namespace {

/// Beyond what the query itself may take: for the way there and back, and for the server to notice.
constexpr std::chrono::milliseconds kQueryGrace{3'000};
constexpr std::chrono::milliseconds kInsertTimeout{60'000};
/// Rewriting parts takes as long as they are large.
constexpr std::chrono::milliseconds kChangeTimeout{3'600'000};
/// Pauses before an insert is sent again after its connection broke. The token makes the second one harmless
/// (doubts.h).
constexpr std::chrono::milliseconds kInsertRetries[] = {std::chrono::milliseconds(50), std::chrono::milliseconds(500)};

std::uint64_t random_number() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

class ClusterStorage final : public Storage {
 public:
  using Connections = std::vector<std::unique_ptr<ClickHouseHttp>>;

  ClusterStorage(std::string database, const ClusterOptions& options, Connections inserters, Connections readers)
      : database_(std::move(database)),
        options_(options),
        inserters_(std::move(inserters)),
        readers_(std::move(readers)) {}

  Result<void> insert(const Insert& rows) override {
    const auto slot = inserters_.take(std::chrono::hours(24));
    if (!slot) return fail(ErrorCode::kUnavailable, "cannot store this now; send it again later");
    auto answer = send_insert(**slot, rows);
    for (const auto pause : kInsertRetries) {
      if (answer || rows.token.empty()) break;
      std::this_thread::sleep_for(pause);
      answer = send_insert(**slot, rows);
    }
    if (!answer) return std::unexpected(insert_error(rows.table, "Code: 210. " + answer.error().message));
    if (answer->error) return std::unexpected(insert_error(rows.table, *answer->error));
    return {};
  }

  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    EngineSettings settings = query_settings(options_.threads);
    for (auto& setting : bound_settings(bounds)) settings.push_back(std::move(setting));
    settings.emplace_back("default_format", "RowBinaryWithNamesAndTypes");
    settings.emplace_back("wait_end_of_query", "1");  // an error half-way is an error, not a short answer
    settings.emplace_back("http_write_exception_in_output_format", "0");
    settings.emplace_back("cancel_http_readonly_queries_on_client_close", "1");
    const FormBody form = form_body(statement);
    const auto slot = readers_.take(std::min(options_.patience, bounds.time));
    if (!slot) return fail(ErrorCode::kUnavailable, "too many queries at once; ask again later");
    if (ending_ && !bounds.of_the_store)
      return fail(ErrorCode::kUnavailable, "the server is stopping; ask again later");
    settings.emplace_back("query_id", fmt::format("{}{}", query_ids_, ++queries_));
    auto answer =
        (*slot)->post(request_target(database_, settings), form.content_type, form.body, bounds.time + kQueryGrace);
    if (!answer) {
      const bool slow = answer.error().code == ErrorCode::kDeadlineExceeded;
      return std::unexpected(query_error(bounds, (slow ? "Code: 159. " : "Code: 210. ") + answer.error().message));
    }
    if (answer->error) return std::unexpected(query_error(bounds, *answer->error));
    ASSIGN_OR_RETURN(Rows rows, decode_row_binary(answer->body));
    rows.rows_read = answer->rows_read;
    rows.bytes_read = answer->bytes_read;
    return rows;
  }

  Result<void> change_schema(std::string_view ddl) override { return change_rows({std::string(ddl), {}}); }

  Result<void> change_rows(const Statement& statement) override {
    const FormBody form = form_body(statement);
    const auto slot = inserters_.take(std::chrono::hours(24));
    if (!slot) return fail(ErrorCode::kUnavailable, "cannot change the store's tables now");
    auto answer =
        (*slot)->post(request_target(database_, ddl_settings()), form.content_type, form.body, kChangeTimeout);
    if (!answer) return std::unexpected(ddl_error("Code: 210. " + answer.error().message));
    if (answer->error) return std::unexpected(ddl_error(*answer->error));
    return {};
  }

  void end_queries() override {
    ending_ = true;
    // Others may ask the same server: only what carries our ids is ended.
    const auto ended = change_schema(fmt::format("KILL QUERY WHERE startsWith(query_id, '{}') ASYNC", query_ids_));
    if (!ended) log_warning("queries could not be ended: {}", ended.error().message);
  }

  Result<Usage> usage() override { return query_usage(*this); }

 private:
  /// One attempt. Errors: those of HttpClient::send(): nobody knows then whether the rows are there.
  Result<ClickHouseHttp::Answer> send_insert(ClickHouseHttp& server, const Insert& rows) {
    std::string token = rows.token;
    if (const auto age = doubts_.age(rows.table, token)) {
      ASSIGN_OR_RETURN(const std::chrono::seconds up, uptime(server));
      if (may_have_restarted(up, *age)) token += "-again";
    }
    ASSIGN_OR_RETURN(const std::string sql, insert_sql(database_, rows.table, token));
    EngineSettings settings = insert_settings();
    settings.emplace_back("query", sql + " FORMAT Native");
    doubts_.begin(rows.table, rows.token);
    auto answer =
        server.post(request_target(database_, settings), "application/octet-stream", rows.native, kInsertTimeout);
    if (answer) doubts_.end(rows.table, rows.token);
    return answer;
  }

  static Result<std::chrono::seconds> uptime(ClickHouseHttp& server) {
    ASSIGN_OR_RETURN(const ClickHouseHttp::Answer answer,
                     server.post("/", "", "SELECT uptime() FORMAT TSV", kQueryGrace));
    long seconds = 0;
    std::from_chars(answer.body.data(), answer.body.data() + answer.body.size(), seconds);
    return std::chrono::seconds(seconds);  // 0 when it does not say: then it may have restarted
  }

  std::atomic<bool> ending_ = false;
  const std::string query_ids_ = fmt::format("tetrascope-{:016x}-", random_number());
  std::atomic<std::uint64_t> queries_ = 0;
  Doubts doubts_;
  std::string database_;
  ClusterOptions options_;
  SlotPool<ClickHouseHttp> inserters_;
  SlotPool<ClickHouseHttp> readers_;
};

ClusterStorage::Connections connections(std::size_t count, const ServerAddress& server, const Headers& credentials) {
  ClusterStorage::Connections all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(std::make_unique<ClickHouseHttp>(server, credentials));
  return all;
}

}  // namespace

Result<std::unique_ptr<Storage>> open_cluster(const ClusterOptions& options) {
  ASSIGN_OR_RETURN(const ServerAddress server, parse_server_url(options.url));
  const std::string database = server.database.empty() ? std::string(kDatabase) : server.database;
  if (!is_sql_name(database))
    return fail(ErrorCode::kInvalid, "storage server: a database's name has letters, digits and _ only");
  Headers credentials;
  if (!server.user.empty()) credentials.set("X-ClickHouse-User", server.user);
  if (!server.password.empty()) credentials.set("X-ClickHouse-Key", server.password);

  ClickHouseHttp first(server, credentials);
  const std::string where = fmt::format("storage server {}:{}", server.host, server.port);
  auto created = first.post("/", "", fmt::format("CREATE DATABASE IF NOT EXISTS {}", database), kQueryGrace);
  if (!created) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: {}; start it, or give --clickhouse the address of one that runs", where,
                            created.error().message));
  }
  if (created->error) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{} refuses to create the database {}: {}; give --clickhouse a user who may", where,
                            database, created->error->substr(0, created->error->find('\n'))));
  }
  return std::make_unique<ClusterStorage>(database, options, connections(options.insert_slots, server, credentials),
                                          connections(options.query_slots, server, credentials));
}

}  // namespace tetrascope
