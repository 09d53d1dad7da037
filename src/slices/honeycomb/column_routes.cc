#include "slices/honeycomb/column_routes.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/access.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/column_settings.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/generated_columns.h"
#include "slices/honeycomb/query_run.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/request_body.h"
#include "slices/honeycomb/saved_queries.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kColumnNotFound = "Column not found";

/// A column as the API shows it: what data has shown, with what was set over it.
struct Column {
  ColumnSettings settings;
  ColumnKind kind = ColumnKind::kString;
  std::optional<UnixNanos> last_written;

  [[nodiscard]] std::string id() const { return stable_id(settings.key_name); }
  [[nodiscard]] Json json() const {
    Json json = {{"id", id()},
                 {"key_name", settings.key_name},
                 {"alias", ""},
                 {"hidden", settings.hidden},
                 {"description", settings.description},
                 {"type", kind_name(kind)},
                 {"last_written", nullptr},
                 {"created_at", format_time(settings.created)},
                 {"updated_at", format_time(std::max(settings.created, settings.updated))}};
    if (last_written) json["last_written"] = format_time(*last_written);
    return json;
  }
};
using Columns = std::map<std::string, Column, std::less<>>;

struct ColumnPlace {
  std::string environment;
  std::string dataset;  ///< slug, or __all__
  Selection selection;
  std::optional<Dataset> known;
};

Result<ColumnPlace> column_place(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(const HoneycombKey key, authorize(request, middle, Need::kAsk));
  ColumnPlace place{std::string(key.environment), request.captures.at(0), {}, {}};
  if (place.dataset != kAllDatasets) {
    ASSIGN_OR_RETURN(place.known, find_dataset(middle, place.environment, place.dataset));
    if (!place.known) return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
    place.dataset = place.known->slug;
  }
  ASSIGN_OR_RETURN(auto selection, select_rows(middle, place.environment, place.dataset));
  if (selection) place.selection = *std::move(selection);
  return place;
}

/// Fields that its rows generate.
Result<void> add_generated(const Middle& middle, const ColumnPlace& place, Columns& columns) {
  const bool has_rows = place.selection.all || !place.selection.datasets.empty();
  if (!has_rows) return {};
  ASSIGN_OR_RETURN(const GeneratedColumns generated, generated_columns(middle, place.selection));
  const auto last_written = place.known ? place.known->last_written : std::optional<UnixNanos>();
  for (const auto& [name, kind] : generated) {
    Column column;
    column.settings.key_name = name;
    column.settings.created = place.known ? place.known->created : middle.settings.started;
    column.kind = kind;
    column.last_written = last_written;
    columns.emplace(name, std::move(column));
  }
  return {};
}

Result<Columns> columns_of(const Middle& middle, const ColumnPlace& place) {
  Columns columns;
  for (const auto& [name, seen] : seen_columns(middle.fields, place.selection)) {
    Column column;
    column.settings.key_name = name;
    column.settings.created = seen.first_seen;
    column.kind = seen.kind;
    column.last_written = seen.last_seen;
    columns.emplace(name, std::move(column));
  }
  RETURN_IF_ERROR(add_generated(middle, place, columns));
  ASSIGN_OR_RETURN(auto by_name, column_settings(middle, place.environment, place.dataset));
  for (auto& [name, settings] : by_name) {
    Column& column = columns[name];
    if (settings.deleted.value != 0 && column.last_written.value_or(UnixNanos{}) <= settings.deleted) {
      columns.erase(name);
      continue;
    }
    column.kind = settings.kind.value_or(column.kind);
    column.settings = std::move(settings);
  }
  return columns;
}

struct FoundColumns {
  ColumnPlace place;
  Columns columns;
};
Result<FoundColumns> find_columns(const Middle& middle, const Request& request) {
  FoundColumns found;
  ASSIGN_OR_RETURN(found.place, column_place(middle, request));
  ASSIGN_OR_RETURN(found.columns, columns_of(middle, found.place));
  return found;
}

