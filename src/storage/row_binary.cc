#include "storage/row_binary.h"

#include <fmt/core.h>

#include "model/native_writer.h"
#include "storage/column_type.h"

namespace tetrascope {
namespace {

/// Whether the value is of the type; nothing is to be read from `out` when it is not.
bool write_value(const ColumnType& type, const Value& value, NativeWriter& out);

bool write_integer(const ColumnType& type, const Value& value, NativeWriter& out) {
  std::int64_t number = 0;
  if (const auto* integer = value.as<std::int64_t>())
    number = *integer;
  else if (const auto* flag = value.as<bool>())
    number = *flag ? 1 : 0;
  else
    return false;
  out.raw(&number, type.width);  // little endian: its low bytes come first
  return true;
}

bool write_double(const ColumnType& type, const Value& value, NativeWriter& out) {
  double number = 0;
  if (const auto* real = value.as<double>())
    number = *real;
  else if (const auto* integer = value.as<std::int64_t>())
    number = static_cast<double>(*integer);
  else
    return false;
  if (type.width == 4)
    out.number(static_cast<float>(number));
  else
    out.number(number);
  return true;
}

bool write_array(const ColumnType& type, const Value& value, NativeWriter& out) {
  const auto* array = value.as<Array>();
  if (array == nullptr) return false;
  out.varint(array->size());
  for (const Value& element : *array)
    if (!write_value(type.children[0], element, out)) return false;
  return true;
}

bool write_tuple(const ColumnType& type, const Value& value, NativeWriter& out) {
  const auto* array = value.as<Array>();
  if (array == nullptr || array->size() != type.children.size()) return false;
  for (std::size_t i = 0; i < array->size(); ++i)
    if (!write_value(type.children[i], (*array)[i], out)) return false;
  return true;
}

bool write_map(const ColumnType& type, const Value& value, NativeWriter& out) {
  const auto* object = value.as<Object>();
  if (object == nullptr || type.children[0].layout != Layout::kString) return false;
  out.varint(object->size());
  for (const auto& [key, member] : *object) {
    out.text(key);
    if (!write_value(type.children[1], member, out)) return false;
  }
  return true;
}

bool write_value(const ColumnType& type, const Value& value, NativeWriter& out) {
  switch (type.layout) {
    case Layout::kBool:
    case Layout::kInt:
    case Layout::kUnsigned:
      return write_integer(type, value, out);
    case Layout::kFloat:
      return write_double(type, value, out);
    case Layout::kString:
      if (const auto* text = value.as<std::string>()) return out.text(*text), true;
      return false;
    case Layout::kFixedString:
      if (const auto* bytes = value.as<Bytes>(); bytes != nullptr && bytes->data.size() == type.width)
        return out.raw(bytes->data.data(), type.width), true;
      return false;
    case Layout::kNullable:
      out.number(static_cast<std::uint8_t>(value.missing() ? 1 : 0));
      return value.missing() || write_value(type.children[0], value, out);
    case Layout::kNothing:
      return false;
    case Layout::kArray:
      return write_array(type, value, out);
    case Layout::kTuple:
      return write_tuple(type, value, out);
    case Layout::kMap:
      return write_map(type, value, out);
  }
  return false;
}

}  // namespace

std::string row_binary_head(const std::vector<Rows::Column>& columns) {
  NativeWriter out;
  out.varint(columns.size());
  for (const Rows::Column& column : columns) out.text(column.name);
  for (const Rows::Column& column : columns) out.text(column.type);
  return std::string(out.view());
}

Result<void> append_row_binary(const Rows& rows, std::string& out) {
  std::vector<ColumnType> types;
  for (const Rows::Column& column : rows.columns) {
    ASSIGN_OR_RETURN(ColumnType type, parse_column_type(column.type));
    types.push_back(std::move(type));
  }
  NativeWriter bytes;
  for (const auto& row : rows.rows) {
    if (row.size() != types.size())
      return fail(ErrorCode::kInternal, fmt::format("a row of {} cells, want {}", row.size(), types.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!write_value(types[i], row[i], bytes))
        return fail(ErrorCode::kInternal,
                    fmt::format("{}: {} is no {}", rows.columns[i].name, to_json(row[i]), rows.columns[i].type));
    }
    out += bytes.view();
    bytes.clear();
  }
  return {};
}

}  // namespace tetrascope
