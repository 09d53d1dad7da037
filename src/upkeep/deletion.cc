#include "upkeep/deletion.h"

#include <map>
#include <vector>

#include "base/log.h"
#include "model/members.h"
#include "upkeep/row_removal.h"
#include "upkeep/selection.h"
#include "upkeep/store_parts.h"

namespace tetrascope::upkeep {
namespace {

constexpr std::string_view kCause = "delete";

Result<std::vector<RemovedRows>> count_everything(Storage& engine) {
  std::vector<RemovedRows> found;
  for (const plan::Table table : plan::kTablesOfSignals) {
    RemovedRows& here = found.emplace_back(table, std::string(name_of(table)));
    ASSIGN_OR_RETURN(const auto parts, list_parts(engine, here.name));
    for (const StorePart& part : parts) here.rows += part.rows;
  }
  return found;
}

Result<std::vector<RemovedRows>> remove_everything(const Surroundings& around, DroppedRows& dropped) {
  std::vector<RemovedRows> found;
  RETURN_IF_ERROR(around.storage.between_inserts([&](Storage& engine) -> Result<void> {
    ASSIGN_OR_RETURN(found, count_everything(engine));
    return drop_everything(engine, dropped);
  }));
  return found;
}

}  // namespace

Result<void> drop_everything(Storage& engine, DroppedRows& dropped) {
  for (const std::string_view table : telemetry_tables()) {
    ASSIGN_OR_RETURN(const auto parts, list_parts(engine, table));
    for (const StorePart& part : parts) {
      RETURN_IF_ERROR(drop_part(engine, part));
      dropped.add(kCause, table, {part.rows, part.bytes});
    }
  }
  return {};
}

Result<void> tell_rows_changed(const Surroundings& around, DroppedRows& dropped, const std::function<bool()>& give_up) {
  std::vector<plan::Removal> derived;
  for (const auto& changed : around.rows_changed) {
    auto removals = changed();
    derived.insert(derived.end(), removals.begin(), removals.end());
  }
  if (derived.empty()) return {};
  ASSIGN_OR_RETURN(const auto removed, remove_rows(around, dropped, kCause, derived, give_up));
  return {};
}

Result<std::string> delete_rows(const Surroundings& around, DroppedRows& dropped, std::string_view body,
                                const std::function<bool()>& give_up) {
  const auto json = value_from_json(body);
  const auto* object = json ? json->as<Object>() : nullptr;
  if (object == nullptr) return fail(ErrorCode::kMalformed, "the body is no JSON object");
  ASSIGN_OR_RETURN(const Selection selection, selection_of(*object));
  const bool dry_run = flag_of(member(*object, "dry_run"));
  std::vector<RemovedRows> found;
  if (selection.everything && dry_run) {
    RETURN_IF_ERROR(around.storage.between_inserts([&](Storage& engine) -> Result<void> {
      ASSIGN_OR_RETURN(found, count_everything(engine));
      return {};
    }));
  } else if (selection.everything) {
    ASSIGN_OR_RETURN(found, remove_everything(around, dropped));
  } else if (dry_run) {
    ASSIGN_OR_RETURN(found, count_rows(around, removals_of(selection)));
  } else {
    ASSIGN_OR_RETURN(found, remove_rows(around, dropped, kCause, removals_of(selection), give_up));
  }
  if (!dry_run) RETURN_IF_ERROR(tell_rows_changed(around, dropped, give_up));
  Object rows;
  std::uint64_t sum = 0;
  for (const RemovedRows& one : found) {
    rows.emplace_back(one.name, Value(static_cast<std::int64_t>(one.rows)));
    sum += one.rows;
  }
  if (!dry_run) log_info("delete: {} rows are gone, as was asked for: {}", sum, body.substr(0, 300));
  return to_json(Value(Object{{"dry_run", Value(dry_run)}, {"rows", Value(std::move(rows))}})) + "\n";
}

}  // namespace tetrascope::upkeep
