#pragma once
// What upkeep works on: parts of the server that outlive it.

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/store.h"
#include "ingest/batcher.h"
#include "ingest/ingest_stats.h"
#include "query/query_stats.h"
#include "slices/slice.h"
#include "storage/metered_storage.h"
#include "storage/storage.h"
#include "upkeep/dropped_rows.h"
#include "upkeep/traffic.h"

namespace tetrascope::upkeep {

struct Surroundings {
  Storage& storage;  ///< with the journal: sees everything that was acknowledged
  Storage& engine;   ///< without it: for looking at sizes, which should not hurry the journal
  ControlStore& control;
  Batcher& batcher;
  const IngestStats& stats;
  FieldCatalogue& fields;
  AttributeLayouts& layouts;
  const InsertStats& journal_inserts;
  const InsertStats& engine_inserts;
  const std::map<std::string, plan::QueryStats, std::less<>>& languages;
  const Traffic& traffic;
  const std::vector<std::function<Result<std::vector<plan::Removal>>(UnixNanos)>>& expired;  ///< of the slices
  const std::vector<std::function<std::vector<plan::Removal>()>>& rows_changed;              ///< of the slices
  std::filesystem::path data_dir;  ///< "": the store lies elsewhere, and what needs its files is not offered
  UnixNanos started;
};

}  // namespace tetrascope::upkeep
