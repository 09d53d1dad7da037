#include "tetrascope/kit/rollbar.h"

#include <cxxabi.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <typeinfo>

#include "core/clock.h"
#include "core/fork_lock.h"
#include "core/hex.h"
#include "core/http_client.h"
#include "core/random.h"
#include "core/say.h"
#include "core/send_queue.h"
#include "core/text.h"
#include "rollbar/crash.h"
#include "rollbar/item.h"
#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

struct RollbarScope::About {
  std::string context;
  RollbarRequest request;
  RollbarPerson person;
};

namespace {

/// Random, with dashes, as the notifiers of other languages write it. Source: RFC 9562, version 4.
std::string new_uuid() {
  std::uint8_t bytes[16];
  const std::uint64_t bits[2] = {random_bits(), random_bits()};
  std::memcpy(bytes, bits, sizeof bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string out;
  append_hex(out, bytes, sizeof bytes);
  for (const std::size_t at : {20, 16, 12, 8}) out.insert(at, 1, '-');
  return out;
}

const void* address_of(const std::exception_ptr& exception) {
  // An exception_ptr of libstdc++ and libc++ is the pointer to the thrown object.
  const void* object = nullptr;
  static_assert(sizeof exception == sizeof object);
  std::memcpy(&object, static_cast<const void*>(&exception), sizeof object);
  return object;
}

Cause describe(const std::exception_ptr& exception, std::exception_ptr& nested) {
  Cause cause;
  nested = nullptr;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    cause.type = demangle(typeid(error).name());
    cause.message = error.what();
    if (const auto* inner = dynamic_cast<const std::nested_exception*>(&error)) nested = inner->nested_ptr();
  } catch (const std::string& text) {
    cause.message = text;
  } catch (const char* text) {
    cause.message = text == nullptr ? "" : text;
  } catch (...) {
  }
  if (!cause.type.empty()) return cause;
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    cause.type = type == nullptr ? "unknown" : demangle(type->name());
  }
  return cause;
}

}  // namespace

/// The limits before the queue, and what sends behind it.
class Rollbar::Sender {
 public:
  explicit Sender(RollbarOptions options)
      : options_(with_environment(std::move(options))),
        queue_("Rollbar items", {options_.queue_items, options_.queue_bytes},
               [this] { return std::make_unique<Client>(*this); }) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  std::string offer(Item item) {
    RollbarReport report{item.level, item.chain.empty() ? "" : item.chain.front().type,
                         item.chain.empty() ? item.message : item.chain.front().message};
    const bool ignored = options_.access_token.empty() || is_ignored(report);
    std::unique_lock lock(mutex_);
    ++before_queue_.reported;
    if (ignored) {
      ++before_queue_.ignored;
      return {};
    }
    const std::uint64_t now = steady_nanos();
    if (const std::uint64_t minute = now / 60'000'000'000U; minute != minute_) {
      minute_ = minute;
      in_minute_ = 0;
    }
    if (in_minute_ >= options_.items_per_minute || now < limited_until_) {
      const bool first = before_queue_.limited++ == 0;
      lock.unlock();  // what is said may come back here
      if (first) say_once("rollbar limit", "Rollbar: over the rate limit; items are not sent");
      return {};
    }
    item.telemetry.assign(telemetry_.begin(), telemetry_.end());
    if (item.unix_seconds == 0) item.unix_seconds = unix_nanos() / 1'000'000'000U;
    item.uuid = new_uuid();
    std::string uuid = item.uuid;
    if (!queue_.offer(std::move(item))) return {};
    ++in_minute_;
    return uuid;
  }

