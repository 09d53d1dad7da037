#pragma once
// How the tables hold what a plan reads: the one place that knows (docs/adr/0003-plan.md, "Layout").

#include <optional>
#include <string>
#include <string_view>

#include "model/attribute_layout.h"
#include "query/plan.h"
#include "query/value_sql.h"
#include "storage/statement.h"

namespace tetrascope::plan {

std::string_view table_name(Table table);
/// The column of the event time.
std::string_view time_column(Table table);

/// A column that plans can read. Maps of attributes are none: Attribute and AllAttributes read those.
struct ColumnLayout {
  Type type = Type::kString;
  bool narrow = false;  ///< an integer of another width than the 64 bits that kInt has
};
/// nullopt: the table has no such column.
std::optional<ColumnLayout> find_column(Table table, std::string_view name);

/// The array column of attributes that opens with `array`: event_attributes, link_attributes; "" where there is none.
std::string_view attributes_beside(std::string_view array);

/// `opened`: SQL of the JSON object that holds the item's attributes (of a span event), "" for those of the row.
/// `layout`: of the table.
std::string attribute_sql(const Attribute& attribute, std::string_view opened, const AttributeLayout& layout,
                          StatementBuilder& out);
std::string all_attributes_sql(Level level, std::string_view opened, const AttributeLayout& layout);
/// Function::kJsonGet: `path` holds Int64 and String placeholders, each with a comma before it.
std::string json_any_sql(const std::string& json, const std::string& path);
/// Function::kJsonText, `path` as above.
std::string json_text_sql(std::string_view json, std::string_view path);
/// Function::kJsonElements.
std::string json_elements_sql(std::string_view json);

}  // namespace tetrascope::plan
