#include "query/engine_calls.h"

#include <fmt/core.h>

#include <utility>

namespace tetrascope::plan {

EngineCalls::EngineCalls(bool of_states, std::function<std::string()> new_id)
    : of_states_(of_states), new_id_(std::move(new_id)) {}

std::string EngineCalls::operator()(std::string_view function, std::string_view parameters,
                                    std::string_view arguments) {
  if (!of_states_) return fmt::format("{}{}({})", function, parameters, arguments);
  const auto [id, is_new] = ids_.try_emplace(fmt::format("{}State{}({})", function, parameters, arguments));
  if (is_new) {
    id->second = new_id_();
    states_.push_back(fmt::format("{} AS {}", id->first, id->second));
  }
  return fmt::format("{}Merge{}({})", function, parameters, id->second);
}

std::string EngineCalls::operator()(std::string_view function, std::string_view arguments) {
  return (*this)(function, "", arguments);
}

}  // namespace tetrascope::plan
