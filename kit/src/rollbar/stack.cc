#include "rollbar/stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <unistd.h>
#include <unwind.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <typeinfo>
#include <unordered_map>
#include <utility>

#include "core/random.h"
#include "core/stack_reader.h"
#include "core/text.h"
#ifdef TETRASCOPE_KIT_HAS_LIBDW
#include "rollbar/debug_information.h"
#endif

namespace tetrascope::kit {
namespace {

constexpr std::size_t kDeepest = 100;

struct Thrown {
  const void* object = nullptr;
  std::size_t first = 0;  // of the thrower; what lies before is ours, or a sanitizer's
  std::size_t count = 0;
  void* addresses[kDeepest];
};
thread_local Thrown thrown;

struct Mapping {
  std::uintptr_t begin = 0, end = 0, offset = 0;
  std::string_view path;
};

template <typename Take>
void for_each_mapping(std::string_view maps, Take&& take) {
  for_each_part(maps, '\n', [&](std::string_view line) {
    const auto path = line.find('/');
    unsigned long begin = 0;
    unsigned long end = 0;
    unsigned long offset = 0;
    if (path == std::string_view::npos) return;
    if (std::sscanf(std::string(line).c_str(), "%lx-%lx %*4s %lx", &begin, &end, &offset) != 3) return;
    take(Mapping{begin, end, offset, line.substr(path)});
  });
}

/// With what the dynamic linker knows, else the place in the module, which is the same in every run: items are grouped
/// by it.
void complete(Frame& frame, std::uintptr_t address) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(address), &info) != 0) {
    if (frame.function.empty() && info.dli_sname != nullptr) frame.function = demangle(info.dli_sname);
    if (frame.file.empty() && info.dli_fname != nullptr) frame.file = info.dli_fname;
  }
  if (!frame.function.empty()) return;
  const std::uintptr_t place = address - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  char text[32];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(place));
  frame.function = text;
}

/// Those of each address, the inlined ones first; at least one each.
std::vector<std::vector<Frame>> read_frames(const Addresses& calls) {
#ifdef TETRASCOPE_KIT_HAS_LIBDW
  DebugInformation debug;  // anew for each call: modules may have come since the last
#endif
  std::vector<std::vector<Frame>> all;
  for (const std::uintptr_t call : calls) {
    std::vector<Frame>& frames = all.emplace_back();
#ifdef TETRASCOPE_KIT_HAS_LIBDW
    frames = debug.frames_at(call);
#endif
    if (frames.empty()) frames.emplace_back();
    complete(frames.back(), call);
  }
  return all;
}

/// What was read of this program's code. The same few places throw again and again.
struct Known {
  std::mutex mutex;  // also for libdw, which keeps caches without locks
  std::unordered_map<std::uintptr_t, std::vector<Frame>> frames;
  unsigned long long unloaded = 0;
  std::uint32_t generation = fork_generation();

  /// A forked child has its own: its parent may have been reading.
  static Known& of_process() {
    static std::atomic<Known*> current{new Known};
    Known* known = current.load();
    if (known->generation == fork_generation()) return *known;
    auto* mine = new Known;
    if (current.compare_exchange_strong(known, mine)) return *mine;
    delete mine;
    return *known;
  }

  /// Another module may lie where one was that has been unloaded. And there is an end to memory.
  void forget_some() {
    unsigned long long now = 0;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* out) {
          *static_cast<unsigned long long*>(out) = info->dlpi_subs;
          return 1;
        },
        &now);
    constexpr std::size_t kMost = 10'000;
    if (std::exchange(unloaded, now) != now || frames.size() > kMost) frames.clear();
  }

  void add(const Addresses& calls, std::vector<std::vector<Frame>> read) {
    for (std::size_t i = 0; i < calls.size(); ++i) frames.insert_or_assign(calls[i], std::move(read[i]));
  }
};

std::string read_stack(const Addresses& addresses) {
  std::string out;
  for (const Frame& each : resolve(addresses)) {
    out += "at " + each.function + " (" + each.file + ":" + std::to_string(each.line) + ")\n";
  }
  return out;
}

