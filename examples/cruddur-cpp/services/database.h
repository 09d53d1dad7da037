// PostgreSQL: a few connections, and statements as spans.
#pragma once

#include <initializer_list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>
#include <nlohmann/json.hpp>

using Json = nlohmann::ordered_json;

/// A statement that failed; nobody expects it, so 500. `what()` is the server's primary message.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& message, std::string state)
      : std::runtime_error(message), sql_state(std::move(state)) {}
  const std::string sql_state;  // empty: the connection broke
};

/// Safe from every thread.
class Database {
 public:
  /// `url`: postgresql://…, or empty for libpq's own variables (PGHOST and so on). Connects once, to say at the start
  /// what would otherwise be said to the first visitor; throws DatabaseError.
  explicit Database(std::string url);

  /// What a statement gives whose rows have one column, of JSON: an array of the rows. `values` are $1, $2, …
  Json rows(const char* sql, std::initializer_list<std::string> values = {});

 private:
  using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
  Connection take();
  void give_back(Connection connection);

  const std::string url_;
  std::mutex mutex_;
  std::vector<Connection> idle_;
};

/// The application's, at DATABASE_URL; made by the first call.
Database& database();
