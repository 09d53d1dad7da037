#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tetrascope/kit/attribute.h"
#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

enum class SpanKind : std::uint8_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };
enum class StatusCode : std::uint8_t { kUnset = 0, kOk = 1, kError = 2 };

struct InstrumentationScope {
  std::string name;
  std::string version;
};

/// Memory of one span: what fits lies inside, more in blocks that go when the span is reused. A value that would make
/// the blocks more than 32 MiB is empty.
class SpanArena {
 public:
  SpanArena() noexcept = default;
  SpanArena(const SpanArena&) = delete;
  SpanArena& operator=(const SpanArena&) = delete;
  ~SpanArena() { reset(); }
  /// Aligned for pointers. Null when memory is out.
  void* take(std::size_t bytes) noexcept {
    next_ += -reinterpret_cast<std::uintptr_t>(next_) & 7U;  // `end_` is aligned
    return take_bytes((bytes + 7) & ~static_cast<std::size_t>(7));
  }
  /// Not aligned: texts lie close together, since a span costs what it touches of the processor's caches.
  std::string_view copy(std::string_view text) noexcept {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(take_bytes(text.size()));
    if (to == nullptr) return {};
    copy_short(to, text.data(), text.size());
    return {to, text.size()};
  }
  void reset() noexcept {
    release_blocks();
    next_ = inside_;
    end_ = inside_ + kInside;
  }

  std::size_t block_bytes() const noexcept { return block_bytes_; }

  /// Frees what does not lie inside; `reset` comes before the next use.
  void release_blocks() noexcept {
    if (blocks_ != nullptr) free_blocks();
  }

 private:
  struct Block {
    Block* next;
  };
  void* take_bytes(std::size_t bytes) noexcept {
    if (static_cast<std::size_t>(end_ - next_) < bytes) return take_block(bytes);
    char* at = next_;
    next_ += bytes;
    return at;
  }
  // Keys and most values are short: two moves that overlap, without a call.
  static void copy_short(char* to, const char* from, std::size_t bytes) noexcept {
    if (bytes > 32) {
      std::memcpy(to, from, bytes);
    } else if (bytes >= 16) {
      std::memcpy(to, from, 16);
      std::memcpy(to + bytes - 16, from + bytes - 16, 16);
    } else if (bytes >= 8) {
      std::memcpy(to, from, 8);
      std::memcpy(to + bytes - 8, from + bytes - 8, 8);
    } else if (bytes >= 4) {
      std::memcpy(to, from, 4);
      std::memcpy(to + bytes - 4, from + bytes - 4, 4);
    } else {
      for (std::size_t i = 0; i < bytes; ++i) to[i] = from[i];
    }
  }
  void* take_block(std::size_t bytes) noexcept;
  void free_blocks() noexcept;

  static constexpr std::size_t kInside = 768;
  char* next_ = inside_;
  char* end_ = inside_ + kInside;
  Block* blocks_ = nullptr;
  std::size_t block_bytes_ = 0;
  alignas(8) char inside_[kInside];
};

/// Attributes in a span's arena; a key occurs once.
class AttributeList {
 public:
  const Attribute* begin() const noexcept { return data_; }
  const Attribute* end() const noexcept { return data_ + size_; }
  std::size_t size() const noexcept { return size_; }
  std::uint32_t dropped() const noexcept { return dropped_; }
  const AttributeValue* find(std::string_view key) const noexcept;

 private:
  friend class FinishedSpan;
  Attribute* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint32_t dropped_ = 0;
  std::uint64_t seen_ = 0;  // a bit a key, by a small hash: a key whose bit is off is new, without a search
};

struct SpanEvent {
  std::uint64_t time = 0;  // Unix nanoseconds
  std::string_view name;
  AttributeList attributes;
  SpanEvent* next = nullptr;
};

struct SpanLink {
  TraceId trace_id;
  SpanId span_id;
  bool sampled = false;
  bool remote = false;
  std::string_view tracestate;
  AttributeList attributes;
  SpanLink* next = nullptr;
};

/// Bounds of one span; what goes over is dropped and counted in it. Source: OpenTelemetry SDK, span limits.
struct SpanLimits {
  std::uint32_t attributes = 128;
  std::uint32_t events = 128;
  std::uint32_t links = 128;
  std::uint32_t attributes_per_event = 128;
  std::uint32_t attributes_per_link = 128;
  std::uint32_t value_bytes = UINT32_MAX;  // of a string; cut between characters
};

/// A span as exporters read it: it has ended, or (`in_progress`) just begun. It lives during the export call alone.
class alignas(64) FinishedSpan {
 public:
  const SpanContext& context() const noexcept { return context_; }
  const SpanId& parent_id() const noexcept { return parent_id_; }
  bool parent_is_remote() const noexcept { return parent_is_remote_; }
  std::string_view name() const noexcept { return name_; }
  SpanKind kind() const noexcept { return kind_; }
  std::uint64_t start_time() const noexcept { return start_; }  // Unix nanoseconds
  std::uint64_t end_time() const noexcept { return end_; }      // 0 while in progress
  bool in_progress() const noexcept { return end_ == 0; }
  StatusCode status() const noexcept { return status_; }
  std::string_view status_message() const noexcept { return status_message_; }
  const AttributeList& attributes() const noexcept { return attributes_; }
  const SpanEvent* events() const noexcept { return first_event_; }
  std::uint32_t dropped_events() const noexcept { return dropped_events_; }
  const SpanLink* links() const noexcept { return first_link_; }
  std::uint32_t dropped_links() const noexcept { return dropped_links_; }
  const InstrumentationScope& scope() const noexcept { return *scope_; }
  /// Of the X-Ray sampling rule that took the trace, or empty.
  std::string_view sampling_rule() const noexcept { return sampling_rule_; }
  /// What it holds beyond the room that every span has: none, for most.
  std::size_t extra_bytes() const noexcept { return arena_.block_bytes(); }

 private:
  friend class Span;
  friend class Tracer;
  friend class ProviderCore;
  friend struct SpanPool;

  void clear() noexcept;
  void put(AttributeList& list, std::string_view key, const AttributeValue& value, std::uint32_t most) noexcept;
  AttributeValue keep(const AttributeValue& value) noexcept;
  void add_event(std::string_view name, const Attributes& attributes, std::uint64_t time) noexcept;
  void add_link(const SpanContext& to, const Attributes& attributes) noexcept;

  SpanContext context_;
  SpanId parent_id_;
  SpanKind kind_ = SpanKind::kInternal;
  StatusCode status_ = StatusCode::kUnset;
  bool parent_is_remote_ = false;
  std::uint64_t start_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t steady_start_ = 0;
  std::string_view name_;
  std::string_view status_message_;
  std::string_view sampling_rule_;
  AttributeList attributes_;
  SpanEvent* first_event_ = nullptr;
  SpanEvent* last_event_ = nullptr;
  SpanLink* first_link_ = nullptr;
  SpanLink* last_link_ = nullptr;
  std::uint32_t event_count_ = 0;
  std::uint32_t link_count_ = 0;
  std::uint32_t dropped_events_ = 0;
  std::uint32_t dropped_links_ = 0;
  const InstrumentationScope* scope_ = nullptr;
  const SpanLimits* limits_ = nullptr;
  std::atomic<int> holders_{0};  // exporters that still have to read it
  static constexpr std::uint32_t kAttributesInside = 16;
  Attribute inside_[kAttributesInside];
  SpanArena arena_;
};

}  // namespace tetrascope::kit
