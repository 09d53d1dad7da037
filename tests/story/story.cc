#include "story/story.h"

#include <chrono>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/inflate.h"
#include "story/match_json.h"

namespace tetrascope {
namespace {

using Json = nlohmann::json;

constexpr auto kPatience = std::chrono::seconds(20);

/// Header lines and a blank line, then the rest. A text that begins with JSON has no header lines.
struct Parts {
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> directives;  ///< lines that begin with @
  std::string body;
};
Parts split(const std::string& text) {
  Parts parts;
  std::istringstream in(text);
  std::string line;
  bool in_head = !text.starts_with("{") && !text.starts_with("[");
  while (std::getline(in, line)) {
    if (!in_head) {
      parts.body += line + "\n";
    } else if (line.empty()) {
      in_head = false;
    } else if (line.starts_with("@")) {
      parts.directives.push_back(line.substr(1));
    } else if (const auto colon = line.find(": "); colon != std::string::npos) {
      parts.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  while (parts.body.ends_with("\n")) parts.body.pop_back();
  return parts;
}

Json body_of(const Response& response) {
  if (response.headers.get("Content-Type") == "application/msgpack")
    return Json::from_msgpack(response.body, true, false);
  return Json::parse(response.body, nullptr, false);
}

std::string shown(const Response& response) {
  return std::to_string(response.status) + " " + response.body.substr(0, 2000);
}

}  // namespace

Story::Story(CaseFile file, ServerInProcess& server) : file_(std::move(file)), server_(server) {
  names_.now_seconds = UnixNanos::now().value / kNanosPerSecond;
  const auto key = file_.remark.find("key: ");
  if (key != std::string::npos) key_ = file_.remark.substr(key + 5, file_.remark.find('\n', key) - key - 5);
}

std::string Story::play(bool update) {
  std::string why;
  for (auto& section : file_.sections) {
    const std::string found = step(section, update);
    if (found.empty()) continue;
    why = section.name + " " + section.title + ": " + found;
    break;
  }
  if (update) file_.save();
  return why;
}

std::string Story::step(CaseSection& section, bool update) {
  if (section.name == "send") return send(section, false);
  if (section.name == "poll") return send(section, true);
  if (section.name == "ask") return ask(section);
  if (section.name == "expect") return expect(section);
  if (section.name == "answer") return answer(section);
  if (section.name == "sql") return sql(section, update);
  return "no such section";
}

Request Story::request(std::string_view heading, const std::string& text) const {
  const Parts parts = split(substitute(text, names_));
  const std::string line = substitute(heading, names_);
  const auto space = line.find(' ');
  Request request = json_request(line.substr(0, space), line.substr(space + 1), parts.body);
  for (const auto& [name, value] : parts.headers) request.headers.set(name, value);
  for (const auto& directive : parts.directives) {
    if (directive == "msgpack") {
      const auto packed = Json::to_msgpack(Json::parse(request.body, nullptr, false));
      request.body.assign(packed.begin(), packed.end());
      request.headers.set("Content-Type", "application/msgpack");
    } else if (directive == "gzip") {
      request.body = gzip(request.body);
      request.headers.set("Content-Encoding", "gzip");
    }
  }
  return request;
}

Request Story::json_request(std::string method, std::string path, std::string body) const {
  Request request;
  request.method = std::move(method);
  (void)parse_target(path, request);
  request.headers.set("Host", "localhost:4318");
  if (!key_.empty()) request.headers.set("X-Honeycomb-Team", key_);
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  request.remote_address = "127.0.0.1:1";
  request.received = UnixNanos::now();
  return request;
}

std::string Story::send(const CaseSection& section, bool poll) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  server_.take_statements();
  while (true) {
    response_ = server_.send(request(section.title, section.body));
    if (!poll || response_.status != 200 || body_of(response_).value("complete", false)) return "";
    if (std::chrono::steady_clock::now() > end) return "not complete: " + shown(response_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string Story::ask(const CaseSection& section) {
  const Parts parts = split(substitute(section.body, names_));
  const std::string& dataset = section.title;
  server_.take_statements();
  response_ = server_.send(json_request("POST", "/1/queries/" + dataset, parts.body));
  if (response_.status != 200) return "query refused: " + shown(response_);
  Json wanted = {{"query_id", body_of(response_)["id"]},
                 {"disable_total_by_aggregate", true},
                 {"disable_other_by_aggregate", true}};
  for (const auto& [name, value] : parts.headers) wanted[name] = Json::parse(value);
  response_ = server_.send(json_request("POST", "/1/query_results/" + dataset, wanted.dump()));
  if (response_.status != 201) return "result refused: " + shown(response_);
  const std::string location(response_.headers.get("Location"));
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    response_ = server_.send(json_request("GET", location, ""));
    if (response_.status != 200) return "no result: " + shown(response_);
    if (body_of(response_).value("complete", false)) return "";
    if (std::chrono::steady_clock::now() > end) return "not complete: " + shown(response_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string Story::expect(const CaseSection& section) {
  if (std::to_string(response_.status) != section.title) return "found " + shown(response_);
  const Parts parts = split(substitute(section.body, names_));
  for (const auto& [name, value] : parts.headers) {
    if (response_.headers.get(name).find(value) == std::string_view::npos) {
      return name + ": found '" + std::string(response_.headers.get(name)) + "', want '" + value + "'";
    }
  }
  if (parts.body.empty()) return "";
  const Json wanted = Json::parse(parts.body, nullptr, false);
  if (wanted.is_discarded()) return "the expected JSON is not JSON";
  const Json found = body_of(response_);
  if (found.is_discarded()) return "found no JSON: " + shown(response_);
  return difference(wanted, found, names_.captured);
}

std::string Story::answer(const CaseSection& section) {
  const Json wanted = Json::parse(substitute(section.body, names_), nullptr, false);
  if (wanted.is_discarded()) return "the expected JSON is not JSON";
  return difference(wanted, body_of(response_)["data"], names_.captured);
}

std::string Story::sql(CaseSection& section, bool update) {
  std::string found;
  for (const auto& statement : server_.take_statements()) {
    found += (found.empty() ? "" : "\n") + statement.sql + "\n";
    for (const auto& parameter : statement.parameters)
      found += parameter.name + " " + parameter.type + " = " + Json(parameter.value).dump() + "\n";
  }
  if (update) section.body = found;
  return section.body == found ? "" : "found\n" + found;
}

}  // namespace tetrascope
