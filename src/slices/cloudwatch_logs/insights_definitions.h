#pragma once
// Tables of the functions of Insights, which insights_functions.cc puts together.

#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

using FunctionArguments = std::vector<TypedQueryExpr>;

struct FunctionDefinition {
  std::size_t least;
  std::size_t most;
  std::function<Parsed<TypedQueryExpr>(const QueryNode&, const FunctionArguments&)> make;
};
/// By their names in lower case.
using FunctionDefinitions = std::map<std::string_view, FunctionDefinition>;

/// Dates as text, rounding and other numbers.
void add_date_functions(FunctionDefinitions& table);
/// Encodings and hashes.
void add_code_functions(FunctionDefinitions& table);
/// Lists in JSON, addresses, and what has branches.
void add_list_functions(FunctionDefinitions& table);

}  // namespace tetrascope::cloudwatch_logs
