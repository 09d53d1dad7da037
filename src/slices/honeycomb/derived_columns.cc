#include "slices/honeycomb/derived_columns.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/saved_queries.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kDerivedColumns = "honeycomb.derived_column";
/// Who has an alias: what makes two creations of one alias meet.
constexpr std::string_view kAliases = "honeycomb.derived_column_alias";
constexpr std::size_t kMaxDerivedColumns = 10'000;

std::string prefix_of(const DatasetPlace& place) { return place.environment + "/" + place.dataset + "/"; }
std::string key_of(const DatasetPlace& place, std::string_view id) { return prefix_of(place).append(id); }
/// Aliases may be longer than a key of the store.
std::string alias_key(const DatasetPlace& place, std::string_view alias) { return prefix_of(place) + stable_id(alias); }

DerivedColumn derived_column_of(const Json& json) {
  DerivedColumn column;
  column.id = json.value("id", "");
  column.alias = json.value("alias", "");
  column.expression = json.value("expression", "");
  column.description = json.value("description", "");
  column.created.value = json.value("created", std::int64_t{0});
  column.updated.value = json.value("updated", std::int64_t{0});
  return column;
}

std::string stored_text(const DerivedColumn& column) {
  return to_text(Json{{"id", column.id},
                      {"alias", column.alias},
                      {"expression", column.expression},
                      {"description", column.description},
                      {"created", column.created.value},
                      {"updated", column.updated.value}});
}

}  // namespace

Result<std::vector<DerivedColumn>> derived_columns(const Middle& middle, const DatasetPlace& place) {
  ASSIGN_OR_RETURN(const auto documents,
                   middle.control.list(kDerivedColumns, prefix_of(place), "", kMaxDerivedColumns));
  std::vector<DerivedColumn> columns;
  for (const auto& document : documents) {
    const Json json = parse_json(document.json);
    if (json.is_object()) columns.push_back(derived_column_of(json));
  }
  std::ranges::sort(columns, {}, &DerivedColumn::alias);
  return columns;
}

Result<std::optional<DerivedColumn>> find_derived_column(const Middle& middle, const DatasetPlace& place,
                                                         std::string_view id) {
  if (id.empty() || id.size() > 64) return std::optional<DerivedColumn>();
  ASSIGN_OR_RETURN(const auto document, middle.control.get(kDerivedColumns, key_of(place, id)));
  if (!document) return std::optional<DerivedColumn>();
  const Json json = parse_json(document->json);
  if (!json.is_object()) return std::optional<DerivedColumn>();
  return std::optional(derived_column_of(json));
}

Result<void> put_derived_column(const Middle& middle, const DatasetPlace& place, const DerivedColumn* before,
                                const DerivedColumn& column) {
  using Kind = ControlWrite::Kind;
  std::vector<ControlWrite> writes = {
      {Kind::kPut, std::string(kDerivedColumns), key_of(place, column.id), stored_text(column), {}}};
  if (before == nullptr || before->alias != column.alias) {
    writes.push_back({Kind::kPut, std::string(kAliases), alias_key(place, column.alias), to_text(Json(column.id)),
                      ControlWrite::kAbsent});
  }
  if (before != nullptr && before->alias != column.alias)
    writes.push_back({Kind::kRemove, std::string(kAliases), alias_key(place, before->alias), "", {}});
  const auto written = middle.control.commit(writes);
  if (!written) return std::unexpected(written.error());
  return {};
}

Result<void> remove_derived_column(const Middle& middle, const DatasetPlace& place, const DerivedColumn& column) {
  using Kind = ControlWrite::Kind;
  const std::vector<ControlWrite> writes = {
      {Kind::kRemove, std::string(kDerivedColumns), key_of(place, column.id), "", {}},
      {Kind::kRemove, std::string(kAliases), alias_key(place, column.alias), "", {}}};
  const auto written = middle.control.commit(writes);
  if (!written) return std::unexpected(written.error());
  return {};
}

Result<CalculatedFields> calculated_fields(const Middle& middle, std::string_view environment,
                                           std::string_view dataset) {
  CalculatedFields fields;
  const auto add = [&](std::string_view place) -> Result<void> {
    ASSIGN_OR_RETURN(const auto columns, derived_columns(middle, {std::string(environment), std::string(place)}));
    for (const DerivedColumn& column : columns) {
      // What was kept could be read once; a later version of the language may think otherwise.
      if (auto formula = parse_formula(column.expression)) fields.emplace(column.alias, *std::move(formula));
    }
    return {};
  };
  if (dataset != kAllDatasets) RETURN_IF_ERROR(add(dataset));
  RETURN_IF_ERROR(add(kAllDatasets));
  return fields;
}

}  // namespace tetrascope::honeycomb
