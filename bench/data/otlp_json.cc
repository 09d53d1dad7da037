#include "data/otlp_json.h"

#include <algorithm>
#include <bit>
#include <span>

#include <protozero/pbf_reader.hpp>

#include "data/json_writer.h"

namespace tetrascope::bench {
namespace {

enum class As : std::uint8_t { kText, kId, kNanos, kNumber, kIntegerText, kDouble, kFlag, kMessage };

struct Field;
struct Message {
  std::span<const Field> fields;
};
struct Field {
  std::uint32_t number;
  std::string_view name;
  As as;
  const Message* message = nullptr;
  bool repeated = false;
};

// Source: opentelemetry-proto v1; the fields that generated bodies have.
constexpr Field kAnyValueFields[] = {{1, "stringValue", As::kText},
                                     {2, "boolValue", As::kFlag},
                                     {3, "intValue", As::kIntegerText},
                                     {4, "doubleValue", As::kDouble}};
constexpr Message kAnyValue{kAnyValueFields};
constexpr Field kKeyValueFields[] = {{1, "key", As::kText}, {2, "value", As::kMessage, &kAnyValue}};
constexpr Message kKeyValue{kKeyValueFields};
constexpr Field kResourceFields[] = {{1, "attributes", As::kMessage, &kKeyValue, true}};
constexpr Message kResource{kResourceFields};
constexpr Field kScopeFields[] = {{1, "name", As::kText}};
constexpr Message kScope{kScopeFields};
constexpr Field kEventFields[] = {
    {1, "timeUnixNano", As::kNanos}, {2, "name", As::kText}, {3, "attributes", As::kMessage, &kKeyValue, true}};
constexpr Message kEvent{kEventFields};
constexpr Field kLinkFields[] = {{1, "traceId", As::kId}, {2, "spanId", As::kId}, {6, "flags", As::kNumber}};
constexpr Message kLink{kLinkFields};
constexpr Field kStatusFields[] = {{2, "message", As::kText}, {3, "code", As::kNumber}};
constexpr Message kStatus{kStatusFields};
constexpr Field kSpanFields[] = {{1, "traceId", As::kId},
                                 {2, "spanId", As::kId},
                                 {4, "parentSpanId", As::kId},
                                 {5, "name", As::kText},
                                 {6, "kind", As::kNumber},
                                 {7, "startTimeUnixNano", As::kNanos},
                                 {8, "endTimeUnixNano", As::kNanos},
                                 {9, "attributes", As::kMessage, &kKeyValue, true},
                                 {11, "events", As::kMessage, &kEvent, true},
                                 {13, "links", As::kMessage, &kLink, true},
                                 {15, "status", As::kMessage, &kStatus},
                                 {16, "flags", As::kNumber}};
constexpr Message kSpan{kSpanFields};
constexpr Field kScopeSpansFields[] = {{1, "scope", As::kMessage, &kScope}, {2, "spans", As::kMessage, &kSpan, true}};
constexpr Message kScopeSpans{kScopeSpansFields};
constexpr Field kResourceSpansFields[] = {{1, "resource", As::kMessage, &kResource},
                                          {2, "scopeSpans", As::kMessage, &kScopeSpans, true}};
constexpr Message kResourceSpans{kResourceSpansFields};
constexpr Field kTracesFields[] = {{1, "resourceSpans", As::kMessage, &kResourceSpans, true}};
constexpr Message kTraces{kTracesFields};

constexpr Field kRecordFields[] = {{1, "timeUnixNano", As::kNanos},
                                   {2, "severityNumber", As::kNumber},
                                   {3, "severityText", As::kText},
                                   {5, "body", As::kMessage, &kAnyValue},
                                   {6, "attributes", As::kMessage, &kKeyValue, true},
                                   {8, "flags", As::kNumber},
                                   {9, "traceId", As::kId},
                                   {10, "spanId", As::kId},
                                   {11, "observedTimeUnixNano", As::kNanos}};
constexpr Message kRecord{kRecordFields};
constexpr Field kScopeLogsFields[] = {{1, "scope", As::kMessage, &kScope},
                                      {2, "logRecords", As::kMessage, &kRecord, true}};
constexpr Message kScopeLogs{kScopeLogsFields};
constexpr Field kResourceLogsFields[] = {{1, "resource", As::kMessage, &kResource},
                                         {2, "scopeLogs", As::kMessage, &kScopeLogs, true}};
constexpr Message kResourceLogs{kResourceLogsFields};
constexpr Field kLogsFields[] = {{1, "resourceLogs", As::kMessage, &kResourceLogs, true}};
constexpr Message kLogs{kLogsFields};

class Transcoder {
 public:
  Transcoder(const MarkedBytes& from, MarkedBytes& to) : from_(from), json_(to) {}

