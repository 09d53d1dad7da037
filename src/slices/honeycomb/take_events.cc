#include "slices/honeycomb/take_events.h"

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/inflate.h"
#include "slices/honeycomb/access.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event_rows.h"
#include "slices/honeycomb/refusals.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

/// What stands in a request before its events.
struct Envelope {
  HoneycombKey key;
  std::string dataset;
  std::string body;  ///< inflated
};

Result<Envelope> open_envelope(const Middle& middle, const Request& request, std::size_t limit) {
  Envelope envelope;
  ASSIGN_OR_RETURN(envelope.key, authorize(request, middle, Need::kSend));
  envelope.dataset = request.captures.at(0);
  RETURN_IF_ERROR(check_dataset_name(envelope.dataset));
  RETURN_IF_ERROR(inflate(request.headers.get("Content-Encoding"), request.body, limit, envelope.body));
  return envelope;
}

/// [{"status":202},{"status":400,"error":"…"}], in the encoding that the client asks for (3.3).
Response batch_answer(const Request& request, const std::vector<EventResult>& events) {
  Json statuses = Json::array();
  for (const auto& event : events) {
    if (event.refused.empty()) {
      statuses.push_back({{"status", 202}});
    } else {
      statuses.push_back({{"status", 400}, {"error", event.refused}});
    }
  }
  if (!request.headers.get("Accept").contains("msgpack")) return json_answer(200, to_text(statuses));
  Response response;
  Json::to_msgpack(statuses, response.body);
  response.headers.add("Content-Type", "application/msgpack");
  return response;
}

void count_refused_events(Middle& middle, const Request& request, const std::vector<EventResult>& events) {
  for (const std::string_view text : {kEmptyEvent, kTooManyFields, kMalformedEvent, kEventTooLarge}) {
    const auto refused = std::ranges::count(events, text, &EventResult::refused);
    if (refused == 0) continue;
    const ErrorCode code = text == kMalformedEvent  ? ErrorCode::kMalformed
                           : text == kEventTooLarge ? ErrorCode::kTooLarge
                                                    : ErrorCode::kInvalid;
    count_refusal(middle, request, code, text, static_cast<std::uint64_t>(refused));
  }
}

/// Stores `events` and sends `answer` when they are on disk, or the reason why they are not.
void store_events(Middle& middle, Request&& request, const Envelope& envelope, const std::vector<EventResult>& events,
                  Response answer, Respond respond) {
  const EventPlace place{envelope.key.environment, envelope.dataset, request.received};
  const auto stored = static_cast<std::uint64_t>(std::ranges::count(events, std::string_view{}, &EventResult::refused));
  // Two owners: the commit, and this function for the case that the batch does not take the rows.
  struct Waiting {
    Request request;
    Response answer;
    Respond respond;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(request), std::move(answer), std::move(respond)});
  const auto written = middle.batcher.write(
      [&](Batch& batch) -> Result<void> {
        for (const auto& result : events) {
          if (result.refused.empty()) append_event(result.event, place, batch);
        }
        return {};
      },
      [&middle, waiting, stored](const Result<void>& committed) {
        if (!committed) return waiting->respond(refuse(middle, waiting->request, committed.error()));
        middle.stats.accepted(kProtocol, "events", stored, UnixNanos::now());
        waiting->respond(std::move(waiting->answer));
      });
  if (!written) waiting->respond(refuse(middle, waiting->request, written.error()));
}

/// The one event of /1/events, with what its headers say of it (3.2).
Result<Event> read_event(const Request& request, const std::string& body) {
  ASSIGN_OR_RETURN(Event event, decode_event(body, body_format(request.content_type())));
  const auto time = parse_event_time(request.headers.get("X-Honeycomb-Event-Time"));
  if (!time) {
    return fail(ErrorCode::kMalformed,
                "X-Honeycomb-Event-Time: want RFC 3339 or seconds, milliseconds or microseconds since 1970");
  }
  event.time = *time;
  if (const auto rate = request.headers.get("X-Honeycomb-Samplerate"); !rate.empty())
    event.sample_rate = parse_sample_rate(rate);
  return event;
}

}  // namespace

void take_event(Middle& middle, Request&& request, Respond respond) {
  const auto envelope = open_envelope(middle, request, kMaxEventBody);
  if (!envelope) return respond(refuse(middle, request, envelope.error()));
  auto event = read_event(request, envelope->body);
  if (!event) return respond(refuse(middle, request, event.error()));
  std::vector<EventResult> events(1);
  events[0].event = *std::move(event);
  store_events(middle, std::move(request), *envelope, events, Response{}, std::move(respond));
}

void take_batch(Middle& middle, Request&& request, Respond respond) {
  const auto envelope = open_envelope(middle, request, kMaxBatchBody);
  if (!envelope) return respond(refuse(middle, request, envelope.error()));
  const auto events = decode_batch(envelope->body, body_format(request.content_type()));
  if (!events) return respond(refuse(middle, request, events.error()));
  count_refused_events(middle, request, *events);
  Response answer = batch_answer(request, *events);
  if (std::ranges::none_of(*events, [](const EventResult& event) { return event.refused.empty(); })) {
    return respond(std::move(answer));
  }
  store_events(middle, std::move(request), *envelope, *events, std::move(answer), std::move(respond));
}

}  // namespace tetrascope::honeycomb
