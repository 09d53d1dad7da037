#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace tetrascope::kit {

/// Gives `message` to the diagnostics sink the first time that `cause` occurs in this process; later ones are silent.
void say_once(std::string_view cause, const std::string& message);

/// Of what say_once remembers; fork() is made to find it free.
std::mutex& diagnostics_mutex() noexcept;

}  // namespace tetrascope::kit
