#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "rollbar/stack.h"

namespace tetrascope::kit {

/// What DWARF tells of the modules that this process had loaded when it was asked for the first time. For one thread.
class DebugInformation {
 public:
  DebugInformation();
  DebugInformation(const DebugInformation&) = delete;
  DebugInformation& operator=(const DebugInformation&) = delete;
  ~DebugInformation();

  /// Innermost first: the functions that were inlined where `address` lies, then the one that the linker knows. Empty:
  /// no module is there. Without debug information: the function alone.
  std::vector<Frame> frames_at(std::uintptr_t address);

 private:
  struct Range {
    Dwarf_Addr begin, end;
    Dwarf_Die* unit;
  };
  using Ranges = std::vector<Range>;  // by begin

  const Ranges& ranges_of(Dwfl_Module* module);
  Dwarf_Die* unit_at(Dwfl_Module* module, Dwarf_Addr address);

  char* debug_path_ = nullptr;
  Dwfl_Callbacks callbacks_{};
  Dwfl* dwfl_ = nullptr;
  std::unordered_map<Dwfl_Module*, Ranges> ranges_;
};

}  // namespace tetrascope::kit
