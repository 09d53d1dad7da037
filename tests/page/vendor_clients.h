#pragma once
// What clients of the vendors send, in short, for tests of the page: a segment by X-Ray's API, events by CloudWatch
// Logs', an item by Rollbar's.

#include <gtest/gtest.h>

#include <string>

#include "page/page_server.h"

namespace tetrascope {

inline void post(PageServer& server, const std::string& path, const nlohmann::json& body, Headers headers = {}) {
  headers.set("Content-Type", headers.has("X-Amz-Target") ? "application/x-amz-json-1.1" : "application/json");
  const Response response = server.request("POST", path, body.dump(), std::move(headers));
  ASSERT_EQ(response.status, 200) << path << ": " << response.body;
}

inline void send_segment(PageServer& server, const std::string& document) {
  post(server, "/TraceSegments", {{"TraceSegmentDocuments", {document}}});
}

inline void logs_call(PageServer& server, const std::string& operation, const nlohmann::json& body) {
  Headers headers;
  headers.add("X-Amz-Target", "Logs_20140328." + operation);
  post(server, "/", body, std::move(headers));
}

inline void send_event(PageServer& server, const std::string& group, const std::string& message) {
  logs_call(server, "CreateLogGroup", {{"logGroupName", group}});
  logs_call(server, "CreateLogStream", {{"logGroupName", group}, {"logStreamName", "s"}});
  logs_call(server, "PutLogEvents",
            {{"logGroupName", group},
             {"logStreamName", "s"},
             {"logEvents", {{{"timestamp", UnixNanos::now().value / 1'000'000}, {"message", message}}}}});
}

/// `data` as an SDK sends it; its environment is `production` unless it says another.
inline void send_item(PageServer& server, const std::string& token, nlohmann::json data) {
  if (!data.contains("environment")) data["environment"] = "production";
  Headers headers;
  headers.add("X-Rollbar-Access-Token", token);
  post(server, "/api/1/item/", {{"data", data}}, std::move(headers));
}

/// An exception of that class with one frame.
inline nlohmann::json exception_data(const std::string& name, const std::string& message) {
  return {{"level", "error"},
          {"body",
           {{"trace",
             {{"frames", {{{"filename", "app.py"}, {"lineno", 7}, {"method", "home"}}}},
              {"exception", {{"class", name}, {"message", message}}}}}}}};
}

}  // namespace tetrascope
