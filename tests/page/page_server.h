#pragma once
// The whole server without its sockets, on an empty store: what a test sends goes through the same routes.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "app.h"
#include "storage/test_store.h"

namespace tetrascope {

/// One span of a test, and how it is sent.
struct SentSpan {
  std::string trace = "", id = "", parent = "", service = "shop", name = "work";
  std::int64_t start = 0, duration = 1'000'000;
  int kind = 1, status = 0;
  nlohmann::json attributes = nlohmann::json::array();  ///< OTLP's: [{"key":…,"value":{…}}]
  nlohmann::json resource = nlohmann::json::array();
  nlohmann::json more = nlohmann::json::object();  ///< members of OTLP's span: events, links, …
};

struct SentLog {
  std::int64_t time = 0;
  std::string body = "", trace = "", span = "", service = "shop";
  int severity = 9;
};

class PageServer {
 public:
  PageServer();
  ~PageServer();

  /// Sends a request through the router and waits for its answer.
  Response request(std::string method, const std::string& target, std::string body = {}, Headers headers = {});
  /// The JSON that a question of the page gets; ends the test's expectations with a failure when it is no 200.
  nlohmann::json ask(const std::string& question);
  /// All pages of a list, one after the other: the elements of `member`.
  std::vector<nlohmann::json> ask_all(const std::string& question, const char* member);

  void send(const std::vector<SentSpan>& spans);
  void send(const std::vector<SentLog>& logs);
  /// A whole OTLP request: `signal` is traces, logs or metrics.
  void send(const std::string& signal, const nlohmann::json& request);

 private:
  TestStore store_;
  std::filesystem::path control_dir_;
  std::unique_ptr<App> app_;
};

/// OTLP's attribute of one type: `attribute("k", "stringValue", "v")`.
nlohmann::json attribute(const std::string& key, const char* type, nlohmann::json value);

}  // namespace tetrascope
