#pragma once
// Occurrences of errors: OTel exceptions, and later what error trackers send.

#include "model/attribute_columns.h"
#include "model/origin_columns.h"
#include "model/table.h"

namespace tetrascope {

/// One row an occurrence. An OTel exception is found twice, as a span event and here: `occurrence_id` is a hash of
/// where it stands, so that writing it again is seen.
struct OccurrenceColumns : TableColumns<OccurrenceColumns> {
  OriginColumns origin;
  TraceColumns trace;
  IdColumn<16> occurrence_id;
  NumberColumn<std::int64_t> time;
  LowCardinalityColumn level, language, exception_type;
  StringColumn exception_message, stacktrace;
  BoolColumn escaped;
  NumberColumn<std::uint32_t> sample_rate;
  AttributeColumns attributes;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    OriginColumns::each(self.origin, visit);
    TraceColumns::each(self.trace, visit);
    visit(ColumnInfo{"occurrence_id", "identity of the occurrence: the same when it is sent again", "CODEC(NONE)"},
          self.occurrence_id);
    visit(ColumnInfo{"time", "when it happened, Unix nanoseconds", "CODEC(Delta(8), Default)"}, self.time);
    visit(ColumnInfo{"level", "critical, error, warning, info or debug"}, self.level);
    visit(ColumnInfo{"language", "programming language of the stack"}, self.language);
    visit(ColumnInfo{"exception_type", "class of the exception"}, self.exception_type);
    visit(ColumnInfo{"exception_message", "message of the exception"}, self.exception_message);
    visit(ColumnInfo{"stacktrace", "the stack as text"}, self.stacktrace);
    visit(ColumnInfo{"escaped", "true when the exception left the span"}, self.escaped);
    visit(ColumnInfo{"sample_rate", "how many occurrences this one stands for"}, self.sample_rate);
    AttributeColumns::each(self.attributes, visit);
  }
};

}  // namespace tetrascope
