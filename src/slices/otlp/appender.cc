#include "slices/otlp/appender.h"

#include <fmt/core.h>

#include <functional>

#include "slices/otlp/any_value.h"

namespace tetrascope::otlp {
namespace {

/// Every sighting repeats its dataset's name. A longer one is cut for the dataset, not for the service.
constexpr std::size_t kMaxDatasetName = 255;

void cut_to(std::size_t bytes, std::string& text) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80) --bytes;
  text.resize(bytes);
}

}  // namespace

Appender::Appender(OtlpSignal signal, const OtlpContext& context, Batch& out, Budget& budget)
    : signal_(signal), context_(context), out_(out), budget_(budget) {
  origin_.protocol = "otlp";
  origin_.environment = context.key.environment;
  origin_.received = context.received;
}

Result<void> Appender::resource(ProducerTextPtr text) {
  resource_ = std::move(text);
  ASSIGN_OR_RETURN(dataset_, otlp_dataset(context_.key, signal_, resource_->service, context_.dataset));
  cut_to(kMaxDatasetName, dataset_);
  origin_.dataset = dataset_;
  origin_.service = resource_->service;
  origin_.resource = resource_->json;
  noted_ = occurrences_noted_ = false;
  origin_added_ = occurrence_origin_added_ = false;
  return {};
}

void Appender::scope(ProducerTextPtr text) {
  scope_ = std::move(text);
  origin_.scope = scope_->json;
  noted_ = occurrences_noted_ = false;
  origin_added_ = occurrence_origin_added_ = false;
}

void Appender::refuse(std::string why) {
  if (report_.rejected++ == 0) report_.rejection = std::move(why);
}

DecodeReport Appender::take_report() {
  if (report_.rejected > 1) {
    report_.rejection = fmt::format("{} of {} left out; the first: {}", report_.rejected,
                                    report_.rejected + report_.accepted, report_.rejection);
  }
  return std::move(report_);
}

void Appender::begin_rows() {
  if (noted_) return;
  noted_ = true;
  switch (signal_) {
    case OtlpSignal::kTraces:
      out_.spans.attributes.use_dataset(origin_.environment, dataset_);
      return note_producers(out_.fields.spans);
    case OtlpSignal::kLogs:
      out_.logs.attributes.use_dataset(origin_.environment, dataset_);
      return note_producers(out_.fields.logs);
    case OtlpSignal::kMetrics:
      out_.metrics.attributes.use_dataset(origin_.environment, dataset_);
      return note_producers(out_.fields.metrics);
  }
}

void Appender::add_origin(OriginColumns& out, UnixNanos time, bool& added) {
  if (added) return out.add_again(time);
  out.add(time, origin_);
  added = true;
}

void Appender::note_producers(FieldSightings& out) {
  for (const auto& field : resource_->fields) note(out, FieldLevel::kResource, field.key, field.type);
  for (const auto& field : scope_->fields) note(out, FieldLevel::kScope, field.key, field.type);
}

void Appender::note(FieldSightings& out, FieldLevel level, std::string_view key, FieldType type) {
  if (key.empty() || key.size() > kMaxFieldKey) return;
  // The place of `out` in memory tells the tables apart.
  const std::hash<std::string_view> hash;
  const std::uint64_t place = reinterpret_cast<std::uintptr_t>(&out) ^ (static_cast<std::uint64_t>(level) << 3) ^
                              static_cast<std::uint64_t>(type) ^ (hash(dataset_) * 0x9E3779B97F4A7C15U) ^
                              (hash(origin_.environment) << 1);
  if (!out_.fields.first_time((hash(key) ^ place) * 0xC2B2AE3D27D4EB4FU)) return;
  out.push_back({std::string(origin_.environment), dataset_, level, std::string(key), type});
}

void Appender::note(FieldSightings& out, FieldLevel level, std::span<const Attribute> attributes) {
  for (const auto& [key, value] : attributes) note(out, level, key, field_type(value));
}

Result<void> Appender::spend(std::size_t bytes, std::span<const Attribute> attributes) {
  for (const auto& attribute : attributes) bytes += stored_bytes(attribute);
  // Texts that rows share are kept once but compared for each row.
  bytes += (origin_.resource.size() + origin_.scope.size() + metadata_.size()) / 16;
  if (budget_.spend(bytes)) return {};
  return fail(ErrorCode::kTooLarge,
              "the request holds too many records to be taken at once; send fewer in each request");
}

void Appender::add_attributes(AttributeColumns& columns, std::span<const Attribute> attributes,
                              std::string_view left_out) {
  for (const auto& [key, value] : attributes) {
    if (!left_out.empty() && key == left_out) continue;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      columns.add_string(key, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      columns.add_int(key, *integer);
    } else if (const auto* number = std::get_if<double>(&value)) {
      columns.add_double(key, *number);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      columns.add_bool(key, *flag);
    } else if (const auto* complex = std::get_if<const Value*>(&value)) {
      columns.add(key, **complex);
    } else {
      columns.add_json(key, "null");
    }
  }
  columns.end_row();
}

void Appender::add_occurrence(const OccurrenceRecord& occurrence, std::string_view left_out) {
  OccurrenceColumns& rows = out_.occurrences;
  if (!occurrences_noted_) {
    occurrences_noted_ = true;
    rows.attributes.use_dataset(origin_.environment, dataset_);
    note_producers(out_.fields.occurrences);
  }
  add_origin(rows.origin, occurrence.time, occurrence_origin_added_);
  rows.trace.add(occurrence.trace_id, occurrence.span_id);
  rows.occurrence_id.add(occurrence.id);
  rows.time.add(occurrence.time.value);
  rows.level.add(occurrence.level);
  rows.language.add(resource_->language);
  rows.exception_type.add(occurrence.type);
  rows.exception_message.add(occurrence.message);
  rows.stacktrace.add(occurrence.stacktrace);
  rows.escaped.add(occurrence.escaped);
  rows.sample_rate.add(occurrence.sample_rate);
  Attributes others;
  for (const auto& attribute : occurrence.attributes) {
    if (!is_exception_key(attribute.key)) others.push_back(attribute);
  }
  add_attributes(rows.attributes, others, left_out);
}

}  // namespace tetrascope::otlp
