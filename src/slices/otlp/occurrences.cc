#include "slices/otlp/occurrences.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "slices/otlp/any_value.h"

namespace tetrascope::otlp {
namespace {

constexpr std::string_view kPrefix = "exception.";

bool is_true(const AnyView& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  const std::string_view text = text_or_empty(value);  // Python's SDK sends `True`
  return text == "true" || text == "True";
}

void read_exception(std::span<const Attribute> attributes, OccurrenceRecord& out) {
  out.attributes = attributes;
  for (const auto& [key, value] : attributes) {
    if (!is_exception_key(key)) continue;
    const std::string_view name = key.substr(kPrefix.size());
    if (name == "type") out.type = text_or_empty(value);
    if (name == "message") out.message = text_or_empty(value);
    if (name == "stacktrace") out.stacktrace = text_or_empty(value);
    if (name == "escaped") out.escaped = is_true(value);
  }
}

/// Identity from parts, each with its length so that no two sets of parts run together.
class Identity {
 public:
  explicit Identity(std::string_view kind) { add(kind); }
  Identity& add(std::string_view part) {
    add(part.size());
    bytes_.append(part);
    return *this;
  }
  Identity& add(std::uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  template <std::size_t N>
  Identity& add(const NamedId<N>& id) {
    return add(id.id.view()).add(id.text);
  }
  [[nodiscard]] Id<16> hash() const {
    const auto halves = stable_hash(bytes_);
    Id<16> id;
    std::memcpy(id.bytes.data(), halves.data(), id.bytes.size());
    return id;
  }

 private:
  std::string bytes_;
};

/// OTLP's severity number in the words of error trackers; an exception of unspecified severity is an error.
std::string_view level_of(std::uint8_t severity) {
  if (severity == 0 || (severity >= 17 && severity < 21) || severity > 24) return "error";
  if (severity >= 21) return "critical";
  if (severity >= 13) return "warning";
  return severity >= 9 ? "info" : "debug";
}

std::uint64_t first_of(std::uint64_t a, std::uint64_t b) { return a != 0 ? a : b; }

UnixNanos time_or(std::uint64_t time, UnixNanos received) {
  return time == 0 ? received : UnixNanos::from_unsigned(time);
}

}  // namespace

bool is_exception_key(std::string_view key) {
  if (!key.starts_with(kPrefix)) return false;
  const std::string_view name = key.substr(kPrefix.size());
  return name == "type" || name == "message" || name == "stacktrace" || name == "escaped";
}

std::optional<OccurrenceRecord> occurrence_of(const SpanRecord& span, std::size_t index, UnixNanos received) {
  const EventRecord& event = span.events[index];
  if (event.name != "exception") return std::nullopt;
  OccurrenceRecord out;
  read_exception(event.attributes.of(span.part_attributes), out);
  out.time = time_or(first_of(event.time, span.start), received);
  out.trace_id = span.trace_id;
  out.span_id = span.span_id;
  out.id = Identity("span event").add(span.trace_id).add(span.span_id).add(event.time).add(index).hash();
  out.level = "error";
  return out;
}

std::optional<OccurrenceRecord> occurrence_of(const LogRecord& log, std::string_view service, UnixNanos received) {
  const auto says = [](const Attribute& a) { return is_exception_key(a.key) && a.key != "exception.escaped"; };
  if (std::ranges::none_of(log.attributes, says)) return std::nullopt;
  OccurrenceRecord out;
  read_exception(log.attributes, out);
  out.time = time_or(first_of(log.time, log.observed_time), received);
  out.trace_id = log.trace_id;
  out.span_id = log.span_id;
  out.id = Identity("log record")
               .add(log.trace_id)
               .add(log.span_id)
               .add(log.time)
               .add(log.observed_time)
               .add(service)
               .add(out.type)
               .add(out.message)
               .add(out.stacktrace)
               .hash();
  out.level = level_of(log.severity_number);
  return out;
}

}  // namespace tetrascope::otlp
