#pragma once
// Vendors' own documents, byte for byte as they came: what a vendor's API has to give back exactly.

#include "model/origin_columns.h"
#include "model/table.h"

namespace tetrascope {

/// One row a document.
struct DocumentColumns : TableColumns<DocumentColumns> {
  OriginColumns origin;
  TraceColumns trace;
  NumberColumn<std::int64_t> time;
  LowCardinalityColumn kind;
  StringColumn key, document;

  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit) {
    OriginColumns::each(self.origin, visit);
    TraceColumns::each(self.trace, visit);
    visit(ColumnInfo{"time", "time that the document speaks of, Unix nanoseconds", "CODEC(Delta(8), Default)"},
          self.time);
    visit(ColumnInfo{"kind", "what it is, e.g. xray.segment"}, self.kind);
    visit(ColumnInfo{"key", "the vendor's id of the document"}, self.key);
    visit(ColumnInfo{"document", "the bytes as sent"}, self.document);
  }
};

}  // namespace tetrascope
