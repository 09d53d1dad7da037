#include "services/database.h"

#include <tetrascope/kit/integrations/libpq.h>

#include <cstdlib>

namespace kit = tetrascope::kit;

namespace {

kit::Tracer& tracer() {
  static kit::Tracer one = kit::tracer("cruddur.database");
  return one;
}

std::string first_line(const char* text) {
  const std::string all = text == nullptr ? "" : text;
  return all.substr(0, all.find('\n'));
}

}  // namespace

Database::Database(std::string url) : url_(std::move(url)) { give_back(take()); }

Json Database::rows(const char* sql, std::initializer_list<std::string> values) {
  std::vector<const char*> parameters;
  for (const std::string& each : values) parameters.push_back(each.c_str());
  Connection connection = take();
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(
      kit::traced_exec(tracer(), connection.get(), sql, static_cast<int>(parameters.size()), parameters.data()),
      &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    const char* primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    DatabaseError error(primary == nullptr ? first_line(PQerrorMessage(connection.get())) : primary,
                        state == nullptr ? "" : state);
    give_back(std::move(connection));
    throw error;
  }
  Json all = Json::array();
  for (int i = 0; i < PQntuples(result.get()); ++i) all.push_back(Json::parse(PQgetvalue(result.get(), i, 0)));
  give_back(std::move(connection));
  return all;
}

Database::Connection Database::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Connection connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  // No more than there are threads of the server.
  Connection connection(PQconnectdb(url_.c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK)
    throw DatabaseError(first_line(PQerrorMessage(connection.get())), "");
  return connection;
}

void Database::give_back(Connection connection) {
  const std::lock_guard lock(mutex_);
  if (PQstatus(connection.get()) == CONNECTION_OK) {
    idle_.push_back(std::move(connection));
  } else {
    idle_.clear();  // the server went away: the others have broken, too
  }
}

Database& database() {
  static Database one([] {
    const char* url = std::getenv("DATABASE_URL");
    return std::string(url == nullptr ? "" : url);
  }());
  return one;
}
