#pragma once
// Values of a query's answer, as its JSON shows them (4.5).

#include <optional>
#include <string_view>
#include <vector>

#include "model/value.h"
#include "query/run.h"

namespace tetrascope::honeycomb {

/// Of the column `name`; missing where the answer has no such column.
const Value& cell(const plan::Answer& answer, const std::vector<Value>& row, std::string_view name);

/// What JSON can carry: neither infinite nor NaN; whole numbers without a fraction.
Value finite(Value value);
std::optional<double> number_of(const Value& value);

/// {"time","data"} of a series; `time` in nanoseconds.
Value point(std::int64_t time, Object data);
/// {"data"}
Object wrapped(Object data);

}  // namespace tetrascope::honeycomb
