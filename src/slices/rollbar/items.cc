#include "slices/rollbar/items.h"

#include <fmt/core.h>

#include "slices/rollbar/control_keys.h"
#include "slices/rollbar/environments.h"
#include "slices/rollbar/grouping.h"
#include "slices/rollbar/item_json.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::string_view kItemSpace = "rollbar.item";
constexpr std::string_view kFingerprintSpace = "rollbar.item_of_fingerprint";
constexpr std::string_view kCounterSpace = "rollbar.item_of_counter";

std::string item_key(std::int64_t project, std::int64_t id) { return fmt::format("{:010}/{:016}", project, id); }
std::string counter_key(std::int64_t project, std::int64_t counter) {
  return fmt::format("{:010}/{:010}", project, counter);
}
/// Environments and fingerprints are the clients' text: of any length and with any characters.
std::string fingerprint_key(const Sighting& sighting) {
  return prefix_of(sighting.project) +
         sha1_hex(std::string(sighting.environment).append(1, '\0').append(sighting.fingerprint));
}

ControlWrite item_write(std::string_view space, std::string key, std::string json) {
  return {ControlWrite::Kind::kPut, std::string(space), std::move(key), std::move(json), ControlWrite::kAbsent};
}

}  // namespace

Result<Placed> Items::place(const Sighting& sighting) {
  const std::string key = fingerprint_key(sighting);
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Item * item, of_fingerprint(key, sighting.project));
  if (item == nullptr) {
    ASSIGN_OR_RETURN(item, make(key, sighting));
  } else if (item->status == "resolved" &&
             passes_version(item->resolved_in_version, sighting.code_version, item->versions_before)) {
    RETURN_IF_ERROR(reactivate(*item, sighting));
  }
  return Placed{item->id, item->activation, item->level_lock ? item->level : std::string(sighting.level)};
}

Result<Item*> Items::of_fingerprint(const std::string& key, std::int64_t project) {
  if (const auto known = by_fingerprint_.find(key); known != by_fingerprint_.end()) return &known->second;
  ASSIGN_OR_RETURN(const auto document, control_.get(kFingerprintSpace, key));
  if (!document) return nullptr;
  ASSIGN_OR_RETURN(const Value id, value_from_json(document->json));
  const auto* number = id.as<std::int64_t>();
  ASSIGN_OR_RETURN(auto item, load(project, number == nullptr ? 0 : *number));
  if (!item) return fail(ErrorCode::kInternal, "an item's fingerprint stands without its item");
  return &keep(key, *std::move(item));
}

Item& Items::keep(const std::string& key, Item item) {
  if (by_fingerprint_.size() >= kMostCached) {
    by_fingerprint_.clear();
    fingerprint_of_.clear();
  }
  fingerprint_of_[item.id] = key;
  return by_fingerprint_.insert_or_assign(key, std::move(item)).first->second;
}

Result<Item*> Items::make(const std::string& key, const Sighting& sighting) {
  RETURN_IF_ERROR(note_environment(control_, sighting.project, sighting.environment));
  Item item;
  ASSIGN_OR_RETURN(item.id, control_.allocate(kItemSpace, 1));
  ASSIGN_OR_RETURN(item.counter, control_.allocate("rollbar.counter." + prefix_of(sighting.project), 1));
  item.project = sighting.project;
  item.environment = sighting.environment;
  item.hash = sighting.fingerprint;
  item.title = sighting.title;
  item.level = sighting.level;
  item.platform = sighting.platform;
  item.framework = sighting.framework;
  item.language = sighting.language;
  item.first_occurrence = item.activating_occurrence = sighting.occurrence;
  item.created = item.activated = sighting.time;
  item.activated_in_version = sighting.code_version;
  item.otel_key = sighting.otel_key;
  item.otel_is_log = sighting.otel_is_log;
  const std::vector<ControlWrite> writes = {
      item_write(kFingerprintSpace, key, std::to_string(item.id)),
      item_write(kItemSpace, item_key(item.project, item.id), stored_json(item)),
      item_write(kCounterSpace, counter_key(item.project, item.counter), std::to_string(item.id))};
  const auto committed = control_.commit(writes);
  if (committed) return &keep(key, std::move(item));
  if (committed.error().code != ErrorCode::kConflict) return std::unexpected(committed.error());
  // Another server made it meanwhile.
  ASSIGN_OR_RETURN(Item * made, of_fingerprint(key, sighting.project));
  if (made == nullptr) return fail(ErrorCode::kUnavailable, "The item is being made; send again.");
  return made;
}

Result<void> Items::reactivate(Item& item, const Sighting& sighting) {
  Item changed = item;
  changed.status = "active";
  ++changed.activation;
  changed.activated = sighting.time;
  changed.activating_occurrence = sighting.occurrence;
  changed.activated_in_version = sighting.code_version;
  changed.resolved_in_version.clear();
  changed.versions_before.clear();
  // The title follows the occurrence that brought it back, unless somebody gave it one (2.5).
  if (!changed.title_lock) changed.title = sighting.title;
  RETURN_IF_ERROR(store(changed));
  item = std::move(changed);
  return {};
}

Result<void> Items::store(const Item& item) {
  const auto written = control_.put(std::string(kItemSpace), item_key(item.project, item.id), stored_json(item));
  if (!written) return std::unexpected(written.error());
  return {};
}

Result<std::optional<Item>> Items::load(std::int64_t project, std::int64_t id) {
  if (id <= 0) return std::optional<Item>();
  ASSIGN_OR_RETURN(const auto document, control_.get(kItemSpace, item_key(project, id)));
  if (!document) return std::optional<Item>();
  ASSIGN_OR_RETURN(const Value value, value_from_json(document->json));
  return std::optional(stored_item(value));
}

Result<std::optional<Item>> Items::find(std::int64_t project, std::int64_t id) {
  const std::lock_guard lock(mutex_);
  return load(project, id);
}

Result<std::optional<Item>> Items::find_by_counter(std::int64_t project, std::int64_t counter) {
  if (counter <= 0) return std::optional<Item>();
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const auto document, control_.get(kCounterSpace, counter_key(project, counter)));
  if (!document) return std::optional<Item>();
  ASSIGN_OR_RETURN(const Value id, value_from_json(document->json));
  const auto* number = id.as<std::int64_t>();
  return load(project, number == nullptr ? 0 : *number);
}

Result<std::vector<Item>> Items::list(std::int64_t project) {
  std::vector<Item> items;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, control_.list(kItemSpace, prefix_of(project), after, kControlPage));
    for (const auto& document : page) {
      ASSIGN_OR_RETURN(const Value value, value_from_json(document.json));
      items.push_back(stored_item(value));
    }
    if (page.size() < kControlPage) return items;
    if (items.size() >= kMaxItems)
      return fail(ErrorCode::kTooLarge, fmt::format("The project has more than {} items.", kMaxItems));
    after = page.back().key;
  }
}

Result<Item> Items::update(std::int64_t project, std::int64_t id, const std::function<Result<void>(Item&)>& change) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(auto item, load(project, id));
  if (!item) return fail(ErrorCode::kNotFound, "Item not found in this project.");
  RETURN_IF_ERROR(change(*item));
  RETURN_IF_ERROR(store(*item));
  if (const auto key = fingerprint_of_.find(id); key != fingerprint_of_.end()) by_fingerprint_[key->second] = *item;
  return *std::move(item);
}

}  // namespace tetrascope::rollbar
