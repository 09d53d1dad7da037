#include "slices/honeycomb/datasets.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kDatasets = "honeycomb.dataset";
constexpr std::size_t kMaxCreated = 10'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool stays(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

std::string key_of(std::string_view environment, std::string_view slug) {
  return std::string(environment).append("/").append(slug);
}

/// What put_settings() wrote.
DatasetSettings dataset_settings_of(const ControlDocument& document) {
  const Json json = parse_json(document.json);
  DatasetSettings settings;
  if (!json.is_object()) return settings;
  settings.name = json.value("name", "");
  settings.description = json.value("description", "");
  settings.expand_json_depth = json.value("expand_json_depth", std::int64_t{0});
  settings.delete_protected = json.value("delete_protected", true);
  settings.created.value = json.value("created", std::int64_t{0});
  settings.deleted.value = json.value("deleted", std::int64_t{0});
  return settings;
}

}  // namespace

std::string slug_of(std::string_view name) {
  std::string slug;
  bool in_run = false;
  for (const char c : name) {
    const char small = lower(c);
    if (stays(small))
      slug.push_back(small);
    else if (!in_run)
      slug.push_back('-');
    in_run = !stays(small);
  }
  return slug;
}

Result<void> check_dataset_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxDatasetName) {
    return fail(ErrorCode::kInvalid, "dataset name: want 1 to " + std::to_string(kMaxDatasetName) + " characters");
  }
  if (name == kAllDatasets)
    return fail(ErrorCode::kInvalid, "dataset name: __all__ stands for all datasets and takes no events");
  return {};
}

Result<void> put_settings(const Middle& middle, std::string_view environment, std::string_view slug,
                          const DatasetSettings& settings) {
  const Json json = {{"name", settings.name},
                     {"description", settings.description},
                     {"expand_json_depth", settings.expand_json_depth},
                     {"delete_protected", settings.delete_protected},
                     {"created", settings.created.value},
                     {"deleted", settings.deleted.value}};
  const auto written = middle.control.put(std::string(kDatasets), key_of(environment, slug), to_text(json));
  if (!written) return std::unexpected(written.error());
  return {};
}

namespace {

/// All there ever were.
Result<std::vector<Dataset>> every_dataset(const Middle& middle, std::string_view environment) {
  std::map<std::string, Dataset> by_slug;
  for (auto& seen : middle.fields.datasets()) {
    if (seen.environment != environment || seen.name.empty()) continue;
    Dataset& dataset = by_slug[slug_of(seen.name)];
    if (dataset.stored_names.empty() || seen.first_seen < dataset.created) {
      dataset.name = seen.name;
      dataset.created = seen.first_seen;
    }
    dataset.last_written = std::max(dataset.last_written.value_or(seen.last_seen), seen.last_seen);
    dataset.stored_names.push_back(std::move(seen.name));
  }
  const std::string prefix = key_of(environment, "");
  ASSIGN_OR_RETURN(const auto documents, middle.control.list(kDatasets, prefix, "", kMaxCreated));
  for (const auto& document : documents) {
    Dataset& dataset = by_slug[document.key.substr(prefix.size())];
    dataset.settings = dataset_settings_of(document);
    if (dataset.settings->name.empty()) continue;
    dataset.name = dataset.settings->name;
    dataset.created = dataset.settings->created;
  }
  std::vector<Dataset> datasets;
  for (auto& [slug, dataset] : by_slug) {
    if (dataset.name.empty() && dataset.stored_names.empty()) continue;
    dataset.slug = slug;
    datasets.push_back(std::move(dataset));
  }
  return datasets;
}

bool is_deleted(const Dataset& dataset) {
  if (!dataset.settings || dataset.settings->deleted.value == 0) return false;
  const bool created_again = dataset.settings->created > dataset.settings->deleted;
  return !created_again && dataset.last_written.value_or(UnixNanos{}) <= dataset.settings->deleted;
}

}  // namespace

Result<std::vector<Dataset>> datasets_of(const Middle& middle, std::string_view environment) {
  ASSIGN_OR_RETURN(auto datasets, every_dataset(middle, environment));
  std::erase_if(datasets, is_deleted);
  return datasets;
}

Result<std::vector<DeletedDataset>> deleted_datasets(const Middle& middle, std::string_view environment) {
  ASSIGN_OR_RETURN(auto datasets, every_dataset(middle, environment));
  std::vector<DeletedDataset> deleted;
  for (auto& dataset : datasets) {
    if (!dataset.settings || dataset.settings->deleted.value == 0 || dataset.stored_names.empty()) continue;
    deleted.push_back({std::move(dataset.stored_names), dataset.settings->deleted});
  }
  return deleted;
}

Result<std::optional<Dataset>> find_dataset(const Middle& middle, std::string_view environment, std::string_view text) {
  ASSIGN_OR_RETURN(auto datasets, datasets_of(middle, environment));
  // A slug is the slug of itself, and of its name in any letter case.
  const auto found = std::ranges::find(datasets, slug_of(text), &Dataset::slug);
  if (found == datasets.end()) return std::optional<Dataset>();
  return std::optional(std::move(*found));
}

}  // namespace tetrascope::honeycomb