  void write(protozero::pbf_reader reader, const Message& message, std::string_view key) {
    json_.begin('{', key);
    const Field* open = nullptr;  // the array that is being written: its elements stand together
    while (reader.next()) {
      const auto field = std::ranges::find(message.fields, reader.tag(), &Field::number);
      if (field == message.fields.end()) {
        reader.skip();
        continue;
      }
      if (open != nullptr && open != &*field) json_.end(']');
      if (field->repeated && open != &*field) json_.begin('[', field->name);
      open = field->repeated ? &*field : nullptr;
      write_value(reader, *field);
    }
    if (open != nullptr) json_.end(']');
    json_.end('}');
  }

 private:
  void write_value(protozero::pbf_reader& reader, const Field& field) {
    switch (field.as) {
      case As::kText:
        write_text(field.name, reader.get_view());
        break;
      case As::kId: {
        const auto id = reader.get_view();
        json_.id(field.name, {id.data(), id.size()});
        break;
      }
      case As::kNanos:
        json_.nanos(field.name, reader.get_fixed64());
        break;
      case As::kNumber:
        json_.integer(field.name, reader.wire_type() == protozero::pbf_wire_type::fixed32 ? reader.get_fixed32()
                                                                                          : reader.get_int64());
        break;
      case As::kIntegerText:
        json_.text(field.name, std::to_string(reader.get_int64()));
        break;
      case As::kDouble:
        json_.number(field.name, reader.get_double());
        break;
      case As::kFlag:
        json_.flag(field.name, reader.get_bool());
        break;
      case As::kMessage:
        write(reader.get_message(), *field.message, field.repeated ? std::string_view() : field.name);
        break;
    }
  }

  /// An id in a text keeps its marks.
  void write_text(std::string_view name, protozero::data_view text) {
    const std::size_t begin = static_cast<std::size_t>(text.data() - from_.bytes().data());
    auto mark = std::ranges::lower_bound(from_.marks(), begin, {}, [](Mark each) { return each.offset(); });
    if (mark == from_.marks().end() || mark->offset() >= begin + text.size() || text.empty()) {
      json_.text(name, {text.data(), text.size()});
      return;
    }
    MarkedBytes marked;
    std::size_t at = begin;
    for (; mark != from_.marks().end() && mark->offset() < begin + text.size(); ++mark) {
      marked.add(std::string_view(from_.bytes()).substr(at, mark->offset() - at));
      marked.add_marked({}, mark->kind());
      at = mark->offset();
    }
    marked.add(std::string_view(from_.bytes()).substr(at, begin + text.size() - at));
    json_.marked_text(name, marked);
  }

  const MarkedBytes& from_;
  JsonWriter json_;
};

MarkedBytes as_json(const MarkedBytes& protobuf, const Message& message) {
  MarkedBytes out;
  Transcoder(protobuf, out).write(protozero::pbf_reader(protobuf.bytes()), message, {});
  return out;
}

}  // namespace

MarkedBytes traces_as_json(const MarkedBytes& protobuf) { return as_json(protobuf, kTraces); }
MarkedBytes logs_as_json(const MarkedBytes& protobuf) { return as_json(protobuf, kLogs); }

}  // namespace tetrascope::bench
