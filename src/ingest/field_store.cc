#include "ingest/field_store.h"

#include "model/schema.h"

namespace tetrascope {
namespace {

FieldCatalogue::Field field_of(const std::vector<Value>& row) {
  const auto number = [&](std::size_t at) {
    return row[at].as<std::int64_t>() != nullptr ? *row[at].as<std::int64_t>() : 0;
  };
  const auto text = [&](std::size_t at) {
    return row[at].as<std::string>() != nullptr ? *row[at].as<std::string>() : std::string();
  };
  return {static_cast<Signal>(number(0)),    text(1),     text(2),    static_cast<FieldLevel>(number(3)), text(4),
          static_cast<FieldType>(number(5)), {number(6)}, {number(7)}};
}

}  // namespace

std::string encode_fields(const std::vector<FieldCatalogue::Field>& fields) {
  FieldColumns columns;
  for (const auto& field : fields) {
    columns.environment.add(field.environment);
    columns.dataset.add(field.dataset);
    columns.signal.add(static_cast<std::uint8_t>(field.signal));
    columns.level.add(static_cast<std::uint8_t>(field.level));
    columns.type.add(static_cast<std::uint8_t>(field.type));
    columns.key.add(field.key);
    columns.first_seen.add(field.first_seen.value);
    columns.last_seen.add(field.last_seen.value);
  }
  NativeWriter native;
  columns.encode(native, 0, columns.rows());
  return std::string(native.view());
}

Result<void> load_fields(Storage& storage, FieldCatalogue& catalogue) {
  QueryBounds bounds;
  bounds.result_rows = kMaxFields;
  const Statement statement{
      "SELECT signal, environment, dataset, level, key, type, min(first_seen) AS first, max(last_seen) AS last "
      "FROM fields GROUP BY signal, environment, dataset, level, key, type "
      "ORDER BY last DESC LIMIT 200000",
      {}};
  ASSIGN_OR_RETURN(const Rows rows, storage.execute(statement, bounds));
  std::vector<FieldCatalogue::Field> fields;
  fields.reserve(rows.rows.size());
  for (const auto& row : rows.rows) fields.push_back(field_of(row));
  catalogue.load(fields);
  return {};
}

}  // namespace tetrascope
