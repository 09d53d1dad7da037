#include <gtest/gtest.h>

#include <memory>

#include "otlp_reader.h"
#include "test_server.h"
#include "tetrascope/kit/integrations/libpq.h"

namespace tetrascope::kit {
namespace {

TEST(WithoutLiterals, NoValueStaysAndAllElseDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"SELECT * FROM t WHERE a = 'it''s' AND b = 5", "SELECT * FROM t WHERE a = ? AND b = ?"},
      {"SELECT $1, $23 FROM t2", "SELECT $1, $23 FROM t2"},
      {"SELECT E'a\\'b', x'1F', 'c'", "SELECT ?, ?, ?"},
      {"SELECT 'a\\', b", "SELECT ?, b"},
      {"SELECT $$secret$$, $tag$se$$cret$tag$, x", "SELECT ?, ?, x"},
      {"SELECT \"col'umn\" FROM \"t\"\"1\"", "SELECT \"col'umn\" FROM \"t\"\"1\""},
      {"SELECT 1.5e-3, .5, 0x1F, a1 -- 42 secret\nFROM t", "SELECT ?, ?, ?, a1 \nFROM t"},
      {"SELECT /* secret /* nested */ still */ 1", "SELECT  ?"},
      {"SELECT 'open", "SELECT ?"},
      {"SELECT $$open", "SELECT ?"},
      {"SELECT '\xC3\xBC' AS \xC3\xBC", "SELECT ? AS \xC3\xBC"},
      {"LIMIT 10 OFFSET -5", "LIMIT ? OFFSET -?"},
      {"", ""},
  };
  for (const auto& [sql, want] : cases) EXPECT_EQ(without_literals(sql), want) << sql;
}

TEST(QuerySummary, OperationsAndTheirTables) {
  const std::pair<std::string, std::string> cases[] = {
      {"SELECT * FROM activities WHERE uuid = $1", "SELECT activities"},
      {"select a.b from public.activities a join \"user s\" u on true", "select public.activities \"user s\""},
      {"SELECT 1", "SELECT"},
      {"SELECT extract(epoch FROM created_at) FROM a, b AS x, LATERAL (SELECT ? FROM c) y, d", "SELECT a b SELECT c"},
      {"SELECT count(*) FROM generate_series(?, ?) s JOIN a ON true", "SELECT a"},
      {"SELECT x FROM a WHERE y IN (SELECT y FROM b) FOR UPDATE", "SELECT a SELECT b"},
      {"INSERT INTO activities(a, b) VALUES ($1, $2) ON CONFLICT DO UPDATE SET a = ?", "INSERT activities"},
      {"INSERT INTO a SELECT uuid, $2 FROM users WHERE handle = $1 RETURNING uuid", "INSERT a SELECT users"},
      {"UPDATE ONLY a SET b = (SELECT ? FROM c)", "UPDATE a SELECT c"},
      {"DELETE FROM a USING b WHERE a.x = b.x", "DELETE a b"},
      {"WITH old AS (DELETE FROM a RETURNING *) SELECT * FROM old", "DELETE a SELECT old"},
      {"WITH RECURSIVE a AS (SELECT ?), b AS (SELECT ? FROM a) UPDATE c SET d = ? FROM b",
       "SELECT SELECT a UPDATE c b"},
      {"CREATE UNIQUE INDEX IF NOT EXISTS i ON a (b)", "CREATE INDEX i"},
      {"DROP TABLE IF EXISTS a", "DROP TABLE a"},
      {"TRUNCATE TABLE a", "TRUNCATE a"},
      {"COPY a FROM STDIN", "COPY a"},
      {"CALL tidy(?)", "CALL tidy"},
      {"BEGIN", "BEGIN"},
      {"SET x = ?", "SET"},
      {"BEGIN; UPDATE a SET b = ?; COMMIT", "BEGIN UPDATE a COMMIT"},
      {"((", ""},
      {")) SELECT", "SELECT"},
      {"SELECT * FROM", "SELECT"},
      {"SELECT * FROM \"open", "SELECT \"open"},
      {"", ""},
  };
  for (const auto& [sql, want] : cases) EXPECT_EQ(query_summary(sql), want) << sql;
}

TEST(QuerySummary, IsBoundedAndCutsNoName) {
  std::string sql = "SELECT * FROM a";
  for (int i = 0; i < 100; ++i) sql += ", table_" + std::to_string(i);
  const std::string summary = query_summary(sql);
  EXPECT_LE(summary.size(), 255U);
  EXPECT_EQ(summary.substr(0, 24), "SELECT a table_0 table_1");
  EXPECT_EQ(summary.substr(summary.size() - 8), "table_27");
}

TEST(TracedExec, AConnectionThatIsBrokenIsAnErrorWithoutSecrets) {
  test::TestServer collector;
  TracingOptions options;
  OtlpHttpOptions otlp;
  otlp.url = collector.url("/v1/traces");
  otlp.gzip = false;
  options.exporters.push_back(make_otlp_exporter(otlp));
  TracerProvider provider(std::move(options));
  Tracer tracer = provider.tracer("app");
  // Port 1 refuses. A working server is asked by the example's tests.
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb("host=127.0.0.1 port=1 dbname=cruddur user=app password=hunter2"), &PQfinish);
  ASSERT_EQ(PQstatus(connection.get()), CONNECTION_BAD);
  PGresult* result = traced_exec(tracer, connection.get(), "SELECT * FROM users WHERE handle = 'hunter3'");
  PQclear(result);
  ASSERT_TRUE(provider.flush());
  ASSERT_EQ(collector.received().size(), 1U);
  const std::string body = collector.received()[0].body;
  EXPECT_EQ(body.find("hunter"), std::string::npos);
  const test::ReadRequest request = test::read_request(body);
  ASSERT_EQ(request.spans.size(), 1U);
  const test::ReadSpan& span = request.spans[0];
  EXPECT_EQ(span.name, "SELECT users");
  EXPECT_EQ(span.kind, 3);
  EXPECT_EQ(span.status, 2);
  EXPECT_FALSE(span.status_message.empty());
  const std::map<std::string, std::string> wanted = {{"db.system.name", "postgresql"},
                                                     {"db.namespace", "cruddur"},
                                                     {"db.query.summary", "SELECT users"},
                                                     {"db.query.text", "SELECT * FROM users WHERE handle = ?"},
                                                     {"db.user", "app"},
                                                     {"server.address", "127.0.0.1"},
                                                     {"server.port", "1"},
                                                     {"error.type", "connection"}};
  EXPECT_EQ(span.attributes, wanted);
}

}  // namespace
}  // namespace tetrascope::kit
