#include "slices/honeycomb/row_fields.h"

#include <algorithm>
#include <array>
#include <span>

#include "slices/honeycomb/event_rows.h"
#include "slices/honeycomb/literals.h"

namespace tetrascope::honeycomb {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::literal;
using plan::Type;
using F = plan::Function;

ExprPtr integer(std::int64_t value) { return literal(Value(value)); }
ExprPtr equal(ExprPtr a, ExprPtr b) { return plan::call(F::kEq, {std::move(a), std::move(b)}); }
ExprPtr differs(ExprPtr a, ExprPtr b) { return plan::call(F::kNe, {std::move(a), std::move(b)}); }

/// `expr` where `condition` holds, else missing.
ExprPtr where(ExprPtr condition, ExprPtr expr, Type type) {
  return plan::call(F::kIf, {std::move(condition), std::move(expr), missing(type)});
}
/// Rows of the events API have what was sent and nothing beside it: fields that telemetry implies are not theirs.
ExprPtr not_sent_as_event(ExprPtr expr, Type type) {
  return where(differs(column("protocol"), text(kProtocol)), std::move(expr), type);
}
ExprPtr not_empty(std::string_view name) {
  return where(differs(column(std::string(name)), text("")), column(std::string(name)), Type::kString);
}

/// Trace ids whose first half is zero are shown by their second (2.4 rule 6); no id is no value.
ExprPtr trace_id(const std::string& id, const std::string& as_sent) {
  constexpr std::string_view kZeros = "0000000000000000";
  const ExprPtr hex = plan::call(F::kIdText, {column(id)});
  const ExprPtr short_hex = plan::call(F::kSubstring, {hex, integer(16)});
  const ExprPtr from_bytes = plan::call(F::kIf, {equal(hex, text("")), missing(Type::kString),
                                                 plan::call(F::kStartsWith, {hex, text(kZeros)}), short_hex, hex});
  if (as_sent.empty()) return from_bytes;
  return plan::call(F::kIf, {differs(column(as_sent), text("")), column(as_sent), from_bytes});
}
ExprPtr span_id(const std::string& id, const std::string& as_sent) {
  const ExprPtr hex = plan::call(F::kIdText, {column(id)});
  const ExprPtr from_bytes = where(differs(hex, text("")), hex, Type::kString);
  if (as_sent.empty()) return from_bytes;
  return plan::call(F::kIf, {differs(column(as_sent), text("")), column(as_sent), from_bytes});
}

/// The words for a number, those after the last for everything else.
template <std::size_t N>
ExprPtr word_of(const ExprPtr& number, const std::array<std::string_view, N>& words, std::string_view otherwise) {
  std::vector<ExprPtr> arguments;
  for (std::size_t i = 0; i < N; ++i) {
    arguments.push_back(equal(number, integer(static_cast<std::int64_t>(i) + 1)));
    arguments.push_back(text(words[i]));
  }
  arguments.push_back(otherwise.empty() ? missing(Type::kString) : text(otherwise));
  return plan::call(F::kIf, std::move(arguments));
}
constexpr std::array<std::string_view, 5> kKindWords = {"internal", "server", "client", "producer", "consumer"};

ExprPtr millis(ExprPtr nanos) { return plan::call(F::kDiv, {std::move(nanos), literal(Value(1e6))}); }
ExprPtr at_least_zero(ExprPtr number) { return plan::call(F::kGreatest, {std::move(number), integer(0)}); }
ExprPtr true_where(ExprPtr condition) { return where(std::move(condition), literal(Value(true)), Type::kBool); }

/// A scope is written {"name":…,"version":…,…}; one pattern over that text costs a tenth of reading it as JSON for each
/// place that asks. The names and versions of libraries have no escapes; a text that has some is shown with them.
ExprPtr from_scope(std::string_view pattern) { return plan::call(F::kExtract, {column("scope"), text(pattern)}); }
ExprPtr library_name() { return from_scope(R"re(^\{"name":"((?:[^"\\]|\\.)+)")re"); }
ExprPtr library_version() {
  return from_scope(R"re(^\{(?:"name":"(?:[^"\\]|\\.)*",)?"version":"((?:[^"\\]|\\.)+)")re");
}
/// Scopes of known instrumentation libraries (2.4 rule 4).
ExprPtr instrumentation_library() {
  constexpr std::string_view kKnown =
      R"re(^\{"name":"(?:io\.opentelemetry|opentelemetry\.instrumentation|OpenTelemetry\.Instrumentation|)re"
      R"re(OpenTelemetry::Instrumentation|go\.opentelemetry\.io/contrib/instrumentation|@opentelemetry/instrumentation|)re"
      R"re(io\.opentelemetry\.contrib\.php|github\.com/open-telemetry/opentelemetry-collector|@honeycombio/))re";
  return true_where(plan::call(F::kMatches, {column("scope"), text(kKnown)}));
}

struct Maker {
  std::string_view name;
  ColumnKind kind;
  ExprPtr (*make)();
};
constexpr auto kString = ColumnKind::kString;
constexpr auto kFloat = ColumnKind::kFloat;
constexpr auto kInteger = ColumnKind::kInteger;
constexpr auto kBoolean = ColumnKind::kBoolean;

/// Of every source with a resource and a scope.
constexpr Maker kEverywhere[] = {
    {"service.name", kString, [] { return not_empty("service"); }},
    {"library.name", kString, [] { return library_name(); }},
    {"library.version", kString, [] { return library_version(); }},
    {"telemetry.instrumentation_library", kBoolean, [] { return instrumentation_library(); }},
};
constexpr Maker kSpanFields[] = {
    {"trace.trace_id", kString, [] { return trace_id("trace_id", "trace_id_text"); }},
    {"trace.span_id", kString, [] { return span_id("span_id", "span_id_text"); }},
    {"trace.parent_id", kString, [] { return span_id("parent_span_id", "parent_span_id_text"); }},
    {"trace.trace_state", kString, [] { return not_empty("trace_state"); }},
    {"name", kString,
     [] {
       const ExprPtr sent =
           plan::call(F::kOr, {differs(column("name"), text("")), differs(column("protocol"), text(kProtocol))});
       return where(sent, column("name"), Type::kString);
     }},
    {"span.kind", kString,
     [] {
       const ExprPtr word = word_of(column("kind"), kKindWords, {});
       return plan::call(F::kCoalesce, {word, not_sent_as_event(text("unspecified"), Type::kString)});
     }},
    {"type", kString,
     [] { return not_sent_as_event(word_of(column("kind"), kKindWords, "unspecified"), Type::kString); }},
    {"duration_ms", kFloat, [] { return millis(at_least_zero(column("duration"))); }},
    {"meta.invalid_duration", kBoolean,
     [] { return true_where(plan::call(F::kLt, {column("duration"), integer(0)})); }},
    {"status_code", kInteger, [] { return not_sent_as_event(column("status"), Type::kInt); }},
    {"status_message", kString, [] { return not_empty("status_message"); }},
    {"error", kBoolean, [] { return not_sent_as_event(true_where(equal(column("status"), integer(2))), Type::kBool); }},
    {"span.num_events", kInteger,
     [] { return not_sent_as_event(plan::call(F::kArrayLength, {column("event_time")}), Type::kInt); }},
    {"span.num_links", kInteger,
     [] { return not_sent_as_event(plan::call(F::kArrayLength, {column("link_trace_id")}), Type::kInt); }},
    {"meta.signal_type", kString, [] { return not_sent_as_event(text("trace"), Type::kString); }},
};
/// Of an event and a link alike: rows that hang on a span.
constexpr Maker kAnnotationFields[] = {
    {"trace.trace_id", kString, [] { return trace_id("trace_id", "trace_id_text"); }},
    {"trace.parent_id", kString, [] { return span_id("span_id", "span_id_text"); }},
    {"parent_name", kString, [] { return column("name"); }},
    {"error", kBoolean, [] { return true_where(equal(column("status"), integer(2))); }},
    {"meta.signal_type", kString, [] { return text("trace"); }},
};
ExprPtr nanos_since_start() { return plan::call(F::kSub, {column("event_time"), column("start")}); }
constexpr Maker kSpanEventFields[] = {
    {"name", kString, [] { return column("event_name"); }},
    {"meta.annotation_type", kString, [] { return text("span_event"); }},
    {"meta.time_since_span_start_ms", kFloat, [] { return millis(at_least_zero(nanos_since_start())); }},
    {"meta.invalid_time_since_span_start", kBoolean,
     [] { return true_where(plan::call(F::kLt, {nanos_since_start(), integer(0)})); }},
};
constexpr Maker kLinkFields[] = {
    {"meta.annotation_type", kString, [] { return text("link"); }},
    {"trace.link.trace_id", kString, [] { return trace_id("link_trace_id", ""); }},
    {"trace.link.span_id", kString, [] { return span_id("link_span_id", ""); }},
};

/// Groups of four numbers; events that name no severity have none.
ExprPtr severity() {
  constexpr std::array<std::string_view, 6> kWords = {"trace", "debug", "info", "warn", "error", "fatal"};
  std::vector<ExprPtr> arguments = {equal(column("severity_number"), integer(0)),
                                    not_sent_as_event(text("unspecified"), Type::kString)};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    arguments.push_back(plan::call(F::kLe, {column("severity_number"), integer(static_cast<std::int64_t>(i) * 4 + 4)}));
    arguments.push_back(text(kWords[i]));
  }
  arguments.push_back(text("unspecified"));
  return plan::call(F::kIf, std::move(arguments));
}
constexpr Maker kLogFields[] = {
    {"body", kString, [] { return where(differs(column("body_type"), text("")), column("body"), Type::kString); }},
    {"severity", kString, [] { return severity(); }},
    {"severity_code", kInteger, [] { return not_sent_as_event(column("severity_number"), Type::kInt); }},
    {"severity_text", kString, [] { return not_empty("severity_text"); }},
    {"flags", kInteger, [] { return not_sent_as_event(column("flags"), Type::kInt); }},
    {"event.name", kString, [] { return not_empty("event_name"); }},
    {"trace.trace_id", kString, [] { return trace_id("trace_id", "trace_id_text"); }},
    {"trace.parent_id", kString, [] { return span_id("span_id", "span_id_text"); }},
    {"meta.annotation_type", kString,
     [] {
       const ExprPtr in_trace =
           where(differs(plan::call(F::kIdText, {column("trace_id")}), text("")), text("span_event"), Type::kString);
       return not_sent_as_event(in_trace, Type::kString);
     }},
    {"meta.signal_type", kString, [] { return not_sent_as_event(text("log"), Type::kString); }},
};
/// Named as the exception of a span is.
constexpr Maker kOccurrenceFields[] = {
    {"name", kString, [] { return text("exception"); }},
    {"exception.type", kString, [] { return not_empty("exception_type"); }},
    {"exception.message", kString, [] { return not_empty("exception_message"); }},
    {"exception.stacktrace", kString, [] { return not_empty("stacktrace"); }},
    {"level", kString, [] { return not_empty("level"); }},
    {"error", kBoolean,
     [] {
       const Array levels{Value(std::string("critical")), Value(std::string("error"))};
       return true_where(plan::call(F::kIn, {column("level"), literal(Value(levels), Type::kStringArray)}));
     }},
    {"trace.trace_id", kString, [] { return trace_id("trace_id", "trace_id_text"); }},
    {"trace.parent_id", kString, [] { return span_id("span_id", "span_id_text"); }},
    {"meta.annotation_type", kString,
     [] {
       return where(differs(plan::call(F::kIdText, {column("trace_id")}), text("")), text("span_event"), Type::kString);
     }},
    {"meta.signal_type", kString, [] { return text("error"); }},
};
constexpr Maker kMetricFields[] = {
    {"meta.signal_type", kString, [] { return text("metric"); }},
    {"meta.annotation_type", kString, [] { return text("metric_event"); }},
};

std::vector<std::span<const Maker>> makers_of(Source source) {
  switch (source) {
    case Source::kSpan:
      return {kSpanFields, kEverywhere};
    case Source::kSpanEvent:
      return {kSpanEventFields, kAnnotationFields, kEverywhere};
    case Source::kLink:
      return {kLinkFields, kAnnotationFields, kEverywhere};
    case Source::kLog:
      return {kLogFields, kEverywhere};
    case Source::kMetric:
      return {kMetricFields, kEverywhere};
    case Source::kOccurrence:
      return {kOccurrenceFields, kEverywhere};
  }
  return {};
}

/// `body.key` of a log whose body is a map (2.9).
std::optional<GeneratedField> body_member(std::string_view name) {
  constexpr std::string_view kPrefix = "body.";
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return std::nullopt;
  const ExprPtr member = plan::call(F::kJsonGet, {column("body"), text(name.substr(kPrefix.size()))});
  return GeneratedField{kString, where(equal(column("body_type"), text("json")), member, Type::kAny)};
}

/// Can be asked for and is in no list of columns, as the vendor's (4.7).
std::optional<GeneratedField> is_root(Source source) {
  if (source != Source::kSpan) return std::nullopt;
  const ExprPtr no_parent = equal(column("parent_span_id"), literal(Value(Bytes{std::string(8, '\0')})));
  const ExprPtr in_trace = differs(column("trace_id"), literal(Value(Bytes{std::string(16, '\0')})));
  return GeneratedField{kBoolean, plan::call(F::kAnd, {in_trace, no_parent})};
}

constexpr std::int64_t kIntValue = 1, kDoubleValue = 2, kSum = 4, kMin = 8, kMax = 16;  // MetricColumns::Present

ExprPtr present(std::int64_t member) {
  const ExprPtr shifted = plan::call(F::kFloor, {plan::call(F::kDiv, {column("present"), integer(member)})});
  return equal(plan::call(F::kMod, {plan::call(F::kToInt, {shifted}), integer(2)}), integer(1));
}
ExprPtr as_double(std::string_view name) { return plan::call(F::kToDouble, {column(std::string(name))}); }

/// A metric's point is a row whose column of the metric's name holds its value; `.count`, `.sum`, `.avg`, `.min` and
/// `.max` those of a histogram or summary (2.10).
std::optional<GeneratedField> metric_value(std::string_view name) {
  const auto of_metric = [](std::string_view metric) { return equal(column("name"), text(metric)); };
  const ExprPtr has_count = plan::call(F::kGe, {column("kind"), integer(3)});
  std::vector<ExprPtr> arguments = {plan::call(F::kAnd, {of_metric(name), present(kIntValue)}), as_double("value_int"),
                                    plan::call(F::kAnd, {of_metric(name), present(kDoubleValue)}),
                                    column("value_double")};
  const auto add = [&](std::string_view suffix, const ExprPtr& condition, ExprPtr value) {
    if (!name.ends_with(suffix) || name.size() == suffix.size()) return;
    arguments.push_back(plan::call(F::kAnd, {of_metric(name.substr(0, name.size() - suffix.size())), condition}));
    arguments.push_back(std::move(value));
  };
  add(".count", has_count, as_double("count"));
  add(".sum", present(kSum), column("sum"));
  add(".min", present(kMin), column("min"));
  add(".max", present(kMax), column("max"));
  add(".avg", present(kSum), plan::call(F::kDiv, {column("sum"), column("count")}));
  arguments.push_back(missing(Type::kDouble));
  return GeneratedField{kFloat, plan::call(F::kIf, std::move(arguments))};
}

}  // namespace

std::string_view kind_name(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
      return "string";
    case ColumnKind::kFloat:
      return "float";
    case ColumnKind::kInteger:
      return "integer";
    case ColumnKind::kBoolean:
      return "boolean";
  }
  return "string";
}

