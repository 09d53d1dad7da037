#include "tetrascope/kit/stacktrace.h"

#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>

#include "core/send_queue.h"
#include "core/stack_reader.h"
#include "tetrascope/kit/attribute.h"

namespace tetrascope::kit {

std::atomic<StackReader> stack_reader{nullptr};

struct Unread {
  Stacktrace::Addresses addresses;
  std::function<void(const std::string&)> take;
};

std::size_t queued_bytes(const Unread& unread) noexcept { return unread.addresses.size() * sizeof(std::uintptr_t); }

namespace {

std::string read(const Stacktrace::Addresses& addresses) {
  if (const StackReader reader = stack_reader.load(std::memory_order_acquire)) return reader(addresses);
  std::string out;
  char line[40];
  for (const std::uintptr_t each : addresses) {
    std::snprintf(line, sizeof line, "at 0x%lx\n", static_cast<unsigned long>(each));
    out += line;
  }
  return out;
}

class Client final : public QueueClient<Unread> {
 public:
  std::vector<Unread> take(std::deque<Unread>& waiting) override {
    std::vector<Unread> one;
    one.push_back(std::move(waiting.front()));
    waiting.pop_front();
    return one;
  }
  SendCounts send(std::vector<Unread> batch, Deadline& deadline) override {
    for (const Unread& each : batch) {
      try {
        each.take(deadline.passed() ? std::string() : read(each.addresses));
      } catch (...) {  // the program's own; it must not end a thread of ours
      }
    }
    SendCounts counts;
    counts.sent = batch.size();
    return counts;
  }
};

}  // namespace

std::string Stacktrace::text() const { return read(addresses_); }

void Stacktrace::read_later(std::function<void(const std::string&)> take) const {
  static std::mutex mutex;
  static SendQueue<Unread> queue("stacks", {100}, [] { return std::make_unique<Client>(); });
  {
    const std::lock_guard lock(mutex);
    if (queue.offer({addresses_, take})) return;
  }
  take({});
}

std::string Stacktrace::text_of(const AttributeValue& value) {
  const auto* addresses = value.array<std::uintptr_t>();
  return read(Addresses(addresses, addresses + value.count()));
}

}  // namespace tetrascope::kit