  void remember(RollbarLevel level, std::string_view text) {
    std::lock_guard lock(mutex_);
    if (options_.telemetry_items == 0) return;
    if (telemetry_.size() >= options_.telemetry_items) telemetry_.pop_front();
    telemetry_.push_back({unix_nanos() / 1'000'000U, level, std::string(cut_utf8(text, 1'000))});
  }

  bool flush(long timeout_ms) { return queue_.flush(timeout_ms); }

  RollbarStats stats() const {
    std::lock_guard lock(mutex_);
    const SendCounts sent = queue_.counts();
    RollbarStats stats = before_queue_;
    stats.sent = sent.sent;
    stats.limited += sent.limited;
    stats.dropped = sent.dropped;
    stats.failed = sent.failed;
    return stats;
  }

 private:
  bool is_ignored(const RollbarReport& report) const {
    try {
      return options_.ignore && options_.ignore(report);
    } catch (...) {  // the program's own; what is being reported matters more
      return true;
    }
  }

  class Client final : public QueueClient<Item> {
   public:
    explicit Client(Sender& sender) : sender_(sender) {}
    std::vector<Item> take(std::deque<Item>& waiting) override {
      std::vector<Item> one;
      one.push_back(std::move(waiting.front()));
      waiting.pop_front();
      return one;
    }
    SendCounts send(std::vector<Item> batch, Deadline& deadline) override {
      HttpAnswer answer;
      if (deadline.passed()) {
        answer.error = "no time was left at the end";
      } else {
        answer = post(batch.front(), deadline);
      }
      const bool decided = answer.status != 0 && answer.status != 429 && answer.status < 500;
      if (decided && !batch.front().record_file.empty()) unlink(batch.front().record_file.c_str());
      SendCounts counts;
      if (answer.status == 200) {
        counts.sent = 1;
      } else if (answer.status == 429) {
        counts.limited = 1;
        const auto left = answer.headers.find("x-rate-limit-remaining-seconds");
        const long seconds = left == answer.headers.end() ? 60 : std::strtol(left->second.c_str(), nullptr, 10);
        sender_.limited_until_ =
            steady_nanos() + static_cast<std::uint64_t>(std::min(std::max(seconds, 1L), 300L)) * 1'000'000'000U;
      } else {
        counts.failed = 1;
        const std::string why = answer.status == 0 ? answer.error : "HTTP " + std::to_string(answer.status);
        say_once("rollbar " + why, "Rollbar: an item was not sent: " + why);
      }
      return counts;
    }

   private:
    HttpAnswer post(const Item& item, Deadline& deadline) {
      const std::string body = write_item(sender_.options_, item);
      HttpRequest request;
      request.url = sender_.options_.endpoint;
      request.headers = {{"Content-Type", "application/json"},
                         {"X-Rollbar-Access-Token", sender_.options_.access_token}};
      request.body = body;
      // A second payload with a known uuid is discarded by the service: trying again is safe. 429 is for whoever comes
      // next.
      for (int attempt = 0;; ++attempt) {
        HttpAnswer answer = http_.send(request, deadline);
        const bool again = answer.status == 0 || answer.status >= 500;
        if (!again || attempt == 2 || !deadline.sleep(250L << attempt)) return answer;
      }
    }

    Sender& sender_;
    HttpClient http_;
  };

  static RollbarOptions with_environment(RollbarOptions options) {
    if (options.access_token.empty()) options.access_token = environment("ROLLBAR_ACCESS_TOKEN").value_or("");
    if (options.environment.empty()) options.environment = environment("ROLLBAR_ENVIRONMENT").value_or("development");
    if (options.endpoint.empty()) {
      options.endpoint = environment("ROLLBAR_ENDPOINT").value_or("https://api.rollbar.com/api/1/");
    }
    // Notifiers of other languages are given the API's address.
    if (options.endpoint.ends_with("/api/1")) options.endpoint += '/';
    if (options.endpoint.ends_with("/api/1/")) options.endpoint += "item/";
    if (options.access_token.empty()) say_once("rollbar token", "Rollbar: no access token; errors are not reported");
    return options;
  }

  const RollbarOptions options_;
  mutable std::mutex mutex_;
  std::deque<TelemetryEntry> telemetry_;
  RollbarStats before_queue_;
  std::uint64_t minute_ = 0;
  std::size_t in_minute_ = 0;
  std::atomic<std::uint64_t> limited_until_{0};
  ForkLock fork_lock_{mutex_, [this] { before_queue_ = {}; }};
  SendQueue<Item> queue_;
};

RollbarScope::About& RollbarScope::about() {
  static thread_local About mine;
  return mine;
}

RollbarScope::RollbarScope(std::string context, RollbarRequest request, RollbarPerson person)
    : previous_(std::make_unique<About>(about())) {
  About& mine = about();
  if (!context.empty()) mine.context = std::move(context);
  if (!request.url.empty()) mine.request = std::move(request);
  if (!person.id.empty()) mine.person = std::move(person);
}

RollbarScope::~RollbarScope() { about() = std::move(*previous_); }

std::string Rollbar::offer(Item& item) try {
  const RollbarScope::About& about = RollbarScope::about();
  item.context = about.context;
  item.request = about.request;
  item.person = about.person;
  const ActiveIds ids = active_ids();
  item.trace_id = ids.trace_id;
  item.span_id = ids.span_id;
  return sender_->offer(std::move(item));
} catch (const std::exception&) {  // of memory
  return {};
}

namespace {

std::atomic<Rollbar*> at_terminate{nullptr};
std::terminate_handler terminate_before = nullptr;

}  // namespace

Rollbar::Rollbar(RollbarOptions options) : sender_(std::make_unique<Sender>(std::move(options))) {}

Rollbar::~Rollbar() {
  Rollbar* self = this;
  at_terminate.compare_exchange_strong(self, nullptr);
}

std::string Rollbar::report(const std::exception_ptr& exception, RollbarLevel level, const RollbarFields& custom) {
  constexpr std::size_t kLongestChain = 10;
  if (!exception) return {};
  const Addresses stack = thrown_stack(address_of(exception));  // before anything here throws in its turn
  Item item;
  std::exception_ptr next = exception;
  std::exception_ptr nested;
  while (next && item.chain.size() < kLongestChain) {
    item.chain.push_back(describe(next, nested));
    next = nested;
  }
  item.chain.front().stack = stack.empty() ? capture_stack(1) : stack;
  item.level = level;
  item.custom = custom;
  return offer(item);
}

std::string Rollbar::message(RollbarLevel level, std::string_view text, const RollbarFields& custom) {
  Item item;
  item.level = level;
  item.message = text;
  item.custom = custom;
  return offer(item);
}

void Rollbar::telemetry(RollbarLevel level, std::string_view text) { sender_->remember(level, text); }
bool Rollbar::flush(long timeout_ms) { return sender_->flush(timeout_ms); }
RollbarStats Rollbar::stats() const { return sender_->stats(); }

void Rollbar::install_terminate_handler() {
  at_terminate = this;
  if (terminate_before != nullptr) return;
  terminate_before = std::set_terminate([] {
    if (Rollbar* rollbar = at_terminate.exchange(nullptr)) {
      rollbar->report(std::current_exception(), RollbarLevel::kCritical);
      rollbar->flush(2'000);
    }
    terminate_before();
    std::abort();
  });
}

bool Rollbar::install_crash_handler(const std::string& file) {
  const auto read = [](const std::string& path) {
    std::ifstream record(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(record)), std::istreambuf_iterator<char>());
    return read_crash(text);
  };
  // Set aside, since `file` is for the next crash; it stays there until it has been sent, at a later start if need be.
  const std::string unsent = file + ".unsent";
  if (read(file)) std::rename(file.c_str(), unsent.c_str());
  if (auto item = read(unsent)) {
    item->record_file = unsent;
    sender_->offer(std::move(*item));
  }
  return watch_for_crashes(file);
}

Stacktrace thrown_stacktrace() { return Stacktrace(thrown_stack(address_of(std::current_exception()))); }

}  // namespace tetrascope::kit
