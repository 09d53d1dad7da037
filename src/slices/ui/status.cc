#include "slices/ui/status.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "slices/page/answers.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

/// The families of clients, as their protocols' names begin.
constexpr std::string_view kClients[] = {"otlp", "honeycomb", "xray", "cloudwatch", "rollbar"};

/// How far back stored data still turns on a client's light.
constexpr std::int64_t kStoredNanos = std::int64_t{30} * 86'400 * kNanosPerSecond;

/// `otlp/http` and `otlp/grpc` are `otlp`.
std::string_view client_of(std::string_view protocol) { return protocol.substr(0, protocol.find('/')); }

struct Seen {
  std::uint64_t accepted = 0, rejected = 0;
  UnixNanos last;
};

Value client_json(std::string_view client, const Seen& seen) {
  return Object{{"client", std::string(client)},
                {"accepted", exact(seen.accepted)},
                {"rejected", exact(seen.rejected)},
                {"last", seen.last == UnixNanos{} ? Value() : exact(seen.last)}};
}

}  // namespace

Result<std::map<std::string, UnixNanos>> Status::stored() {
  const std::lock_guard lock(mutex_);
  if (stored_) return *stored_;
  std::map<std::string, UnixNanos> last;
  const UnixNanos now = UnixNanos::now();
  for (const plan::Table table :
       {plan::Table::kSpans, plan::Table::kLogs, plan::Table::kMetrics, plan::Table::kOccurrences}) {
    plan::TableRead read{
        table, {}, {{"protocol", plan::column("protocol")}, {"received", plan::column("received")}}, {}};
    plan::Aggregate newest;
    newest.keys = {{"protocol", plan::field("protocol")}};
    newest.calls = {aggregated("last", plan::AggregateOp::kMax, plan::field("received"))};
    const plan::TimeRange range{{now.value - kStoredNanos}, {now.value + kStoredNanos}};
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(middle_.runner, {range, {read}, {newest}}));
    for (const auto& row : answer.rows) {
      UnixNanos& known = last[std::string(client_of(text_cell(row[0])))];
      known = std::max(known, UnixNanos{int_cell(row[1])});
    }
  }
  stored_ = last;
  return last;
}

Result<std::string> Status::read() {
  ASSIGN_OR_RETURN(const auto before, stored());
  std::map<std::string, Seen, std::less<>> seen;
  for (const auto& [client, last] : before) seen[client].last = last;
  for (const auto& one : middle_.stats.all_accepted()) {
    Seen& client = seen[std::string(client_of(one.protocol))];
    client.accepted += one.records;
    client.last = std::max(client.last, one.last);
  }
  for (const auto& one : middle_.stats.all_rejected()) {
    seen[std::string(client_of(one.protocol))].rejected += one.requests;
  }
  Array clients;
  for (const std::string_view client : kClients) clients.push_back(client_json(client, seen[std::string(client)]));
  auto usage = middle_.runner.usage();
  if (!usage) return fail(ErrorCode::kInternal, usage.error().message);
  return to_json(Object{{"version", TETRASCOPE_VERSION},
                        {"started", exact(middle_.settings.started)},
                        {"now", exact(UnixNanos::now())},
                        {"storage", Object{{"rows", exact(usage->rows)}, {"disk_bytes", exact(usage->disk_bytes)}}},
                        {"clients", std::move(clients)}});
}

std::string rejected_json(const std::vector<IngestStats::Rejected>& rejected, UnixNanos since) {
  Array rows;
  for (const auto& one : rejected) {
    rows.push_back(Object{{"protocol", one.protocol},
                          {"client", one.client},
                          {"reason", one.reason},
                          {"detail", one.detail},
                          {"requests", exact(one.requests)},
                          {"records", exact(one.records)},
                          {"first", exact(one.first)},
                          {"last", exact(one.last)},
                          {"example", escape_bytes(one.example)},
                          {"remedy", one.remedy}});
  }
  return to_json(Object{{"since", exact(since)}, {"rejected", std::move(rows)}});
}

std::string escape_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

}  // namespace tetrascope::ui
