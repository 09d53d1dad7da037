#include "rollbar/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iterator>

#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t kStack = std::size_t{64} * 1024;
int record = -1;
std::atomic<pid_t> crashing{0};  // the thread that writes the record
static_assert(std::atomic<pid_t>::is_always_lock_free);

// Below: only what POSIX lets a signal handler call, and backtrace, whose library was loaded beforehand.
void put(const char* text, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t done = write(record, text, size);
    if (done <= 0) return;
    text += done;
    size -= static_cast<std::size_t>(done);
  }
}

void put_hex(std::uintptr_t value) noexcept {
  char digits[2 * sizeof value + 1];
  std::size_t at = sizeof digits;
  digits[--at] = '\n';
  do {
    digits[--at] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value != 0);
  put(digits + at, sizeof digits - at);
}

void on_signal(int number) {
  pid_t nobody = 0;
  const pid_t self = gettid();
  if (!crashing.compare_exchange_strong(nobody, self) && nobody != self) {
    for (;;) pause();  // another thread was first: it ends the process when its record is whole
  }
  if (nobody == 0) {
    put("crash 1\n", 8);
    put_hex(static_cast<std::uintptr_t>(number));
    put_hex(static_cast<std::uintptr_t>(time(nullptr)));
    void* stack[100];
    const int count = backtrace(stack, 100);
    put_hex(static_cast<std::uintptr_t>(count));
    for (int i = 0; i < count; ++i) put_hex(reinterpret_cast<std::uintptr_t>(stack[i]));
    const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    char piece[4096];
    for (ssize_t got = 0; maps >= 0 && (got = read(maps, piece, sizeof piece)) > 0;)
      put(piece, static_cast<std::size_t>(got));
    fsync(record);
  }
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace

bool watch_for_crashes(const std::string& file) {
  record = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (record < 0) return false;
  void* warm[1];
  backtrace(warm, 1);  // loads its library now: in a handler that would allocate
  stack_t stack{};
  stack.ss_sp = std::malloc(kStack);  // lives as long as the process
  stack.ss_size = kStack;
  sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  for (const int each : kSignals) sigaction(each, &action, nullptr);
  return true;
}

std::optional<Item> read_crash(std::string_view text) {
  if (text.substr(0, 8) != "crash 1\n") return std::nullopt;
  std::vector<std::uintptr_t> numbers;
  std::size_t want = 3;
  text.remove_prefix(8);
  while (numbers.size() < want) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end > 16) return std::nullopt;  // cut short
    numbers.push_back(std::strtoul(std::string(text.substr(0, end)).c_str(), nullptr, 16));
    text.remove_prefix(end + 1);
    if (numbers.size() == 3) want = 3 + std::min<std::size_t>(numbers[2], 100);
  }
  Item item;
  const int number = static_cast<int>(numbers[0]);
  item.level = RollbarLevel::kCritical;
  item.unix_seconds = numbers[1];
  const char* abbreviation = sigabbrev_np(number);
  const char* description = sigdescr_np(number);
  Cause cause;
  cause.type = abbreviation == nullptr ? "signal" : "SIG" + std::string(abbreviation);
  cause.message = description == nullptr ? "" : description;
  for (std::size_t i = 3; i < numbers.size(); ++i) cause.stack.push_back(translate(numbers[i], text));
  item.chain.push_back(std::move(cause));
  return item;
}

}  // namespace tetrascope::kit
