#include "commands/import_request.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "commands/progress.h"

namespace tetrascope::commands {
namespace {

constexpr int kMostAttempts = 60;

/// Where a line goes, by its first member. "" for what is none of them.
std::string path_of(std::string_view line) {
  constexpr std::pair<std::string_view, const char*> kPaths[] = {
      {"resourceSpans", "/v1/traces"}, {"resourceLogs", "/v1/logs"}, {"resourceMetrics", "/v1/metrics"}};
  const std::size_t begin = line.find('"');
  if (begin == std::string_view::npos) return {};
  const std::string_view name = line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  for (const auto& [first, path] : kPaths)
    if (name == first) return path;
  return {};
}

}  // namespace

Result<void> send_request(ServerLink& server, const std::string& line, const std::string& place,
                          const ImportWish& wanted) {
  const std::string path = path_of(line);
  if (path.empty())
    return fail(ErrorCode::kInvalid,
                place + ": no line of OTLP JSON: it begins with none of resourceSpans, resourceLogs, resourceMetrics");
  if (line.size() > kMostRequest)
    return fail(ErrorCode::kInvalid, fmt::format("{}: {} long; the server takes at most {} at once", place,
                                                 size_text(line.size()), size_text(kMostRequest)));
  Headers headers;
  headers.add("Content-Type", "application/json");
  if (!wanted.dataset.empty()) {
    headers.add("x-honeycomb-team", "import");
    headers.add("x-honeycomb-dataset", wanted.dataset);
  }
  for (int attempt = 1;; ++attempt) {
    const auto response = server.post(path, headers, line);
    if (response && response->status / 100 == 2) return {};
    const bool again = !response || response->status == 429 || response->status == 503;
    if (!again)
      return fail(ErrorCode::kInvalid, fmt::format("{}: the server refuses it ({}): {}", place, response->status,
                                                   response->body.substr(0, 300)));
    if (attempt == kMostAttempts)
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{}: {}; the same command goes on there", place,
                              response ? "the server does not take it now" : response.error().message));
    std::this_thread::sleep_for(std::min(std::chrono::milliseconds(50) * attempt, std::chrono::milliseconds(1'000)));
  }
}

}  // namespace tetrascope::commands
