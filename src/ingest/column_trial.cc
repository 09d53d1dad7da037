#include "ingest/column_trial.h"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "model/attribute_columns.h"
#include "model/native_writer.h"

namespace tetrascope {
namespace {

template <class Column>
std::size_t compressed_bytes(const Column& column, std::size_t rows) {
  NativeWriter out;
  column.prefix(out);
  column.encode(out, 0, rows);
  const std::string_view plain = out.view();
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t bytes = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 1);
  return ZSTD_isError(bytes) != 0 ? plain.size() : bytes;
}

template <class Number>
Number number_of(std::string_view bytes) {
  Number number{};
  std::memcpy(&number, bytes.data(), std::min(sizeof number, bytes.size()));
  return number;
}

void add(AttributeColumns& columns, std::string_view typed_key, std::string_view value) {
  const std::string_view key = typed_key.substr(1);
  switch (type_of_letter(typed_key.front())) {
    case FieldType::kString:
      return columns.add_string(key, value);
    case FieldType::kInt:
      return columns.add_int(key, number_of<std::int64_t>(value));
    case FieldType::kDouble:
      return columns.add_double(key, number_of<double>(value));
    case FieldType::kBool:
      return columns.add_bool(key, value == bool_bytes(true));
    case FieldType::kJson:
      return columns.add_json(key, value);
  }
}

}  // namespace

ColumnTrial try_columns(const MapColumn& map, const AttributeLayoutPtr& layout) {
  AttributeColumns columns;
  columns.use_layout(layout);
  columns.use_dataset("", "");
  std::size_t element = 0;
  for (std::size_t row = 0; row < map.size(); ++row) {
    for (; element < map.end_of(row); ++element) add(columns, map.keys()[element], map.values()[element]);
    columns.end_row();
  }
  ColumnTrial trial{.rows = map.size(), .map_bytes = compressed_bytes(map, map.size())};
  AttributeColumns::each(columns, [&](const ColumnInfo&, const auto& column) {
    trial.column_bytes += compressed_bytes(column, map.size());
  });
  return trial;
}

}  // namespace tetrascope
