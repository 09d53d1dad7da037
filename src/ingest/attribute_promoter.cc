#include "ingest/attribute_promoter.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/ids.h"
#include "base/log.h"
#include "ingest/column_trial.h"
#include "model/attribute_form.h"

namespace tetrascope {
namespace {

constexpr std::array<std::string_view, kSignals> kTables = {"spans", "logs", "occurrences", "metrics"};

std::string_view table_of(Signal signal) { return kTables[static_cast<std::size_t>(signal)]; }

/// Names and keys are of the characters that can_have_column() lets through: none needs an escape.
std::string add_columns(Signal signal, const std::vector<AttributeColumn>& columns) {
  std::string text = fmt::format("ALTER TABLE {}", table_of(signal));
  std::string_view separator = " ";
  for (const AttributeColumn& column : columns) {
    const std::string name = column.name();
    text += fmt::format("{}ADD COLUMN IF NOT EXISTS `{}` {} DEFAULT {}", separator, name, column.engine_type(),
                        column.default_sql());
    separator = ", ";
    // A text of many values is looked for by equality: the index says which granules can have it.
    if (column.type != FieldType::kString || column.repeats) continue;
    text += fmt::format(", ADD INDEX IF NOT EXISTS `by {}` {} TYPE bloom_filter(0.01) GRANULARITY 1", column.key,
                        column.value_sql());
  }
  return text;
}

}  // namespace

/// Notes the elements of a map, whose keys say their types.
void AttributePromoter::count(Window& window, const MapColumn& map) const {
  const std::size_t elements = map.keys().size();
  for (std::size_t element = 0; element < elements; ++element) {
    const std::string_view typed_key = map.keys()[element];
    const FieldType type = type_of_letter(typed_key.front());
    if (type == FieldType::kJson) continue;
    auto& keys = window.keys[static_cast<std::size_t>(type)];
    const std::string_view key = typed_key.substr(1);
    auto found = keys.find(key);
    if (found == keys.end()) {
      if (keys.size() >= kMaxKeys || !can_have_column(key)) continue;
      found = keys.emplace(std::string(key), Seen{}).first;
    }
    Seen& seen = found->second;
    ++seen.rows;
    if (type == FieldType::kDouble || type == FieldType::kBool) continue;  // whether they repeat is not asked
    const bool is_new =
        seen.values.size() < kMaxValues && seen.values.insert(stable_hash(map.values()[element])[0]).second;
    const std::size_t row = window.rows + element * map.size() / elements;  // about
    if (row < limits_.window_rows / 2) continue;
    ++seen.late_rows;
    if (is_new || seen.values.size() == kMaxValues) ++seen.late_values;
  }
}

void AttributePromoter::keep(MapColumn& sample, const MapColumn& map) {
  const std::size_t rows = std::min(map.size(), kSampleRows - sample.size());
  std::size_t element = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (; element < map.end_of(row); ++element) sample.add(map.keys()[element], map.values()[element]);
    sample.end_row();
  }
}

void AttributePromoter::observe(const Batch& batch) {
  Batch::each_attributes(batch, [&](Signal signal, const AttributeColumns& attributes) {
    const std::size_t rows = attributes.others.size();
    if (rows == 0) return;
    Window& window = windows_[static_cast<std::size_t>(signal)];
    const AttributeLayoutPtr present = layouts_.of(signal);
    if (present->columns().size() >= limits_.columns) return;
    if (window.rest > 0) {
      window.rest -= std::min(window.rest, rows);
      return;
    }
    count(window, attributes.others);
    keep(window.sample, attributes.others);
    window.rows += rows;
    if (window.rows < limits_.window_rows) return;
    std::vector<AttributeColumn> columns = chosen(window, *present);
    if (!columns.empty()) {
      const ColumnTrial trial = try_columns(window.sample, std::make_shared<const AttributeLayout>(columns));
      if (trial.columns_are_dear()) {
        log_info("{} attributes of {} stay in their map: a row would take {} bytes instead of {}", columns.size(),
                 table_of(signal), trial.column_bytes / trial.rows, trial.map_bytes / trial.rows);
        columns.clear();
      }
    }
    const std::size_t rest = std::clamp(window.last_rest * 2, limits_.rest, limits_.longest_rest);
    window = {};
    if (columns.empty()) {
      window.rest = window.last_rest = rest;
      return;
    }
    if (const auto promoted = promote(signal, columns); !promoted) {
      log_warning("attributes of {} get no columns now: {}", table_of(signal), promoted.error().message);
    }
  });
}

std::vector<AttributeColumn> AttributePromoter::chosen(const Window& window, const AttributeLayout& present) const {
  std::vector<std::pair<std::size_t, AttributeColumn>> found;
  for (const FieldType type : {FieldType::kString, FieldType::kInt, FieldType::kDouble, FieldType::kBool}) {
    for (const auto& [key, seen] : window.keys[static_cast<std::size_t>(type)]) {
      if (seen.rows * limits_.share < window.rows || present.has(type, key)) continue;
      // In the second half hardly any value was new: there are few. (A user's id repeats within its trace, but each
      // trace brings a new one.)
      const bool few = seen.late_values * 100 <= seen.late_rows;
      const bool repeats = few && (type == FieldType::kString || type == FieldType::kInt);
      found.emplace_back(seen.rows, AttributeColumn{key, type, repeats});
    }
  }
  std::ranges::sort(found, std::ranges::greater(), &std::pair<std::size_t, AttributeColumn>::first);
  std::vector<AttributeColumn> columns;
  for (auto& [rows, column] : found) {
    if (present.columns().size() + columns.size() < limits_.columns) columns.push_back(std::move(column));
  }
  return columns;
}

Result<void> AttributePromoter::promote(Signal signal, const std::vector<AttributeColumn>& columns) {
  RETURN_IF_ERROR(storage_.change_schema(add_columns(signal, columns)));
  const AttributeLayoutPtr present = layouts_.of(signal);
  std::vector<AttributeColumn> all(present->columns().begin(), present->columns().end());
  all.insert(all.end(), columns.begin(), columns.end());
  layouts_.set(signal, std::make_shared<const AttributeLayout>(std::move(all)));
  log_info("{} attributes of {} have columns of their own now", columns.size(), table_of(signal));
  return {};
}

Result<void> load_layouts(Storage& storage, AttributeLayouts& layouts) {
  for (std::size_t i = 0; i < kSignals; ++i) {
    StatementBuilder sql;
    sql.sql("SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = ")
        .value("String", std::string(kTables[i]))
        .sql(" ORDER BY position");
    ASSIGN_OR_RETURN(const Rows rows, storage.execute(std::move(sql).take()));
    std::vector<AttributeColumn> columns;
    for (const auto& row : rows.rows) {
      if (auto column = attribute_column(*row[0].as<std::string>(), *row[1].as<std::string>()))
        columns.push_back(*std::move(column));
    }
    layouts.set(static_cast<Signal>(i), std::make_shared<const AttributeLayout>(std::move(columns)));
  }
  return {};
}

}  // namespace tetrascope
