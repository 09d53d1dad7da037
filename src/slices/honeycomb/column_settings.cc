#include "slices/honeycomb/column_settings.h"

#include <nlohmann/json.hpp>

#include "slices/honeycomb/saved_queries.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kColumns = "honeycomb.column";
constexpr std::size_t kMaxColumns = 20'000;

std::string columns_prefix(std::string_view environment, std::string_view dataset) {
  return std::string(environment).append("/").append(dataset).append("/");
}

ColumnSettings column_settings_of(const Json& json) {
  ColumnSettings settings;
  settings.key_name = json.value("key_name", "");
  settings.description = json.value("description", "");
  settings.hidden = json.value("hidden", false);
  settings.kind = find_kind(json.value("type", ""));
  settings.created.value = json.value("created", std::int64_t{0});
  settings.updated.value = json.value("updated", std::int64_t{0});
  settings.deleted.value = json.value("deleted", std::int64_t{0});
  return settings;
}

}  // namespace

std::optional<ColumnKind> find_kind(std::string_view name) {
  for (const ColumnKind kind : {ColumnKind::kString, ColumnKind::kFloat, ColumnKind::kInteger, ColumnKind::kBoolean}) {
    if (kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

Result<ColumnSettingsByName> column_settings(const Middle& middle, std::string_view environment,
                                             std::string_view dataset) {
  ASSIGN_OR_RETURN(const auto documents,
                   middle.control.list(kColumns, columns_prefix(environment, dataset), "", kMaxColumns));
  ColumnSettingsByName by_name;
  for (const auto& document : documents) {
    const Json json = parse_json(document.json);
    if (!json.is_object()) continue;
    ColumnSettings settings = column_settings_of(json);
    std::string name = settings.key_name;
    by_name.emplace(std::move(name), std::move(settings));
  }
  return by_name;
}

Result<void> put_column_settings(const Middle& middle, std::string_view environment, std::string_view dataset,
                                 const ColumnSettings& settings) {
  const Json json = {
      {"key_name", settings.key_name},     {"description", settings.description},
      {"hidden", settings.hidden},         {"type", settings.kind ? std::string(kind_name(*settings.kind)) : ""},
      {"created", settings.created.value}, {"updated", settings.updated.value},
      {"deleted", settings.deleted.value}};
  // Names may be longer than a key of the store: the column's id stands for it.
  const auto written = middle.control.put(
      std::string(kColumns), columns_prefix(environment, dataset) + stable_id(settings.key_name), to_text(json));
  if (!written) return std::unexpected(written.error());
  return {};
}

Result<KindOverrides> kind_overrides(const Middle& middle, std::string_view environment, std::string_view dataset) {
  ASSIGN_OR_RETURN(const auto by_name, column_settings(middle, environment, dataset));
  KindOverrides kinds;
  for (const auto& [name, settings] : by_name) {
    if (settings.kind) kinds.emplace(name, *settings.kind);
  }
  return kinds;
}

}  // namespace tetrascope::honeycomb
