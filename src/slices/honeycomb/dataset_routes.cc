#include "slices/honeycomb/dataset_routes.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/access.h"
#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/datasets.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/query_run.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/request_body.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::size_t kMaxDescription = 1024;
constexpr std::int64_t kMaxJsonDepth = 10;

Result<Json> as_json(const Middle& middle, std::string_view environment, const Dataset& dataset) {
  const DatasetSettings settings = dataset.settings.value_or(DatasetSettings{});
  Json json = {{"name", dataset.name},
               {"slug", dataset.slug},
               {"description", settings.description},
               {"expand_json_depth", settings.expand_json_depth},
               {"settings", {{"delete_protected", settings.delete_protected}}},
               {"created_at", format_time(dataset.created)},
               {"last_written_at", nullptr},
               {"regular_columns_count", nullptr}};
  if (!dataset.last_written) return json;
  json["last_written_at"] = format_time(*dataset.last_written);
  ASSIGN_OR_RETURN(const auto selection, select_rows(middle, environment, dataset.slug));
  if (selection) json["regular_columns_count"] = seen_columns(middle.fields, *selection).size();
  return json;
}

Response answer(Middle& middle, const Request& request, int status, std::string_view environment,
                const Dataset& dataset) {
  const auto json = as_json(middle, environment, dataset);
  if (!json) return refuse(middle, request, json.error());
  return json_answer(status, to_text(*json));
}

/// Takes over what the body says of description, depth and settings; read-only members are ignored (3.0).
void read_dataset_settings(BodyReader& body, DatasetSettings& settings) {
  if (const auto description = body.text("description")) {
    if (description->size() > kMaxDescription)
      body.problem("description", "invalid", "must have at most 1024 characters");
    settings.description = *description;
  }
  if (const auto depth = body.integer("expand_json_depth")) {
    if (*depth < 0 || *depth > kMaxJsonDepth) body.problem("expand_json_depth", "invalid", "must be between 0 and 10");
    settings.expand_json_depth = *depth;
  }
  if (const Object* inner = body.object("settings")) {
    BodyReader nested(*inner, "settings.");
    if (const auto flag = nested.flag("delete_protected")) settings.delete_protected = *flag;
    body.take_problems(nested);
  }
}

struct NamedDataset {
  std::string environment;
  Dataset dataset;
};
Result<NamedDataset> named_dataset(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(const HoneycombKey key, authorize(request, middle, Need::kAsk));
  ASSIGN_OR_RETURN(auto dataset, find_dataset(middle, key.environment, request.captures.at(0)));
  if (!dataset) return fail(ErrorCode::kNotFound, std::string(kDatasetNotFound));
  return NamedDataset{std::string(key.environment), *std::move(dataset)};
}

}  // namespace

Response create_dataset(Middle& middle, const Request& request) {
  const auto key = authorize(request, middle, Need::kAsk);
  if (!key) return refuse(middle, request, key.error());
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  BodyReader body(*object);
  DatasetSettings settings;
  settings.name = body.text("name").value_or("");
  settings.created = UnixNanos::now();
  if (settings.name.empty()) {
    body.problem("name", "missing", "cannot be blank");
  } else if (!check_dataset_name(settings.name)) {
    body.problem("name", "invalid", "must have 1 to 255 characters and not be __all__");
  }
  read_dataset_settings(body, settings);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  const auto existing = find_dataset(middle, key->environment, settings.name);
  if (!existing) return refuse(middle, request, existing.error());
  if (*existing) return answer(middle, request, 200, key->environment, **existing);
  if (auto put = put_settings(middle, key->environment, slug_of(settings.name), settings); !put)
    return refuse(middle, request, put.error());
  const Dataset created{.slug = slug_of(settings.name),
                        .name = settings.name,
                        .stored_names = {},
                        .settings = settings,
                        .created = settings.created,
                        .last_written = {}};
  return answer(middle, request, 201, key->environment, created);
}

Response list_datasets(Middle& middle, const Request& request) {
  const auto key = authorize(request, middle, Need::kAsk);
  if (!key) return refuse(middle, request, key.error());
  const auto datasets = datasets_of(middle, key->environment);
  if (!datasets) return refuse(middle, request, datasets.error());
  Json list = Json::array();
  for (const auto& dataset : *datasets) {
    auto json = as_json(middle, key->environment, dataset);
    if (!json) return refuse(middle, request, json.error());
    list.push_back(*std::move(json));
  }
  return json_answer(200, to_text(list));
}

Response get_dataset(Middle& middle, const Request& request) {
  const auto found = named_dataset(middle, request);
  if (!found) return refuse(middle, request, found.error());
  return answer(middle, request, 200, found->environment, found->dataset);
}

Response update_dataset(Middle& middle, const Request& request) {
  auto found = named_dataset(middle, request);
  if (!found) return refuse(middle, request, found.error());
  const auto object = read_body_object(request);
  if (!object) return refuse(middle, request, object.error());
  Dataset& dataset = found->dataset;
  DatasetSettings settings = dataset.settings.value_or(DatasetSettings{});
  // A dataset that data made gets its name now: it must not change with the next spelling that arrives.
  if (settings.name.empty()) {
    settings.name = dataset.name;
    settings.created = dataset.created;
  }
  settings.description.clear();
  settings.expand_json_depth = 0;
  BodyReader body(*object);
  read_dataset_settings(body, settings);
  if (!body.problems().empty()) return refuse_fields(middle, request, body.problems());
  if (auto put = put_settings(middle, found->environment, dataset.slug, settings); !put)
    return refuse(middle, request, put.error());
  dataset.settings = settings;
  return answer(middle, request, 200, found->environment, dataset);
}

Response delete_dataset(Middle& middle, const Request& request) {
  auto found = named_dataset(middle, request);
  if (!found) return refuse(middle, request, found.error());
  DatasetSettings settings = found->dataset.settings.value_or(DatasetSettings{});
  if (settings.delete_protected) {
    return refuse(middle, request,
                  {ErrorCode::kConflict, "dataset is delete protected: set settings.delete_protected to false first"});
  }
  settings = DatasetSettings{};
  settings.deleted = UnixNanos::now();
  if (auto put = put_settings(middle, found->environment, found->dataset.slug, settings); !put)
    return refuse(middle, request, put.error());
  return Response{202, {}, {}};
}

}  // namespace tetrascope::honeycomb