// Where this file is linked, spans and logs have readable stacks.
[[maybe_unused]] const bool kReads = (stack_reader.store(&read_stack, std::memory_order_release), true);

}  // namespace

void note_throw(const void* object, const void* caller) noexcept {
  thrown.object = object;
  const int count = backtrace(thrown.addresses, static_cast<int>(kDeepest));
  thrown.count = count > 0 ? static_cast<std::size_t>(count) : 0;
  thrown.first = 0;
  while (thrown.first < thrown.count && thrown.addresses[thrown.first] != caller) ++thrown.first;
  if (thrown.first == thrown.count) thrown.first = 0;
}

std::string demangle(const char* name) {
  int status = 0;
  char* readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string out = status == 0 && readable != nullptr ? readable : name;
  std::free(readable);
  // Which part of a function is a copy for constants, or lies with what is seldom run, the compiler decides anew each
  // time.
  return out.substr(0, out.find(" [clone"));
}

Addresses capture_stack(int skip) {
  void* found[kDeepest];
  const int count = backtrace(found, static_cast<int>(kDeepest));
  Addresses out;
  for (int i = skip + 1; i < count; ++i) out.push_back(reinterpret_cast<std::uintptr_t>(found[i]));
  return out;
}

Addresses thrown_stack(const void* object) {
  Addresses out;
  if (object == nullptr || object != thrown.object) return out;
  for (std::size_t i = thrown.first; i < thrown.count; ++i)
    out.push_back(reinterpret_cast<std::uintptr_t>(thrown.addresses[i]));
  return out;
}

std::vector<Frame> resolve(const Addresses& addresses) {
  Addresses calls;  // a return address is past its call, perhaps on the next line
  for (const std::uintptr_t each : addresses) calls.push_back(each == 0 ? 0 : each - 1);
  Known& known = Known::of_process();
  const std::lock_guard lock(known.mutex);
  known.forget_some();
  Addresses unknown;
  for (const std::uintptr_t each : calls) {
    if (known.frames.count(each) == 0) unknown.push_back(each);
  }
  if (!unknown.empty()) known.add(unknown, read_frames(unknown));
  std::vector<Frame> frames;
  for (const std::uintptr_t each : calls) {
    const std::vector<Frame>& there = known.frames.at(each);
    frames.insert(frames.end(), there.begin(), there.end());
  }
  return frames;
}

std::uintptr_t translate(std::uintptr_t address, std::string_view maps) {
  Mapping then;
  for_each_mapping(maps, [&](const Mapping& each) {
    if (address >= each.begin && address < each.end) then = each;
  });
  if (then.path.empty()) return 0;
  const std::uintptr_t offset = address - then.begin + then.offset;
  std::ifstream file("/proc/self/maps");
  const std::string now((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::uintptr_t found = 0;
  for_each_mapping(now, [&](const Mapping& each) {
    const bool holds = offset >= each.offset && offset - each.offset < each.end - each.begin;
    if (found == 0 && each.path == then.path && holds) found = each.begin + (offset - each.offset);
  });
  return found;
}

}  // namespace tetrascope::kit

// Every throw passes here first, so that the stack is known when a handler has long unwound it. By its assembler name,
// since compilers know the function itself under differing types.
extern "C" [[noreturn]] __attribute__((visibility("default"))) void tetrascope_kit_throw(
    void* object, void* type, void (*destroy)(void*)) __asm__("__cxa_throw");

extern "C" void tetrascope_kit_throw(void* object, void* type, void (*destroy)(void*)) {
  using Throw = void (*)(void*, void*, void (*)(void*));
  static const auto next = reinterpret_cast<Throw>(dlsym(RTLD_NEXT, "__cxa_throw"));
  tetrascope::kit::note_throw(object, __builtin_return_address(0));
  next(object, type, destroy);
  std::abort();  // never: `next` does not return
}
