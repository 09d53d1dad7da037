#pragma once
// The engine's aggregate functions of one Aggregate (aggregate_sql.cc).

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::plan {

/// With rollups an Aggregate takes two steps: rows are gathered into states by all keys, and each level merges those,
/// so that a row is looked at once however many levels there are.
class EngineCalls {
 public:
  /// `new_id`: makes an identifier, of a state.
  EngineCalls(bool of_states, std::function<std::string()> new_id);

  /// SQL of the result. `parameters`: with their parentheses, "" for none.
  std::string operator()(std::string_view function, std::string_view parameters, std::string_view arguments);
  std::string operator()(std::string_view function, std::string_view arguments);
  /// What the first step selects beside the keys; nothing where there is one step.
  [[nodiscard]] const std::vector<std::string>& states() const { return states_; }

 private:
  bool of_states_;
  std::function<std::string()> new_id_;
  std::map<std::string, std::string, std::less<>> ids_;  ///< by the state's SQL
  std::vector<std::string> states_;
};

}  // namespace tetrascope::plan
