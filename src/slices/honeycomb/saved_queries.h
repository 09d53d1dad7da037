#pragma once
// Queries and results, kept so that an id answers for as long as the data directory does (dossier
// honeycomb_otlp 3.6, 3.7).

#include <optional>
#include <string>
#include <string_view>

#include "slices/honeycomb/query_spec.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

struct SavedQuery {
  std::string id;
  std::string environment;
  std::string dataset;  ///< slug, or __all__
  Object spec;          ///< canonical, without the id
};
/// The same specification of the same dataset has the same id. Errors: those of ControlStore::commit().
Result<std::string> save_query(const Middle& middle, SavedQuery query);
Result<std::optional<SavedQuery>> load_query(const Middle& middle, std::string_view environment,
                                             std::string_view dataset, std::string_view id);

/// A question that was asked, with its time range fixed, and its answer when there is one.
struct SavedResult {
  std::string id;
  SavedQuery query;
  SecondsRange range;
  bool series = true;
  bool total = false;
  bool other = false;
  std::optional<std::size_t> limit;

  std::optional<std::string> data;  ///< JSON text of the member `data`; set when complete
  std::optional<Error> failure;     ///< why there will be no answer
};
Result<void> save_result(const Middle& middle, const SavedResult& result);
/// Of a question that could not be started.
void forget_result(const Middle& middle, std::string_view id);
Result<std::optional<SavedResult>> load_result(const Middle& middle, std::string_view environment,
                                               std::string_view dataset, std::string_view id);

/// Largest `data`, bytes.
inline constexpr std::size_t kMaxResultBytes = std::size_t{32} << 20;

/// A new id of 11 letters and digits.
std::string random_id();
/// One that is the same for the same text.
std::string stable_id(std::string_view text);

}  // namespace tetrascope::honeycomb
