#pragma once
// What records mean here: datasets, sample rates, exceptions, fields. Both decoders end in this class, so that JSON and
// protobuf of one content become the same rows.

#include <cstdint>
#include <string>
#include <string_view>

#include "slices/otlp/budget.h"
#include "slices/otlp/decode.h"
#include "slices/otlp/occurrences.h"
#include "slices/otlp/producer_text.h"
#include "slices/otlp/records.h"

namespace tetrascope::otlp {

/// Appends the records of one request. Call resource(), then scope() once or more, then records; and so on.
/// Errors of all calls: kTooLarge (over the budget), resource() also kUnauthenticated.
class Appender {
 public:
  Appender(OtlpSignal signal, const OtlpContext& context, Batch& out, Budget& budget);

  Result<void> resource(ProducerTextPtr text);
  void scope(ProducerTextPtr text);

  Result<void> span(const SpanRecord& span);
  Result<void> log(const LogRecord& log);
  /// `metric` stays as it is until the next call; then its points, if it has any.
  void metric(const MetricRecord& metric);
  Result<void> point(const PointRecord& point);
  /// A row that has the metric's name, description and unit.
  Result<void> metric_without_points();

  DecodeReport take_report();

 private:
  void refuse(std::string why);
  void begin_rows();
  void note(FieldSightings& out, FieldLevel level, std::string_view key, FieldType type);
  void note(FieldSightings& out, FieldLevel level, std::span<const Attribute> attributes);
  void note_producers(FieldSightings& out);
  void add_origin(OriginColumns& out, UnixNanos time, bool& added);
  void add_attributes(AttributeColumns& columns, std::span<const Attribute> attributes, std::string_view left_out);
  void add_events(const SpanRecord& span);
  void add_links(const SpanRecord& span);
  void add_exemplars(const PointRecord& point);
  void add_occurrence(const OccurrenceRecord& occurrence, std::string_view left_out);
  Result<void> spend(std::size_t bytes, std::span<const Attribute> attributes);

  const OtlpSignal signal_;
  const OtlpContext& context_;
  Batch& out_;
  Budget& budget_;
  DecodeReport report_;
  ProducerTextPtr resource_, scope_;
  Origin origin_;
  std::string dataset_;
  bool noted_ = false, occurrences_noted_ = false;               ///< of the present resource and scope
  bool origin_added_ = false, occurrence_origin_added_ = false;  ///< the newest row of the table has it
  const MetricRecord* metric_ = nullptr;
  std::string metadata_;
  std::string json_;  ///< scratch
};

}  // namespace tetrascope::otlp
