#include "tetrascope/kit/diagnostics.h"

#include <cstdio>
#include <mutex>
#include <set>
#include <string>

#include "core/say.h"

namespace tetrascope::kit {
namespace {

struct Diagnostics {
  std::mutex mutex;
  std::set<std::string, std::less<>> said;
  std::function<void(std::string_view)> sink;
};

// Never destroyed: exporters may still speak while the program ends.
Diagnostics& diagnostics() {
  static auto* all = new Diagnostics;
  return *all;
}

}  // namespace

std::mutex& diagnostics_mutex() noexcept { return diagnostics().mutex; }

void set_diagnostics(std::function<void(std::string_view)> sink) {
  std::lock_guard lock(diagnostics().mutex);
  diagnostics().sink = std::move(sink);
  diagnostics().said.clear();
}

void say_once(std::string_view cause, const std::string& message) {
  std::function<void(std::string_view)> sink;
  {
    std::lock_guard lock(diagnostics().mutex);
    if (!diagnostics().said.emplace(cause).second) return;
    sink = diagnostics().sink;
  }
  if (sink) {
    try {
      sink(message);
    } catch (...) {  // the program's own; it must not end a thread of ours
    }
  } else {
    std::fprintf(stderr, "tetrascope_kit: %s\n", message.c_str());
  }
}

}  // namespace tetrascope::kit
