#include "slices/cloudwatch_logs/put_log_events.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "model/members.h"
#include "slices/cloudwatch_logs/event_clock.h"
#include "slices/cloudwatch_logs/event_rows.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/refusals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMaxBatchBytes = 1'048'576;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kNewestMs = std::int64_t{2} * 3'600'000;
constexpr std::int64_t kOldestMs = 14 * kDayMs;

struct Event {
  std::int64_t timestamp_ms = 0;
  const std::string* message = nullptr;
};

struct Batch {
  std::vector<Event> events;
  std::size_t first = 0;  ///< those in [first, end) are taken
  std::size_t end = 0;
  std::size_t expired = 0;  ///< those before it are beyond the group's retention
  std::size_t old = 0;      ///< those before it are older than any group takes

  [[nodiscard]] std::size_t taken() const { return end > first ? end - first : 0; }
};

Outcome<Event> read_event(Parameters& parameters, const Value& value, std::size_t index) {
  const auto place = [&](std::string_view name) { return fmt::format("logEvents.{}.member.{}", index + 1, name); };
  const auto* object = value.as<Object>();
  if (object == nullptr) return aws::refuse("SerializationException", "'logEvents' is not a list of objects");
  const Value* timestamp = member(*object, "timestamp");
  const Value* message = member(*object, "message");
  if (timestamp == nullptr) parameters.problem("null", place("timestamp"), "Member must not be null");
  if (message == nullptr) parameters.problem("null", place("message"), "Member must not be null");
  if (timestamp == nullptr || message == nullptr) return Event{};
  Event event;
  event.message = message->as<std::string>();
  const auto* integer = timestamp->as<std::int64_t>();
  const auto* real = timestamp->as<double>();
  if (event.message == nullptr || (integer == nullptr && real == nullptr))
    return aws::refuse("SerializationException",
                       "'logEvents' has an event whose timestamp or message is of another type");
  constexpr double kBeyond = 9e15;
  event.timestamp_ms = integer != nullptr ? *integer : static_cast<std::int64_t>(std::clamp(*real, -kBeyond, kBeyond));
  if (event.timestamp_ms < 0)
    parameters.problem(std::to_string(event.timestamp_ms), place("timestamp"),
                       "Member must have value greater than or equal to 0");
  if (event.message->empty())
    parameters.problem("", place("message"), "Member must have length greater than or equal to 1");
  return event;
}

/// Who wrote the events is taken and not kept; what AWS would refuse is refused.
void check_entity(Parameters& in) {
  const Object* entity = in.object("entity");
  if (entity == nullptr) return;
  Parameters parts(*entity);
  const auto check = [&](std::string_view name, std::size_t least, std::size_t most) {
    const Object* map = parts.object(name);
    if (map == nullptr) {
      if (parts.has(name)) in.wrong_type("entity", "of maps of strings");
      return;
    }
    const std::string place = fmt::format("entity.{}", name);
    if (map->size() < least)
      in.problem("", place, fmt::format("Member must have length greater than or equal to {}", least));
    if (map->size() > most)
      in.problem("", place, fmt::format("Member must have length less than or equal to {}", most));
    const auto is_text = [](const auto& one) { return one.second.template as<std::string>() != nullptr; };
    if (!std::ranges::all_of(*map, is_text)) in.wrong_type("entity", "of maps of strings");
  };
  check("keyAttributes", 2, 4);
  check("attributes", 0, 10);
}

Outcome<Batch> read_batch(Parameters& parameters) {
  Batch batch;
  const Array* list = parameters.list("logEvents", {.min = 1, .max = kMaxEvents, .required = true});
  if (list == nullptr || list->size() > static_cast<std::size_t>(kMaxEvents)) return batch;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < list->size(); ++i) {
    ASSIGN_OR_FAULT(const Event event, read_event(parameters, (*list)[i], i));
    if (event.message != nullptr) bytes += event.message->size() + kEventOverhead;
    batch.events.push_back(event);
  }
  if (bytes > kMaxBatchBytes)
    return aws::refuse(std::string(kInvalidParameter),
                       fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kMaxBatchBytes));
  return batch;
}

Outcome<void> check_times(const Batch& batch) {
  if (!std::ranges::is_sorted(batch.events, {}, &Event::timestamp_ms))
    return aws::refuse(std::string(kInvalidParameter),
                       "Log events in a single PutLogEvents request must be in chronological order.");
  return {};
}

