#pragma once
// The functions of formulas by name.

#include <cstddef>
#include <optional>
#include <string_view>

#include "slices/honeycomb/formula.h"

namespace tetrascope::honeycomb {

struct FormulaSignature {
  std::string_view name;
  FormulaFunction function;
  std::size_t least;  ///< arguments
  std::size_t most;
};

/// Null for a name that is no function.
const FormulaSignature* find_formula_function(std::string_view name);

/// The vendor has it for metrics, this server does not.
bool is_time_series_function(std::string_view name);

}  // namespace tetrascope::honeycomb
