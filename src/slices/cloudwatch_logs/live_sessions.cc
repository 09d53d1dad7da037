#include "slices/cloudwatch_logs/live_sessions.h"

#include <algorithm>

#include "base/log.h"
#include "slices/aws/event_stream.h"
#include "slices/cloudwatch_logs/event_reads.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::column;
using plan::field;
using F = plan::Function;
using Clock = std::chrono::steady_clock;

/// A row is seen only after its commit, which may lie so far behind its arrival.
constexpr std::int64_t kLatestCommit = 10 * kNanosPerSecond;
/// Newest rows that are read at a time; with a pattern that only this server tests, more of them.
constexpr std::uint64_t kReadRows = 4 * LiveSessions::kMostResults;
constexpr std::uint64_t kTestedRows = 20 * LiveSessions::kMostResults;
constexpr int kMostFailures = 5;

plan::Plan newest_plan(const LiveQuestion& question, std::int64_t since) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"time", column("time")},       {"order", order_expr()},  {"received", column("received")},
                  {"stream", stream_name_expr()}, {"body", column("body")}, {"group", question.group}};
  read.where = plan::both(question.condition, plan::call(F::kGt, {column("received"), plan::time_literal({since})}));
  const plan::Sort newest{{{field("received"), true}, {field("order"), true}}};
  const plan::Sort in_order{{{field("time"), false}, {field("order"), false}, {field("body"), false}}};
  // By the time of arrival, which parts are cut by: older ones are not looked at, whatever the times of their events.
  return {plan::kAllTime,
          {std::move(read)},
          {newest, plan::Limit{question.matches ? kTestedRows : kReadRows, 0, {}}, in_order}};
}

std::int64_t whole(const Value& value) {
  const auto* number = value.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}
std::string taken_text(Value& value) {
  auto* found = std::get_if<std::string>(&value.data);
  return found == nullptr ? std::string() : std::move(*found);
}

struct LiveEvent {
  LogEvent event;
  std::string group;
};

Object result_json(const LiveEvent& live) {
  return {{"logStreamName", Value(live.event.stream)},
          {"logGroupIdentifier", Value(live.group)},
          {"message", Value(live.event.message)},
          {"timestamp", Value(live.event.time / kNanosPerMilli)},
          {"ingestionTime", Value(live.event.received / kNanosPerMilli)}};
}

/// At most `most` of them, evenly.
Array results_json(const std::vector<LiveEvent>& events, std::size_t most) {
  Array out;
  const std::size_t count = std::min(events.size(), most);
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(result_json(events[i * events.size() / count]));
  return out;
}

std::string update_message(Array results, bool sampled) {
  const Object update{{"sessionMetadata", Value(Object{{"sampled", Value(sampled)}})},
                      {"sessionResults", Value(std::move(results))}};
  return aws::event_message("sessionUpdate", "application/json", to_plain_json(Value(update)));
}

void end_with(BodyStream& stream, std::string_view exception, std::string message) {
  stream.push(aws::exception_message(exception, to_plain_json(Value(Object{{"message", Value(std::move(message))}}))));
  stream.end();
}

}  // namespace

bool LiveSessions::start(LiveQuestion question, std::int64_t since, std::shared_ptr<BodyStream> stream) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(sessions_, [](const SessionPtr& session) { return session->stream->is_closed(); });
  if (sessions_.size() >= kMostSessions) return false;
  sessions_.push_back(std::make_shared<Session>(Session{
      .question = std::move(question), .since = since, .stream = std::move(stream), .end = Clock::now() + kLongest}));
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  changed_.notify_all();
  return true;
}

void LiveSessions::run(const std::stop_token& stop) {
  auto next = Clock::now() + kEvery;
  while (!stop.stop_requested()) {
    std::vector<SessionPtr> sessions;
    {
      std::unique_lock lock(mutex_);
      if (sessions_.empty()) {
        changed_.wait(lock, stop, [this] { return !sessions_.empty(); });
        next = Clock::now() + kEvery;
      }
      changed_.wait_until(lock, stop, next, [] { return false; });
      sessions = sessions_;
    }
    next = std::max(next + kEvery, Clock::now());
    for (const SessionPtr& session : sessions) {
      if (stop.stop_requested()) return;
      if (update(*session)) continue;
      const std::scoped_lock lock(mutex_);
      std::erase(sessions_, session);
    }
  }
}

bool LiveSessions::update(Session& session) {
  BodyStream& stream = *session.stream;
  if (stream.is_closed()) return false;
  if (Clock::now() > session.end) {
    end_with(stream, "SessionTimeoutException", "The session has lasted three hours.");
    return false;
  }
  const std::int64_t now = UnixNanos::now().value;
  auto answer = runner_.run(newest_plan(session.question, session.since));
  if (!answer) {
    if (++session.failures < kMostFailures) return true;
    log_warning("a live tail ends: {}", answer.error().message);
    end_with(stream, "SessionStreamingException", "The session cannot go on. Start it again later.");
    return false;
  }
  session.failures = 0;
  session.since = std::max(session.since, now - kLatestCommit);
  std::map<std::string, std::size_t> read;
  std::vector<LiveEvent> events;
  for (auto& row : answer->rows) {
    LiveEvent live;
    live.event.time = whole(row[0]);
    live.event.order = whole(row[1]);
    live.event.received = whole(row[2]);
    live.event.stream = taken_text(row[3]);
    live.event.message = taken_text(row[4]);
    live.group = taken_text(row[5]);
    const std::string id = live.event.id();
    const auto before = session.seen.find(id);
    if (++read[id] <= (before == session.seen.end() ? 0 : before->second)) continue;
    if (!session.question.matches || session.question.matches(live.event.message)) events.push_back(std::move(live));
  }
  session.seen = std::move(read);
  session.sampled = session.sampled || events.size() > kMostResults;
  switch (stream.push(update_message(results_json(events, kMostResults), session.sampled))) {
    case BodyStream::Pushed::kTaken:
      session.sampled = false;
      return true;
    case BodyStream::Pushed::kFull:
      session.sampled = session.sampled || !events.empty();
      return true;
    case BodyStream::Pushed::kClosed:
      break;
  }
  return false;
}

}  // namespace tetrascope::cloudwatch_logs
