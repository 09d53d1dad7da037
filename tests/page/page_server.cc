#include "page/page_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include "control/sqlite/sqlite_store.h"

namespace tetrascope {
namespace {

/// The test's store stays the test's: App wants one to own.
class Borrowed : public Storage {
 public:
  explicit Borrowed(Storage& storage) : storage_(storage) {}
  Result<void> insert(const Insert& rows) override { return storage_.insert(rows); }
  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    return storage_.execute(statement, bounds);
  }
  Result<void> change_schema(std::string_view ddl) override { return storage_.change_schema(ddl); }
  Result<Usage> usage() override { return storage_.usage(); }

 private:
  Storage& storage_;
};

template <class T>
T or_stop(Result<T> result, const char* what) {
  if (result) return *std::move(result);
  fmt::print(stderr, "{}: {}\n", what, result.error().message);
  std::exit(1);
}

nlohmann::json resource_of(const std::string& service, const nlohmann::json& more) {
  nlohmann::json attributes = more;
  attributes.push_back(attribute("service.name", "stringValue", service));
  return {{"attributes", attributes}};
}

nlohmann::json span_json(const SentSpan& span) {
  nlohmann::json json = span.more;
  json["traceId"] = span.trace;
  json["spanId"] = span.id;
  json["parentSpanId"] = span.parent;
  json["name"] = span.name;
  json["kind"] = span.kind;
  json["startTimeUnixNano"] = std::to_string(span.start);
  json["endTimeUnixNano"] = std::to_string(span.start + span.duration);
  json["attributes"] = span.attributes;
  json["status"] = {{"code", span.status}, {"message", span.status == 2 ? "failed" : ""}};
  return json;
}

nlohmann::json log_json(const SentLog& log) {
  return {{"timeUnixNano", std::to_string(log.time)},
          {"severityNumber", log.severity},
          {"body", {{"stringValue", log.body}}},
          {"traceId", log.trace},
          {"spanId", log.span}};
}

Headers json_headers() {
  Headers headers;
  headers.add("Content-Type", "application/json");
  return headers;
}

}  // namespace

nlohmann::json attribute(const std::string& key, const char* type, nlohmann::json value) {
  return {{"key", key}, {"value", {{type, std::move(value)}}}};
}

PageServer::PageServer() : control_dir_(make_temporary_directory()) {
  AppOptions options;
  options.settings.started = UnixNanos::now();
  app_ = or_stop(App::open(std::make_unique<Borrowed>(*store_),
                           or_stop(open_sqlite_store(control_dir_ / "control.sqlite"), "control store"), options),
                 "server");
}

PageServer::~PageServer() {
  app_->stop();
  app_.reset();
  std::filesystem::remove_all(control_dir_);
}

Response PageServer::request(std::string method, const std::string& target, std::string body, Headers headers) {
  Request request;
  request.method = std::move(method);
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.remote_address = "127.0.0.1:50000";
  request.received = UnixNanos::now();
  if (const auto parsed = parse_target(target, request); !parsed) return app_->router().shape(request, parsed.error());
  const Router::Match match = app_->router().find(request);
  if (match.route == nullptr) return app_->router().shape(request, match.error);
  request.captures = match.captures;
  std::promise<Response> promise;
  std::future<Response> answer = promise.get_future();
  match.route->handler(std::move(request), [&promise](Response response) { promise.set_value(std::move(response)); });
  return answer.get();
}

nlohmann::json PageServer::ask(const std::string& question) {
  const Response response = request("GET", "/api/v1/" + question);
  EXPECT_EQ(response.status, 200) << question << ": " << response.body;
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  return nlohmann::json::parse(response.body, nullptr, false);
}

std::vector<nlohmann::json> PageServer::ask_all(const std::string& question, const char* member) {
  std::vector<nlohmann::json> all;
  std::string cursor;
  for (int page = 0; page < 1000; ++page) {
    const nlohmann::json answer = ask(question + cursor);
    if (!answer.is_object() || !answer.contains(member)) return all;
    for (const auto& one : answer[member]) all.push_back(one);
    if (answer["cursor"].is_null()) return all;
    cursor = "&cursor=" + answer["cursor"].get<std::string>();
  }
  ADD_FAILURE() << question << ": pages without an end";
  return all;
}

void PageServer::send(const std::vector<SentSpan>& spans) {
  nlohmann::json body{{"resourceSpans", nlohmann::json::array()}};
  for (const SentSpan& span : spans) {
    body["resourceSpans"].push_back(
        {{"resource", resource_of(span.service, span.resource)},
         {"scopeSpans", {{{"scope", {{"name", "page-test"}, {"version", "1.2"}}}, {"spans", {span_json(span)}}}}}});
  }
  const Response response = request("POST", "/v1/traces", body.dump(), json_headers());
  ASSERT_EQ(response.status, 200) << response.body;
}

void PageServer::send(const std::vector<SentLog>& logs) {
  nlohmann::json body{{"resourceLogs", nlohmann::json::array()}};
  for (const SentLog& log : logs) {
    body["resourceLogs"].push_back({{"resource", resource_of(log.service, nlohmann::json::array())},
                                    {"scopeLogs", {{{"logRecords", {log_json(log)}}}}}});
  }
  const Response response = request("POST", "/v1/logs", body.dump(), json_headers());
  ASSERT_EQ(response.status, 200) << response.body;
}

void PageServer::send(const std::string& signal, const nlohmann::json& body) {
  const Response response = request("POST", "/v1/" + signal, body.dump(), json_headers());
  ASSERT_EQ(response.status, 200) << response.body;
}

}  // namespace tetrascope
