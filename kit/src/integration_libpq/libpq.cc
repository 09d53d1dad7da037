#include "tetrascope/kit/integrations/libpq.h"

#include <cstdlib>

namespace tetrascope::kit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<signed char>(c) < 0;
}

/// Past the closing quote of what begins at `at`; a doubled quote is inside, and with `escapes` a backslash too.
std::size_t after_quoted(std::string_view sql, std::size_t at, char quote, bool escapes) {
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (escapes && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      if (i + 1 >= sql.size() || sql[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return sql.size();
}

/// Past a `$tag$…$tag$` that begins at `at`; `at` itself when none does.
std::size_t after_dollar_quoted(std::string_view sql, std::size_t at) {
  std::size_t end = at + 1;
  while (end < sql.size() && is_word(sql[end])) ++end;
  if (end >= sql.size() || sql[end] != '$' || is_digit(sql[at + 1])) return at;
  const std::string_view tag = sql.substr(at, end - at + 1);
  const auto close = sql.find(tag, end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

std::size_t after_block_comment(std::string_view sql, std::size_t at) {
  int depth = 0;  // PostgreSQL's nest
  for (std::size_t i = at; i + 1 < sql.size(); ++i) {
    if (sql[i] == '/' && sql[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (sql[i] == '*' && sql[i + 1] == '/') {
      ++i;
      if (--depth == 0) return i + 1;
    }
  }
  return sql.size();
}

std::string_view text_of(const char* text) { return text == nullptr ? std::string_view() : std::string_view(text); }

}  // namespace

std::string without_literals(std::string_view sql) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    const char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
    const char before = i > 0 ? sql[i - 1] : ' ';
    const bool prefixed =
        next == '\'' && !is_word(before) && std::string_view("eEbBxXnN").find(c) != std::string_view::npos;
    if (c == '\'' || prefixed) {
      out += '?';
      i = after_quoted(sql, i + (prefixed ? 1 : 0), '\'', c == 'e' || c == 'E');
    } else if (c == '"') {
      const std::size_t end = after_quoted(sql, i, '"', false);
      out += sql.substr(i, end - i);
      i = end;
    } else if (c == '$' && !is_word(before) && after_dollar_quoted(sql, i) != i) {
      out += '?';
      i = after_dollar_quoted(sql, i);
    } else if (c == '-' && next == '-') {
      i = sql.find('\n', i);
      if (i == std::string_view::npos) break;
    } else if (c == '/' && next == '*') {
      i = after_block_comment(sql, i);
    } else if ((is_digit(c) || (c == '.' && is_digit(next))) && !is_word(before) && before != '$') {
      out += '?';
      const auto goes_on = [&](std::size_t at) {
        const bool exponent = (sql[at] == '+' || sql[at] == '-') && (sql[at - 1] == 'e' || sql[at - 1] == 'E');
        return is_word(sql[at]) || sql[at] == '.' || exponent;
      };
      while (i < sql.size() && goes_on(i)) ++i;
    } else {
      out += c;
      ++i;
    }
  }
  return out;
}

Span start_query_span(Tracer& tracer, PGconn* connection, std::string_view sql) {
  const std::string statement = without_literals(sql);
  const std::string summary = query_summary(statement);
  const std::string_view database = text_of(PQdb(connection));
  const std::string_view host = text_of(PQhost(connection));  // a folder, of a Unix socket
  const Attribute attributes[] = {{"db.system.name", "postgresql"},
                                  {"db.namespace", database},
                                  {"db.query.summary", summary},
                                  {"db.query.text", statement},
                                  {"server.address", host}};
  SpanOptions options;
  options.kind = SpanKind::kClient;
  options.attributes = Attributes(attributes, host.empty() ? 4 : 5);
  Span span = tracer.start_span(summary.empty() ? "postgresql" : std::string_view(summary), options);
  if (!span.recording()) return span;
  const long port = std::strtol(std::string(text_of(PQport(connection))).c_str(), nullptr, 10);
  if (port > 0) span.set_attribute("server.port", port);
  // The conventions have dropped it; X-Ray's `sql.user` is made of it.
  if (const auto user = text_of(PQuser(connection)); !user.empty()) span.set_attribute("db.user", user);
  return span;
}

void finish_query_span(Span& span, PGconn* connection, const PGresult* result) {
  if (!span.recording()) return;
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK) span.set_attribute("db.response.returned_rows", PQntuples(result));
  if (status != PGRES_FATAL_ERROR && status != PGRES_BAD_RESPONSE) return;
  const std::string_view state = text_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  if (!state.empty()) span.set_attribute("db.response.status_code", state);
  span.set_attribute("error.type", state.empty() ? "connection" : state);
  // The primary message alone: the detail may quote values. A connection that broke has one line of its own.
  const std::string_view primary = text_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  const std::string_view broken = text_of(PQerrorMessage(connection));
  span.set_status(StatusCode::kError, primary.empty() ? broken.substr(0, broken.find('\n')) : primary);
}

PGresult* traced_exec(Tracer& tracer, PGconn* connection, const char* sql, int count, const char* const* values) {
  ActiveSpan span(start_query_span(tracer, connection, sql));
  PGresult* result = PQexecParams(connection, sql, count, nullptr, values, nullptr, nullptr, 0);
  finish_query_span(*span, connection, result);
  return result;
}

}  // namespace tetrascope::kit
