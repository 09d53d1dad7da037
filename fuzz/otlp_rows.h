#pragma once
// What must hold for every body that an OTLP decoder is given.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/batch.h"
#include "slices/otlp/decode.h"

namespace tetrascope {

using OtlpDecode = Result<otlp::DecodeReport> (*)(std::string_view, const otlp::OtlpContext&, Batch&);

/// Taken or not: columns are of one length, a refused body leaves no row, what was taken can be written for the engine,
/// and the JSON in it can be read back.
inline void check_otlp_rows(OtlpDecode decode, std::string_view body) {
  const otlp::OtlpContext context{{}, "dataset", UnixNanos{1'790'000'000'000'000'000}};
  Batch batch;
  const auto report = decode(body, context, batch);
  std::size_t rows = 0;
  Batch::each(batch, [&](std::string_view, const auto& columns) {
    if (!columns.misaligned().empty()) std::abort();
    rows += columns.rows();
    NativeWriter native;
    if (columns.rows() > 0) columns.encode(native, 0, columns.rows());
  });
  if (!report && (rows != 0 || report.error().message.empty())) std::abort();
  if (report && rows < report->accepted) std::abort();
  FieldSightings sightings;
  batch.spans.attributes.collect(sightings);
  batch.logs.attributes.collect(sightings);
  batch.metrics.attributes.collect(sightings);
  const auto check_json = [](const LowCardinalityColumn& column) {
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column[row].empty() && !value_from_json(column[row])) std::abort();
    }
  };
  check_json(batch.spans.origin.resource);
  check_json(batch.logs.origin.scope);
  check_json(batch.metrics.metadata);
}

}  // namespace tetrascope
