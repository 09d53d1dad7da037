#pragma once
// The engine's aggregate functions of one Aggregate (aggregate_sql.cc).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::plan {

/// The buckets of time of a question, as places of an array.
struct BucketPlaces {
  std::size_t key = 0;      ///< place among the aggregate's keys of the one that is the bucket
  std::string bucket = {};  ///< SQL of the start of a row's bucket
  std::int64_t first = 0;   ///< start of the first, nanoseconds
  std::int64_t width = 0;   ///< nanoseconds
  std::int64_t count = 0;

  /// SQL of a row's place, from 0.
  [[nodiscard]] std::string place() const;
};

/// With rollups an Aggregate takes two steps: rows are gathered into states by all keys, and each level merges those,
/// so that a row is looked at once however many levels there are.
class EngineCalls {
 public:
  /// `new_id`: makes an identifier, of a state. `places`: a state is an array of states, one for each of them, and the
  /// bucket is no key of the first step: to find the group of a row by two keys costs the engine three times what one
  /// key and a place cost (docs/adr/0010).
  EngineCalls(bool of_states, std::optional<BucketPlaces> places, std::function<std::string()> new_id);

  /// SQL of the result. `parameters`: with their parentheses, "" for none.
  std::string operator()(std::string_view function, std::string_view parameters, std::string_view arguments);
  std::string operator()(std::string_view function, std::string_view arguments);
  struct State {
    std::string sql;
    std::string id;
  };
  [[nodiscard]] const std::optional<BucketPlaces>& places() const { return places_; }
  /// What the first step selects beside the keys; nothing where there is one step.
  [[nodiscard]] const std::vector<State>& states() const { return states_; }

 private:
  bool of_states_;
  std::optional<BucketPlaces> places_;
  std::function<std::string()> new_id_;
  std::map<std::string, std::string, std::less<>> ids_;  ///< by the state's SQL
  std::vector<State> states_;
};

}  // namespace tetrascope::plan
