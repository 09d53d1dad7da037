#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tetrascope/kit/stacktrace.h"

namespace tetrascope::kit {

using Addresses = Stacktrace::Addresses;

struct Frame {
  std::string function;
  std::string file;  // source, else the module's
  int line = 0;
};

/// Of the caller, without the `skip` innermost.
Addresses capture_stack(int skip);
/// Called by the hook of all throws; `caller`: the address to which the hook returns.
void note_throw(const void* object, const void* caller) noexcept;
/// Of the throw that made this thread's newest exception; `object` is the exception's address, others give nothing.
Addresses thrown_stack(const void* object);
/// Reads debug information where the kit was built with libdw, else the dynamic symbols; then an address of inlined
/// functions has several frames, the innermost first. What was read is remembered.
std::vector<Frame> resolve(const Addresses& addresses);
/// The address at which this process has what `maps` (another run's /proc/self/maps) had at `address`; 0: nowhere.
std::uintptr_t translate(std::uintptr_t address, std::string_view maps);
std::string demangle(const char* name);

}  // namespace tetrascope::kit
