#pragma once
// All tables, from their builders' declarations: what the DDL is written from.

#include <span>

#include "model/document_columns.h"
#include "model/log_columns.h"
#include "model/metric_columns.h"
#include "model/occurrence_columns.h"
#include "model/span_columns.h"
#include "model/table.h"

namespace tetrascope {

/// spans, logs, occurrences, metrics, documents, fields; in this order.
std::span<const TableSchema> all_tables();
/// Null when there is none of that name.
const TableSchema* find_table(std::string_view name);

/// The `fields` table: the field catalogue as stored. Rows of one place are merged, the newest stays.
struct FieldColumns : TableColumns<FieldColumns> {
  LowCardinalityColumn environment, dataset;
  NumberColumn<std::uint8_t> signal, level, type;
  StringColumn key;
  NumberColumn<std::int64_t> first_seen, last_seen;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    visit(ColumnInfo{"environment", "Honeycomb environment"}, self.environment);
    visit(ColumnInfo{"dataset", "Honeycomb dataset"}, self.dataset);
    visit(ColumnInfo{"signal", "0 spans, 1 logs, 2 occurrences, 3 metrics"}, self.signal);
    visit(ColumnInfo{"level", "0 item, 1 scope, 2 resource, 3 span event, 4 link"}, self.level);
    visit(ColumnInfo{"type", "0 string, 1 int, 2 double, 3 bool, 4 json"}, self.type);
    visit(ColumnInfo{"key", "attribute key; empty: the dataset itself"}, self.key);
    visit(ColumnInfo{"first_seen", "Unix nanoseconds"}, self.first_seen);
    visit(ColumnInfo{"last_seen", "Unix nanoseconds, at most an hour behind"}, self.last_seen);
  }
};

}  // namespace tetrascope
