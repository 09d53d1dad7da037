#ifdef TETRASCOPE_KIT_HAS_LIBDW
#include "rollbar/debug_information.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

namespace tetrascope::kit {
namespace {

struct Source {
  std::string file;
  int line = 0;
};

Source source_at(Dwarf_Die* unit, Dwarf_Addr address) {
  Source source;
  Dwarf_Line* line = dwarf_getsrc_die(unit, address);
  const char* file = line == nullptr ? nullptr : dwarf_linesrc(line, nullptr, nullptr);
  if (file != nullptr && dwarf_lineno(line, &source.line) == 0) source.file = file;
  return source;
}

std::string name_of(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  const char* linkage = nullptr;
  if (dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute) != nullptr) linkage = dwarf_formstring(&attribute);
  if (linkage != nullptr) return demangle(linkage);
  const char* name = dwarf_diename(function);
  return name == nullptr ? std::string() : name;
}

Source call_of(Dwarf_Die* unit, Dwarf_Die* inlined) {
  Dwarf_Attribute attribute;
  Dwarf_Word file = 0;
  Dwarf_Word line = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) != 0 ||
      dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) != 0 ||
      dwarf_getsrcfiles(unit, &files, &count) != 0 || file >= count) {
    return {};
  }
  const char* path = dwarf_filesrc(files, file, nullptr, nullptr);
  return path == nullptr ? Source() : Source{path, static_cast<int>(line)};
}

using Scopes = std::unique_ptr<Dwarf_Die[], decltype(&std::free)>;

/// The innermost scope that holds `address` and those around it as they lie in the code; none where only lines are
/// known. (dwarf_getscopes itself goes on to the places where inlined functions were written.)
std::pair<Scopes, int> scopes_at(Dwarf_Die* unit, Dwarf_Addr address) {
  Dwarf_Die* found = nullptr;
  int count = dwarf_getscopes(unit, address, &found);
  const Scopes written(found, &std::free);
  Dwarf_Die* around = nullptr;
  if (count > 0) count = dwarf_getscopes_die(&found[0], &around);
  return {Scopes(around, &std::free), count};
}

void put(std::vector<Frame>& frames, std::string function, const Source& source) {
  Frame& frame = frames.emplace_back();
  frame.function = std::move(function);
  frame.file = source.file;
  frame.line = source.line;
}

}  // namespace

DebugInformation::DebugInformation() {
  callbacks_.find_elf = dwfl_linux_proc_find_elf;
  callbacks_.find_debuginfo = dwfl_standard_find_debuginfo;
  callbacks_.debuginfo_path = &debug_path_;
  dwfl_ = dwfl_begin(&callbacks_);
  if (dwfl_ == nullptr) return;
  if (dwfl_linux_proc_report(dwfl_, getpid()) != 0 || dwfl_report_end(dwfl_, nullptr, nullptr) != 0) {
    dwfl_end(std::exchange(dwfl_, nullptr));
  }
}

DebugInformation::~DebugInformation() {
  if (dwfl_ != nullptr) dwfl_end(dwfl_);
}

// From the compile units themselves: clang writes no .debug_aranges, by which libdw would find them.
const DebugInformation::Ranges& DebugInformation::ranges_of(Dwfl_Module* module) {
  const auto [entry, is_new] = ranges_.try_emplace(module);
  Ranges& ranges = entry->second;
  if (!is_new) return ranges;
  Dwarf_Addr bias = 0;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr;) {
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    for (std::ptrdiff_t at = 0; (at = dwarf_ranges(unit, at, &base, &begin, &end)) > 0;) {
      // What the linker left out begins at 0, or at the last address.
      if (begin != 0 && begin < end) ranges.push_back({begin + bias, end + bias, unit});
    }
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return ranges;
}

Dwarf_Die* DebugInformation::unit_at(Dwfl_Module* module, Dwarf_Addr address) {
  const Ranges& ranges = ranges_of(module);
  auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                [](Dwarf_Addr at, const Range& range) { return at < range.begin; });
  if (after == ranges.begin()) return nullptr;
  --after;
  return address < after->end ? after->unit : nullptr;
}

std::vector<Frame> DebugInformation::frames_at(std::uintptr_t address) {
  std::vector<Frame> frames;
  Dwfl_Module* module = dwfl_ == nullptr ? nullptr : dwfl_addrmodule(dwfl_, address);
  if (module == nullptr) return frames;
  const char* symbol = dwfl_module_addrname(module, address);
  Source source;
  if (Dwarf_Die* unit = unit_at(module, address)) {
    Dwarf_Addr bias = 0;
    dwfl_module_getdwarf(module, &bias);
    const Dwarf_Addr in_file = address - bias;
    source = source_at(unit, in_file);
    const auto [scopes, count] = scopes_at(unit, in_file);
    for (int i = 0; i < count && dwarf_tag(&scopes[static_cast<std::size_t>(i)]) != DW_TAG_subprogram; ++i) {
      Dwarf_Die* scope = &scopes[static_cast<std::size_t>(i)];
      if (dwarf_tag(scope) != DW_TAG_inlined_subroutine) continue;
      put(frames, name_of(scope), source);
      source = call_of(unit, scope);
    }
  }
  put(frames, symbol == nullptr ? std::string() : demangle(symbol), source);
  return frames;
}

}  // namespace tetrascope::kit
#endif
