#pragma once
// The columns of exported Parquet files: one row a span, a log record, a metric point. Each says which column of the
// store's rows (otlp_plan) it is made of, and how; that is also its way back.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/rows.h"
#include "upkeep/otlp_lines.h"

namespace tetrascope::upkeep {

enum class ParquetForm : std::uint8_t {
  kSame,          ///< the cell itself
  kText,          ///< the same, with U+FFFD for what is not UTF-8
  kId,            ///< lower-case hex, or the client's own text; "" for none
  kOptionalTime,  ///< missing for zero
  kSentTime,      ///< of a log record: missing when none was sent
  kObservedTime,  ///< of a log record, the same
  kCounts,        ///< a list of counts
  kWord,          ///< a number by its name in ParquetColumn::words, or in digits where it has none
  kPresent,       ///< missing unless the bit of MetricColumns::Present is set
  kAttributes,    ///< TypedTexts::texts of the row's attributes, without the sample rate
  kAttributeTypes,
  kMetadata,  ///< the same of JSON
  kMetadataTypes,
  kEvents,
  kLinks,
  kExemplars,
  kOfAttributes,  ///< of the resource or scope that `source` names
  kOfAttributeTypes,
  kOfDropped,
  kOfText,      ///< its member of the column's own name, behind `resource_` or `scope_`
  kOfEntities,  ///< JSON, "" for none
  kShown,       ///< for readers: not read back
  kEndTime,     ///< start and duration: not read back
};

struct ParquetColumn {
  std::string_view name;
  std::string_view type;  ///< ClickHouse's; Parquet's follows from it
  ParquetForm form;
  std::string_view source;
  std::span<const std::string_view> words = {};
  std::int64_t bit = 0;
};

std::span<const ParquetColumn> parquet_columns(ExportSignal signal);
/// Names and types of the same.
std::vector<Rows::Column> parquet_types(ExportSignal signal);
/// The signal that has a file with these columns. Errors: kInvalid, with what is missing.
Result<ExportSignal> signal_of_columns(const std::vector<std::string>& names);

}  // namespace tetrascope::upkeep