/// Which events are taken: a run of them, since they are in order. Those too old and too new count for no span of time.
Outcome<void> choose(Batch& batch, const LogGroup& group, std::int64_t now) {
  const auto first_from = [&](std::int64_t time) {
    return static_cast<std::size_t>(std::ranges::lower_bound(batch.events, time, {}, &Event::timestamp_ms) -
                                    batch.events.begin());
  };
  batch.old = first_from(now - kOldestMs);
  batch.expired = group.retention_days > 0 ? first_from(now - group.retention_days * kDayMs) : 0;
  batch.first = std::max(batch.old, batch.expired);
  batch.end = first_from(now + kNewestMs + 1);
  if (batch.taken() == 0) return {};
  if (batch.events[batch.end - 1].timestamp_ms - batch.events[batch.first].timestamp_ms > kDayMs)
    return aws::refuse(std::string(kInvalidParameter),
                       "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  return {};
}

/// Exclusive ends, as the model documents them. Source: dossier cloudwatch_logs 3.1 (a visible decision).
Object answer_for(const Batch& batch, std::int64_t next_order) {
  Object answer{{"nextSequenceToken", Value(fmt::format("{:056}", next_order))}};
  Object rejected;
  if (batch.end < batch.events.size())
    rejected.emplace_back("tooNewLogEventStartIndex", Value(static_cast<std::int64_t>(batch.end)));
  if (batch.old > 0) rejected.emplace_back("tooOldLogEventEndIndex", Value(static_cast<std::int64_t>(batch.old)));
  if (batch.expired > batch.old)
    rejected.emplace_back("expiredLogEventEndIndex", Value(static_cast<std::int64_t>(batch.expired)));
  if (!rejected.empty()) answer.emplace_back("rejectedLogEventsInfo", Value(std::move(rejected)));
  return answer;
}

struct Accepted {
  Batch batch;
  EventPlace place;
  std::int64_t order = 0;
};

Outcome<Accepted> accept(Call& call) {
  const auto group_name =
      call.parameters.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters, .required = true});
  const auto stream_name =
      call.parameters.text("logStreamName", {.min = 1, .max = kMaxName, .pattern = kNameLetters, .required = true});
  ASSIGN_OR_FAULT(Batch batch, read_batch(call.parameters));
  check_entity(call.parameters);
  RETURN_IF_FAULT(call.parameters.verdict());
  RETURN_IF_FAULT(check_times(batch));
  ASSIGN_OR_FAULT(const auto group, find_stored_group(call, *group_name));
  if (!group) return aws::refuse(std::string(kNotFound), "The specified log group does not exist.");
  ASSIGN_OR_FAULT(const auto stream, find_stream(call, *group, *stream_name));
  if (!stream) return aws::refuse(std::string(kNotFound), "The specified log stream does not exist.");
  RETURN_IF_FAULT(choose(batch, *group, now_ms(call)));
  Accepted accepted{
      std::move(batch),
      {scope_text(*group), resource_text(call.identity, *group, *stream), group->name, call.request.received}};
  ASSIGN_OR_FAULT(accepted.order, call.service.clock.take(call.request.received.value, accepted.batch.taken()));
  return accepted;
}

void count_rejected(const Call& call, const Batch& batch) {
  const std::size_t rejected = batch.events.size() - batch.taken();
  if (rejected == 0) return;
  call.middle().stats.rejected({.protocol = kProtocol,
                                .reason = "event time out of range",
                                .detail = "rejectedLogEventsInfo: events are taken from 14 days ago (or the group's "
                                          "retention) to two hours ahead",
                                .remedy = "look at the client's clock, and at the retention of the group",
                                .client = call.request.headers.get("User-Agent"),
                                .example = call.request.body},
                               rejected, UnixNanos::now());
}

}  // namespace

void put_log_events(Call&& call, Respond respond) {
  auto accepted = accept(call);
  if (!accepted) return respond(refuse(call.middle(), call.request, accepted.error()));
  const Batch& batch = accepted->batch;
  count_rejected(call, batch);
  struct Waiting {
    Middle& middle;
    Request head;  // for the counter, should the commit fail
    Response answer;
    Respond respond;
    std::size_t events;
  };
  const std::size_t taken = batch.taken();
  Response answer = aws::json_answer(
      kContentType, to_plain_json(Value(answer_for(batch, accepted->order + static_cast<std::int64_t>(taken)))));
  Request head;
  head.method = call.request.method;
  head.target = head.path = call.request.path;
  head.headers = call.request.headers;
  head.remote_address = call.request.remote_address;
  auto waiting =
      std::make_shared<Waiting>(Waiting{call.middle(), std::move(head), std::move(answer), std::move(respond), taken});
  const auto written = call.middle().batcher.write(
      [&](tetrascope::Batch& out) -> Result<void> {
        if (taken == 0) return {};
        note_fields(out);
        for (std::size_t i = batch.first; i < batch.end; ++i) {
          append_event(out, accepted->place, batch.events[i].timestamp_ms, *batch.events[i].message,
                       accepted->order + static_cast<std::int64_t>(i - batch.first));
        }
        return {};
      },
      [waiting](const Result<void>& stored) {
        if (!stored) return waiting->respond(refuse(waiting->middle, waiting->head, Fault(stored.error())));
        waiting->middle.stats.accepted(kProtocol, "log events", waiting->events, UnixNanos::now());
        waiting->respond(std::move(waiting->answer));
      });
  if (!written) waiting->respond(refuse(waiting->middle, waiting->head, Fault(written.error())));
}

}  // namespace tetrascope::cloudwatch_logs