plan::Table table_of(Source source) {
  switch (source) {
    case Source::kLog:
      return plan::Table::kLogs;
    case Source::kMetric:
      return plan::Table::kMetrics;
    case Source::kOccurrence:
      return plan::Table::kOccurrences;
    default:
      return plan::Table::kSpans;
  }
}

std::vector<std::string> unnested_by(Source source) {
  if (source == Source::kSpanEvent) return {"event_time", "event_name"};
  if (source == Source::kLink) return {"link_trace_id", "link_span_id"};
  return {};
}

ExprPtr time_of(Source source) {
  switch (source) {
    case Source::kSpan:
    case Source::kLink:
      return column("start");
    case Source::kSpanEvent:
      return column("event_time");
    default:
      return column("time");
  }
}

ExprPtr weight_of(Source source) { return source == Source::kMetric ? integer(1) : column("sample_rate"); }

RowIds ids_of(Source source) {
  switch (source) {
    case Source::kSpan:
      return {column("trace_id"), column("span_id"), column("parent_span_id")};
    case Source::kMetric:
      return {missing(Type::kId), missing(Type::kId), missing(Type::kId)};
    default:
      return {column("trace_id"), missing(Type::kId), column("span_id")};
  }
}

std::optional<GeneratedField> generated_field(Source source, std::string_view name) {
  if (name == "is_root") return is_root(source);
  for (const auto makers : makers_of(source)) {
    const auto found = std::ranges::find(makers, name, &Maker::name);
    if (found != makers.end()) return GeneratedField{found->kind, found->make()};
  }
  if (source == Source::kLog) return body_member(name);
  if (source == Source::kMetric) return metric_value(name);
  return std::nullopt;
}

std::vector<NamedKind> generated_names(Source source) {
  std::vector<NamedKind> names;
  for (const auto makers : makers_of(source)) {
    for (const auto& maker : makers) names.push_back({maker.name, maker.kind});
  }
  return names;
}

}  // namespace tetrascope::honeycomb
