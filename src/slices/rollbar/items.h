#pragma once
// Items: what occurrences are grouped into, and their life (dossier 3). Small state: an item stands in the control
// state before its first occurrence is stored; what is counted comes from the occurrences.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "control/store.h"
#include "model/value.h"

namespace tetrascope::rollbar {

struct Item {
  std::int64_t id = 0, project = 0, counter = 0;
  std::string environment, hash, title, level, status = "active", platform, framework, language;
  /// How often it became active, from 1: every occurrence tells in which of these lives it fell.
  std::int64_t activation = 1;
  std::int64_t first_occurrence = 0, activating_occurrence = 0;  ///< occurrence ids
  UnixNanos created, activated, resolved, muted;                 ///< zero: never
  std::string activated_in_version, resolved_in_version;
  std::vector<std::string> versions_before;           ///< seen when it was resolved in a version
  std::int64_t assigned_user = 0, assigned_team = 0;  ///< 0: nobody
  bool title_lock = false, level_lock = false;
  UnixNanos snoozed_until;
  std::int64_t snooze_seconds = 0;
  /// Of errors that OpenTelemetry sent: what their rows have in common (otel_errors.h). Empty for all others.
  std::string otel_key;
  bool otel_is_log = false;
};

/// What an occurrence says of its item.
struct Sighting {
  std::int64_t project = 0;
  std::string_view environment, fingerprint, title, level, platform, framework, language, code_version;
  std::int64_t occurrence = 0;
  UnixNanos time;
  std::string_view otel_key;
  bool otel_is_log = false;
};

/// Where an occurrence goes.
struct Placed {
  std::int64_t item = 0, activation = 0;
  std::string level;  ///< of the item, if it is locked to one; else the occurrence's own
};

/// Thread-safe. The only writer of items in this process.
class Items {
 public:
  explicit Items(ControlStore& control) : control_(control) {}

  /// The item of (project, environment, fingerprint): found, made, or reactivated.
  Result<Placed> place(const Sighting& sighting);

  Result<std::optional<Item>> find(std::int64_t project, std::int64_t id);
  Result<std::optional<Item>> find_by_counter(std::int64_t project, std::int64_t counter);
  /// All of a project, oldest first. Errors: kTooLarge (more than kMaxItems).
  Result<std::vector<Item>> list(std::int64_t project);
  /// `change` sees the item as it stands and says what is wrong, or changes it. Errors: its own, kNotFound.
  Result<Item> update(std::int64_t project, std::int64_t id, const std::function<Result<void>(Item&)>& change);

  static constexpr std::size_t kMaxItems = 100'000;  ///< that one answer looks at

 private:
  Result<std::optional<Item>> load(std::int64_t project, std::int64_t id);
  Result<Item*> of_fingerprint(const std::string& key, std::int64_t project);
  Result<Item*> make(const std::string& key, const Sighting& sighting);
  Result<void> reactivate(Item& item, const Sighting& sighting);
  Result<void> store(const Item& item);
  Item& keep(const std::string& key, Item item);

  ControlStore& control_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Item> by_fingerprint_;
  std::unordered_map<std::int64_t, std::string> fingerprint_of_;  ///< item id → key of by_fingerprint_
};

/// Whether an occurrence of version `seen` brings back an item that was resolved in `resolved` (3.2). Commits have no
/// order: one that was not among `before`, those seen until then, is taken for a newer one.
bool passes_version(std::string_view resolved, std::string_view seen, const std::vector<std::string>& before);

}  // namespace tetrascope::rollbar
