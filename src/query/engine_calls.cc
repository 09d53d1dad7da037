#include "query/engine_calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tetrascope::plan {
namespace {

/// Whether of values that are all missing `function` is missing. (Others are 0, or an empty list.) For a value that can
/// be missing the engine knows that by itself, but not where an array holds its states.
bool of_none_missing(std::string_view function) {
  constexpr std::array<std::string_view, 9> kFunctions = {
      "sum", "min", "max", "avg", "any", "argMin", "argMax", "stddevPopStable", "varPopStable"};
  return std::ranges::find(kFunctions, function) != kFunctions.end();
}

/// `parameters` of a function, with those of an array of its states.
std::string with_places(std::string_view parameters, std::int64_t count) {
  if (parameters.empty()) return fmt::format("(0, {}, 1)", count);
  return fmt::format("{}, 0, {}, 1)", parameters.substr(0, parameters.size() - 1), count);
}

}  // namespace

std::string BucketPlaces::place() const { return fmt::format("intDiv({} - {}, {})", bucket, first, width); }

EngineCalls::EngineCalls(bool of_states, std::optional<BucketPlaces> places, std::function<std::string()> new_id)
    : of_states_(of_states), places_(std::move(places)), new_id_(std::move(new_id)) {}

std::string EngineCalls::operator()(std::string_view function, std::string_view parameters,
                                    std::string_view arguments) {
  if (!of_states_) return fmt::format("{}{}({})", function, parameters, arguments);
  std::string name(function);
  std::string state = fmt::format("{}State{}({})", name, parameters, arguments);
  if (places_) {
    if (of_none_missing(function)) name += "OrNull";
    state = fmt::format("{}StateResample{}({}{}{})", name, with_places(parameters, places_->count), arguments,
                        arguments.empty() ? "" : ", ", places_->place());
  }
  const auto [id, is_new] = ids_.try_emplace(std::move(state));
  if (is_new) {
    id->second = new_id_();
    states_.push_back({id->first, id->second});
  }
  return fmt::format("{}Merge{}({})", name, parameters, id->second);
}

std::string EngineCalls::operator()(std::string_view function, std::string_view arguments) {
  return (*this)(function, "", arguments);
}

}  // namespace tetrascope::plan
