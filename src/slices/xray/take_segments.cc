#include "slices/xray/take_segments.h"

#include <utility>
#include <vector>

#include "model/members.h"
#include "slices/xray/answers.h"
#include "slices/xray/segment.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {
namespace {

constexpr std::size_t kMaxDocuments = 50;
constexpr std::string_view kDatagrams = "xray/udp";

std::string_view remedy_of(std::string_view code) {
  if (code == "MissingHeader") return "a datagram is {\"format\":\"json\",\"version\":1}, a line end, and one document";
  if (code == "ParseError") return "one JSON object a document; look whether it was cut off on the way";
  if (code == "InvalidName") return "names have letters, digits, blanks and _.:/%&#=+-@\\, at most 200 of them";
  if (code == "InvalidTraceId") return "a trace id is 1-, 8 hex digits, -, 24 hex digits";
  if (code == "SegmentTooLarge") return "a document has at most 64 KB; let the SDK stream subsegments";
  return "id: 16 hex digits; trace_id, name, start_time; a subsegment of its own also needs parent_id";
}

void count_refused(Middle& middle, std::string_view protocol, std::string_view client, const Refused& refused,
                   std::string_view example) {
  // One counter a code; the text itself outlives the call since it is one of a few constants.
  middle.stats.rejected({.protocol = protocol,
                         .reason = refused.code,
                         .detail = refused.id.empty() ? refused.message : refused.message + " (id " + refused.id + ")",
                         .remedy = remedy_of(refused.code),
                         .client = client,
                         .example = example},
                        1, UnixNanos::now());
}

struct Accepted {
  Segment segment;
  std::string text;
};

std::string service_of_segment(const Segment& segment, SegmentNames& names) {
  if (!segment.is_subsegment) {
    names.note(segment.trace_id.id, segment.name);
    return segment.name;
  }
  return names.find(segment.trace_id.id);
}

Result<void> store_segments(Middle& middle, SegmentNames& names, const std::vector<Accepted>& accepted,
                            UnixNanos received, Batcher::Done done) {
  return middle.batcher.write(
      [&](Batch& batch) -> Result<void> {
        for (const auto& [segment, text] : accepted)
          append_rows(segment, text, service_of_segment(segment, names), received, batch);
        return {};
      },
      std::move(done));
}

/// With the document as it was sent, or as it was mended.
Accepted accepted_as(Segment segment, std::string_view document) {
  std::string kept = segment.mended.empty() ? std::string(document) : std::exchange(segment.mended, {});
  return {std::move(segment), std::move(kept)};
}

/// The documents of a call. A bad one is reported and does not stop the others (2.9).
Outcomes<Array> read_segments(Middle& middle, const Request& request, std::vector<Accepted>& accepted) {
  auto call = read_call(request);
  if (!call) return std::unexpected(call.error());
  const Array* documents = array_at(*call, {"TraceSegmentDocuments"});
  if (documents == nullptr) return invalid("TraceSegmentDocuments: want a list of segment documents as strings");
  if (documents->size() > kMaxDocuments)
    return invalid("Exceeding maximum segment count: " + std::to_string(kMaxDocuments));
  Array unprocessed;
  for (const Value& document : *documents) {
    const auto* text = document.as<std::string>();
    if (text == nullptr) return invalid("TraceSegmentDocuments: want strings, each one segment document");
    auto segment = read_segment(*text);
    if (segment) {
      accepted.push_back(accepted_as(*std::move(segment), *text));
      continue;
    }
    const Refused& refused = segment.error();
    count_refused(middle, kProtocol, request.headers.get("User-Agent"), refused, *text);
    Object entry;
    put_text(entry, "Id", refused.id);
    put_text(entry, "ErrorCode", refused.code);
    put_text(entry, "Message", refused.message);
    unprocessed.emplace_back(std::move(entry));
  }
  return unprocessed;
}

}  // namespace

void SegmentNames::note(const TraceId& trace, std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (names_.size() >= kMaxTraces) older_ = std::exchange(names_, {});
  names_.insert_or_assign(std::string(trace.view()), std::string(name));
}

