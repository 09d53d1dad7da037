#pragma once
// Filters that facts alone can answer: which services a trace has. Groups are mostly such, and as broad as they are
// (`service("backend")`), so no trace has to be put together for them.

#include <optional>
#include <string>
#include <vector>

#include "slices/xray/filter.h"
#include "slices/xray/trace_facts.h"

namespace tetrascope::xray {

/// Hands on the facts of traces that fit.
class FactFilter : public FactSink {
 public:
  /// Whether facts say all that the filter asks: `service("name")` without more, and what AND, OR and ! make of it.
  static bool is_enough(const Filter& filter);
  /// `filter`: is_enough(). Keeps both references.
  FactFilter(const Filter& filter, FactSink& sink);
  void add(const Places& places, double base, std::span<const Fact> facts) override;

 private:
  bool fits(const Filter& filter, std::size_t& term) const;
  const Filter& filter_;
  FactSink& sink_;
  std::vector<std::string> names_;                              ///< of the terms, from left to right
  std::vector<bool> found_;                                     ///< which of them the trace at hand has
  const Places* places_ = nullptr;                              ///< what terms_ is of
  std::vector<std::optional<std::vector<std::size_t>>> terms_;  ///< by place: the terms that it fulfils
};

}  // namespace tetrascope::xray
