#include "slices/honeycomb/formula_functions.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace tetrascope::honeycomb {
namespace {

using Fn = FormulaFunction;
constexpr std::size_t kManyArguments = 500;

constexpr FormulaSignature kSignatures[] = {
    {"IF", Fn::kIf, 2, kManyArguments},
    {"SWITCH", Fn::kSwitch, 3, kManyArguments},
    {"COALESCE", Fn::kCoalesce, 1, kManyArguments},
    {"LT", Fn::kLess, 2, 2},
    {"LTE", Fn::kLessOrEqual, 2, 2},
    {"GT", Fn::kGreater, 2, 2},
    {"GTE", Fn::kGreaterOrEqual, 2, 2},
    {"EQUALS", Fn::kEquals, 2, 2},
    {"IN", Fn::kIn, 2, kManyArguments},
    {"NOT", Fn::kNot, 1, 1},
    {"AND", Fn::kAnd, 1, kManyArguments},
    {"OR", Fn::kOr, 1, kManyArguments},
    {"EXISTS", Fn::kExists, 1, 1},
    {"MIN", Fn::kMin, 1, kManyArguments},
    {"MAX", Fn::kMax, 1, kManyArguments},
    {"SUM", Fn::kSum, 1, kManyArguments},
    {"SUB", Fn::kSubtract, 2, 2},
    {"MUL", Fn::kMultiply, 1, kManyArguments},
    {"DIV", Fn::kDivide, 2, 2},
    {"MOD", Fn::kModulo, 2, 2},
    {"LOG10", Fn::kLog10, 1, 1},
    {"BUCKET", Fn::kBucket, 2, 4},
    {"INT", Fn::kInt, 1, 1},
    {"FLOAT", Fn::kFloat, 1, 1},
    {"BOOL", Fn::kBool, 1, 1},
    {"STRING", Fn::kString, 1, 1},
    {"CONCAT", Fn::kConcat, 1, kManyArguments},
    {"STARTS_WITH", Fn::kStartsWith, 2, 2},
    {"ENDS_WITH", Fn::kEndsWith, 2, 2},
    {"CONTAINS", Fn::kContains, 2, 2},
    {"TO_LOWER", Fn::kToLower, 1, 1},
    {"LENGTH", Fn::kLength, 1, 2},
    {"REG_MATCH", Fn::kRegMatch, 2, 2},
    {"REG_VALUE", Fn::kRegValue, 2, 2},
    {"REG_COUNT", Fn::kRegCount, 2, 2},
    {"UNIX_TIMESTAMP", Fn::kUnixTimestamp, 1, 1},
    {"EVENT_TIMESTAMP", Fn::kEventTimestamp, 0, 0},
    {"INGEST_TIMESTAMP", Fn::kIngestTimestamp, 0, 0},
    {"FORMAT_TIME", Fn::kFormatTime, 2, 2},
    {"RAW_METRIC", Fn::kRawMetric, 1, 1},
};
constexpr std::array<std::string_view, 4> kTimeSeries = {"LAST", "RATE", "INCREASE", "SUMMARIZE"};

}  // namespace

const FormulaSignature* find_formula_function(std::string_view name) {
  const auto* found = std::ranges::find(kSignatures, name, &FormulaSignature::name);
  return found == std::end(kSignatures) ? nullptr : found;
}

bool is_time_series_function(std::string_view name) {
  return std::ranges::find(kTimeSeries, name) != kTimeSeries.end();
}

std::string_view formula_function_name(FormulaFunction function) {
  return std::ranges::find(kSignatures, function, &FormulaSignature::function)->name;
}

}  // namespace tetrascope::honeycomb
