#include "slices/rollbar/take_items.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "base/inflate.h"
#include "base/log.h"
#include "slices/rollbar/answers.h"
#include "slices/rollbar/item_report.h"
#include "slices/rollbar/occurrence_reads.h"
#include "slices/rollbar/occurrence_rows.h"
#include "slices/rollbar/trace_tie.h"

namespace tetrascope::rollbar {
namespace {

/// What happens to one report of a body.
struct Taken {
  ItemReport report;
  std::string key;  ///< its uuid in its project
  std::int64_t id = 0;
  Placed placed;
  std::string user_ip;
};

/// A request on its way to the disk: answered when all of its reports are.
class Pending {
 public:
  Pending(StatePtr state, Request&& request, Respond respond, std::string uuid, std::size_t reports)
      : state_(std::move(state)),
        request_(std::move(request)),
        respond_(std::move(respond)),
        uuid_(std::move(uuid)),
        reports_(reports),
        left_(reports) {}

  /// One report (or `count` of them) is stored, or is not.
  void done(const Result<void>& stored, std::size_t count = 1) {
    if (!stored) {
      const std::lock_guard lock(mutex_);
      error_ = stored.error();
    }
    if (left_.fetch_sub(count) == count) answer();
  }

  [[nodiscard]] const Request& request() const { return request_; }

 private:
  void answer() {
    if (error_) return respond_(refuse(state_->middle, request_, *error_, reports_));
    state_->middle.stats.accepted(kProtocol, "occurrences", reports_, UnixNanos::now());
    respond_(success(Object{{"id", Value()}, {"uuid", uuid_}}));
  }

  StatePtr state_;
  Request request_;
  Respond respond_;
  std::string uuid_;
  std::size_t reports_;
  std::atomic<std::size_t> left_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

/// Platforms whose tokens are public have a scope of their own (1.3).
std::string_view scope_of(const ItemReport& report) {
  constexpr std::array<std::string_view, 5> kClients = {"browser", "android", "ios", "flash", "client"};
  return std::ranges::find(kClients, report.platform) != kClients.end() ? "post_client_item" : "post_server_item";
}

Result<void> place(State& state, const Project& project, const Request& request, Taken& taken) {
  ASSIGN_OR_RETURN(taken.id, state.occurrence_ids.next());
  const ItemReport& report = taken.report;
  ASSIGN_OR_RETURN(taken.placed, state.items.place({.project = project.id,
                                                    .environment = report.environment,
                                                    .fingerprint = report.fingerprint,
                                                    .title = report.title,
                                                    .level = report.level,
                                                    .platform = report.platform,
                                                    .framework = report.framework,
                                                    .language = report.language,
                                                    .code_version = report.code_version,
                                                    .occurrence = taken.id,
                                                    .time = request.received,
                                                    .otel_key = {}}));
  taken.user_ip = resolved_ip(report.user_ip, request.remote_address);
  return {};
}

/// The trace in which the report itself was sent, for reports that tell of none.
void tie_to_sender(const Request& request, ItemReport& report) {
  if (!report.trace_id.id.empty()) return;
  TraceTie tie = tie_of_traceparent(request.headers.get("traceparent"));
  if (tie.empty()) tie = tie_of_amzn_trace_id(request.headers.get("X-Amzn-Trace-Id"));
  report.trace_id = std::move(tie.trace_id);
  report.span_id = std::move(tie.span_id);
}

/// After a restart, what was stored in the minutes before: its senders may not know and send again.
void load_uuids(State& state) {
  const auto known = recent_document_keys(state.middle.runner, state.middle.settings.started);
  if (!known) return log_warning("rollbar: uuids of before the start could not be read: {}", known.error().message);
  for (const auto& key : *known) state.uuids.remember(key);
}

/// Stores the reports that nobody else is storing.
void store(const StatePtr& state, const Project& project, UnixNanos received, std::vector<Taken> taken,
           const std::shared_ptr<Pending>& pending) {
  const auto owned = std::make_shared<std::vector<Taken>>(std::move(taken));
  const auto finish = [state, owned, pending](const Result<void>& stored) {
    for (const Taken& one : *owned) state->uuids.finish(one.key, stored);
    pending->done(stored, owned->size());
  };
  const auto written = state->middle.batcher.write(
      [&](Batch& batch) -> Result<void> {
        for (const Taken& one : *owned) {
          append_occurrence({.report = one.report,
                             .project = project,
                             .placed = one.placed,
                             .id = one.id,
                             .user_ip = one.user_ip,
                             .received = received},
                            batch);
        }
        return {};
      },
      finish);
  if (!written) finish(std::unexpected(written.error()));
}

}  // namespace

void take_items(const StatePtr& state, Request&& request, Respond respond) {
  Middle& middle = state->middle;
  std::string body;
  if (const auto inflated = inflate(request.headers.get("Content-Encoding"), request.body, kMaxItemBody, body);
      !inflated) {
    const bool large = inflated.error().code == ErrorCode::kTooLarge;
    return respond(
        refuse(middle, request, large ? Error{ErrorCode::kTooLarge, "request entity too large"} : inflated.error()));
  }
  ItemBody decoded = decode_item_body(body);
  // Who sends is asked first: a stranger learns nothing about the form of items.
  const bool reports = decoded.reports && !decoded.reports->empty();
  const auto caller = state->access.authorize(
      request, reports ? scope_of(decoded.reports->front()) : std::string_view("post_server_item"),
      decoded.access_token);
  if (!caller && (reports || caller.error().code == ErrorCode::kUnauthenticated))
    return respond(refuse(middle, request, caller.error()));
  if (!decoded.reports) return respond(refuse(middle, request, decoded.reports.error()));
  std::call_once(state->uuids_loaded, [&] { load_uuids(*state); });

  const UnixNanos received = request.received;
  std::vector<Taken> fresh;
  const auto pending = std::make_shared<Pending>(state, std::move(request), std::move(respond),
                                                 decoded.reports->front().uuid, decoded.reports->size());
  for (ItemReport& report : *decoded.reports) {
    Taken taken{.report = std::move(report), .key = "", .placed = {}, .user_ip = ""};
    taken.key = document_key(caller->project.id, taken.report.uuid);
    RecentUuids::Waiter waiter = [pending](const Result<void>& stored) { pending->done(stored); };
    switch (state->uuids.begin(taken.key, waiter)) {
      case RecentUuids::Seen::kStored:
        pending->done({});
        continue;
      case RecentUuids::Seen::kWaiting:
        continue;
      case RecentUuids::Seen::kNew:
        break;
    }
    tie_to_sender(pending->request(), taken.report);
    if (const auto placed = place(*state, caller->project, pending->request(), taken); !placed) {
      state->uuids.finish(taken.key, std::unexpected(placed.error()));
      pending->done(std::unexpected(placed.error()));
      continue;
    }
    fresh.push_back(std::move(taken));
  }
  if (!fresh.empty()) store(state, caller->project, received, std::move(fresh), pending);
}

}  // namespace tetrascope::rollbar