const Column* by_id(const Columns& columns, std::string_view id) {
  const auto found = std::ranges::find_if(columns, [&](const auto& entry) { return entry.second.id() == id; });
  return found == columns.end() ? nullptr : &found->second;
}

void read_column_settings(BodyReader& body, ColumnSettings& settings) {
  if (const auto description = body.text("description")) settings.description = *description;
  if (const auto hidden = body.flag("hidden")) settings.hidden = *hidden;
  const auto type = body.text("type");
  if (!type || type->empty()) return;
  settings.kind = find_kind(*type);
  if (!settings.kind) body.problem("type", "invalid", "must be string, float, integer or boolean");
}

/// Writes the settings and gives back the column that they make.
Response store_column(Middle& middle, const Request& request, int status, const ColumnPlace& place, Column column) {
  if (const auto put = put_column_settings(middle, place.environment, place.dataset, column.settings); !put) {
    return refuse(middle, request, put.error());
  }
  column.kind = column.settings.kind.value_or(column.kind);
  return json_answer(status, to_text(column.json()));
}

Response refuse_unknown(Middle& middle, const Request& request) {
  return refuse(middle, request, {ErrorCode::kNotFound, std::string(kColumnNotFound)});
}

}  // namespace

Response create_column(Middle& middle, const Request& request) {
  const auto found = find_columns(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  BodyReader body(*object);
  Column column;
  column.settings.key_name = body.text("key_name").value_or("");
  column.settings.created = column.settings.updated = UnixNanos::now();
  column.settings.kind = ColumnKind::kString;
  if (column.settings.key_name.empty()) body.problem("key_name", "missing", "cannot be blank");
  read_column_settings(body, column.settings);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  if (found->columns.contains(column.settings.key_name)) {
    return refuse(middle, request, {ErrorCode::kConflict, "a column with this key_name exists already"});
  }
  return store_column(middle, request, 201, found->place, std::move(column));
}

Response list_columns(Middle& middle, const Request& request) {
  const auto found = find_columns(middle, request);
  if (!found) return refuse(middle, request, found.error());
  if (const auto name = request.query_value("key_name")) {
    const auto column = found->columns.find(*name);
    if (column == found->columns.end()) return refuse_unknown(middle, request);
    return json_answer(200, to_text(column->second.json()));
  }
  Json list = Json::array();
  for (const auto& [name, column] : found->columns) list.push_back(column.json());
  return json_answer(200, to_text(list));
}

Response get_column(Middle& middle, const Request& request) {
  const auto found = find_columns(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const Column* column = by_id(found->columns, request.captures.at(1));
  if (column == nullptr) return refuse_unknown(middle, request);
  return json_answer(200, to_text(column->json()));
}

Response update_column(Middle& middle, const Request& request) {
  const auto found = find_columns(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const Column* column = by_id(found->columns, request.captures.at(1));
  if (column == nullptr) return refuse_unknown(middle, request);
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  Column changed = *column;
  changed.settings.description.clear();
  changed.settings.hidden = false;
  changed.settings.updated = UnixNanos::now();
  BodyReader body(*object);
  read_column_settings(body, changed.settings);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  return store_column(middle, request, 200, found->place, std::move(changed));
}

Response delete_column(Middle& middle, const Request& request) {
  const auto found = find_columns(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const Column* column = by_id(found->columns, request.captures.at(1));
  if (column == nullptr) return refuse_unknown(middle, request);
  ColumnSettings settings;
  settings.key_name = column->settings.key_name;
  settings.created = column->settings.created;
  settings.deleted = UnixNanos::now();
  if (const auto put = put_column_settings(middle, found->place.environment, found->place.dataset, settings); !put) {
    return refuse(middle, request, put.error());
  }
  return Response{204, {}, {}};
}

}  // namespace tetrascope::honeycomb