std::string SegmentNames::find(const TraceId& trace) const {
  const std::lock_guard lock(mutex_);
  const std::string key(trace.view());
  for (const auto* names : {&names_, &older_}) {
    if (const auto found = names->find(key); found != names->end()) return found->second;
  }
  return {};
}

void put_trace_segments(Middle& middle, const std::shared_ptr<Intake>& intake, Request&& request, Respond respond) {
  std::vector<Accepted> accepted;
  auto unprocessed = read_segments(middle, request, accepted);
  if (!unprocessed) return respond(refuse(middle, request, unprocessed.error()));
  struct Waiting {
    Request request;
    Response answer;
    Respond respond;
  };
  const UnixNanos received = request.received;
  Response done = answer(Object{{"UnprocessedTraceSegments", Value(*std::move(unprocessed))}});
  if (accepted.empty()) return respond(std::move(done));
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(request), std::move(done), std::move(respond)});
  const auto stored =
      store_segments(middle, intake->names, accepted, received,
                     [&middle, intake, waiting, count = accepted.size()](const Result<void>& committed) {
                       if (!committed) {
                         return waiting->respond(refuse(middle, waiting->request, failure_of(committed.error())));
                       }
                       middle.stats.accepted(kProtocol, "segments", count, UnixNanos::now());
                       intake->on_stored();
                       waiting->respond(std::move(waiting->answer));
                     });
  if (!stored) waiting->respond(refuse(middle, waiting->request, failure_of(stored.error())));
}

Response put_telemetry_records(Middle& middle, const Request& request) {
  const auto call = read_call(request);
  if (!call) return refuse(middle, request, call.error());
  const Array* records = array_at(*call, {"TelemetryRecords"});
  if (records == nullptr) return refuse(middle, request, invalid("TelemetryRecords: want a list").error());
  for (const Value& record : *records) {
    if (const Value* time = member(record, "Timestamp"); time == nullptr)
      return refuse(middle, request, invalid("TelemetryRecords: each record needs a Timestamp").error());
  }
  middle.stats.accepted(kProtocol, "telemetry records", records->size(), UnixNanos::now());
  return answer(Object{});
}

DatagramSink take_datagrams(Middle& middle, const std::shared_ptr<Intake>& intake) {
  DatagramSink sink;
  sink.take = [&middle, intake](std::span<const Datagram> datagrams) {
    std::vector<Accepted> accepted;
    for (const Datagram& datagram : datagrams) {
      const auto document = document_of_datagram(datagram.bytes);
      if (!document) {
        count_refused(middle, kDatagrams, datagram.from, {"", "MissingHeader", "Missing header or segment"},
                      datagram.bytes);
        continue;
      }
      auto segment = read_segment(*document);
      if (segment) {
        accepted.push_back(accepted_as(*std::move(segment), *document));
      } else {
        count_refused(middle, kDatagrams, datagram.from, segment.error(), *document);
      }
    }
    if (accepted.empty()) return;
    const auto count_lost = [&middle, count = accepted.size()](const Error& error) {
      middle.stats.rejected({.protocol = kDatagrams,
                             .reason = "could not be stored",
                             .detail = error.code == ErrorCode::kInternal ? "internal error" : error.message,
                             .remedy = "look at disk and load",
                             .client = {},
                             .example = {}},
                            count, UnixNanos::now());
    };
    const auto stored =
        store_segments(middle, intake->names, accepted, UnixNanos::now(),
                       [&middle, intake, count_lost, count = accepted.size()](const Result<void>& committed) {
                         if (!committed) return count_lost(committed.error());
                         middle.stats.accepted(kDatagrams, "segments", count, UnixNanos::now());
                         intake->on_stored();
                       });
    if (!stored) count_lost(stored.error());
  };
  sink.dropped = [&middle](std::uint64_t count, std::string_view why) {
    middle.stats.rejected({.protocol = kDatagrams,
                           .reason = why,
                           .detail = "datagrams came faster than they could be taken",
                           .remedy = "send fewer segments (sampling rules), or raise net.core.rmem_max",
                           .client = {},
                           .example = {}},
                          count, UnixNanos::now());
  };
  return sink;
}

}  // namespace tetrascope::xray
