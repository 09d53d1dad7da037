#include "model/field_catalogue.h"

#include <algorithm>

namespace tetrascope {
namespace {

constexpr std::int64_t kStoredEvery = 3600 * kNanosPerSecond;

}  // namespace

bool FieldCatalogue::has_room(const std::string& environment, const std::string& dataset) {
  // Asked first, so that made-up datasets do not grow `sizes_` either.
  if (fields_.size() < kMaxFields) {
    auto& size = sizes_[{environment, dataset}];
    if (size < kMaxFieldsPerDataset) {
      ++size;
      return true;
    }
  }
  saturated_ = true;
  return false;
}

std::vector<FieldCatalogue::Field> FieldCatalogue::merge(Signal signal, const FieldSightings& sightings,
                                                         UnixNanos now) {
  std::vector<Field> to_store;
  const std::unique_lock lock(mutex_);
  for (const auto& seen : sightings) {
    if (seen.key.size() > kMaxFieldKey) continue;
    Place place{signal, seen.environment, seen.key, seen.level, seen.type, seen.dataset};
    auto found = fields_.find(place);
    if (found == fields_.end()) {
      if (!has_room(seen.environment, seen.dataset)) continue;
      found = fields_.emplace(std::move(place), Known{now, now, {}}).first;
    }
    Known& known = found->second;
    known.last_seen = std::max(known.last_seen, now);
    if (known.last_seen.value - known.stored.value < kStoredEvery) continue;
    known.stored = known.last_seen;
    to_store.push_back(
        {signal, seen.environment, seen.dataset, seen.level, seen.key, seen.type, known.first_seen, known.last_seen});
  }
  return to_store;
}

void FieldCatalogue::load(const std::vector<Field>& stored) {
  const std::unique_lock lock(mutex_);
  for (const auto& field : stored) {
    Place place{field.signal, field.environment, field.key, field.level, field.type, field.dataset};
    const auto found = fields_.find(place);
    if (found != fields_.end()) {
      found->second.first_seen = std::min(found->second.first_seen, field.first_seen);
      found->second.last_seen = std::max(found->second.last_seen, field.last_seen);
      continue;
    }
    if (has_room(field.environment, field.dataset)) {
      fields_.emplace(std::move(place), Known{field.first_seen, field.last_seen, field.last_seen});
    }
  }
}

FieldTypes FieldCatalogue::types(Signal signal, std::string_view environment, std::string_view dataset,
                                 FieldLevel level, std::string_view key) const {
  const std::shared_lock lock(mutex_);
  if (saturated_ || key.size() > kMaxFieldKey) return FieldTypes::all();
  FieldTypes types;
  const Place first{signal, std::string(environment), std::string(key), level, FieldType::kString, std::string()};
  for (auto at = fields_.lower_bound(first); at != fields_.end(); ++at) {
    const auto& [place_signal, place_environment, place_key, place_level, type, place_dataset] = at->first;
    if (place_signal != signal || place_environment != environment || place_key != key || place_level != level) break;
    if (dataset.empty() || place_dataset == dataset) types.add(type);
  }
  return types;
}

std::vector<FieldCatalogue::Field> FieldCatalogue::list(std::string_view environment, std::string_view dataset) const {
  std::vector<Field> fields;
  const std::shared_lock lock(mutex_);
  for (const auto& [place, known] : fields_) {
    const auto& [signal, place_environment, key, level, type, place_dataset] = place;
    if (key.empty() || place_environment != environment || (!dataset.empty() && place_dataset != dataset)) continue;
    fields.push_back({signal, place_environment, place_dataset, level, key, type, known.first_seen, known.last_seen});
  }
  std::ranges::sort(fields, {}, &Field::key);
  return fields;
}

std::vector<FieldCatalogue::Dataset> FieldCatalogue::datasets() const {
  std::map<std::pair<std::string, std::string>, Dataset> datasets;
  const std::shared_lock lock(mutex_);
  for (const auto& [place, known] : fields_) {
    const auto& environment = std::get<1>(place);
    const auto& name = std::get<5>(place);
    auto& dataset =
        datasets.try_emplace({environment, name}, Dataset{environment, name, known.first_seen, known.last_seen})
            .first->second;
    dataset.first_seen = std::min(dataset.first_seen, known.first_seen);
    dataset.last_seen = std::max(dataset.last_seen, known.last_seen);
  }
  std::vector<Dataset> out;
  out.reserve(datasets.size());
  for (auto& [name, dataset] : datasets) out.push_back(std::move(dataset));
  return out;
}

}  // namespace tetrascope
