#include "cloudwatch_logs/log_batch.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <ctime>

#include "core/json_writer.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kMostEvents = 10'000;
constexpr std::size_t kMostBytes = 1'048'576;
constexpr std::size_t kEventOverhead = 26;
constexpr std::int64_t kMostSpanMs = 24LL * 3600 * 1000 - 1;
constexpr std::size_t kMostStreamName = 512;

std::string program_name() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  const std::string whole(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return whole.substr(whole.rfind('/') + 1);
}

std::string machine_name() {
  char name[HOST_NAME_MAX + 1] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::string utc(std::int64_t seconds, std::string_view format) {
  const auto when = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[128];
  return {text, std::strftime(text, sizeof text, std::string(format).c_str(), &parts)};
}

}  // namespace

std::vector<LogEvent> take_batch(std::deque<LogEvent>& queue) {
  std::vector<LogEvent> batch;
  std::size_t bytes = 0;
  std::int64_t earliest = INT64_MAX;
  std::int64_t latest = INT64_MIN;
  while (!queue.empty() && batch.size() < kMostEvents) {
    LogEvent& next = queue.front();
    const std::size_t size = next.message.size() + kEventOverhead;
    const std::int64_t from = std::min(earliest, next.time_ms);
    const std::int64_t to = std::max(latest, next.time_ms);
    if (!batch.empty() && (bytes + size > kMostBytes || to - from > kMostSpanMs)) break;
    bytes += size;
    earliest = from;
    latest = to;
    batch.push_back(std::move(next));
    queue.pop_front();
  }
  std::stable_sort(batch.begin(), batch.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  return batch;
}

std::string put_log_events(std::string_view group, std::string_view stream, const std::vector<LogEvent>& batch) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("logGroupName", group).member("logStreamName", stream).key("logEvents").begin_array();
  for (const LogEvent& each : batch) {
    json.begin_object().member("timestamp", each.time_ms).member("message", each.message).end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string fill_stream_name(std::string_view pattern, std::string_view logger, std::int64_t unix_seconds) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    const auto close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) break;
    out += pattern.substr(0, open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    if (name == "machine_name") {
      out += machine_name();
    } else if (name == "program_name") {
      out += program_name();
    } else if (name == "process_id") {
      out += std::to_string(getpid());
    } else if (name == "logger_name") {
      out += logger;
    } else if (name.substr(0, 9) == "strftime:") {
      out += utc(unix_seconds, name.substr(9));
    } else {
      out += pattern.substr(open, close - open + 1);
    }
    pattern.remove_prefix(close + 1);
  }
  out += pattern;
  for (char& c : out) {
    if (c == ':' || c == '*') c = '-';
  }
  return std::string(cut_utf8(out, kMostStreamName));
}

}  // namespace tetrascope::kit
