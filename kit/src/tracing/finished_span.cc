#include "tetrascope/kit/finished_span.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "core/text.h"

namespace tetrascope::kit {
namespace {

// Names of one namespace (`http.request.…`) differ in length, in the middle and at the end.
std::uint64_t key_bit(std::string_view key) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(key[i])); };
  const unsigned mix = static_cast<unsigned>(key.size()) * 7U + at(key.size() / 2) * 13U + at(key.size() - 1) * 29U;
  return std::uint64_t{1} << (mix & 63U);
}

}  // namespace

void* SpanArena::take_block(std::size_t bytes) noexcept {
  constexpr std::size_t kBlock = 4096;
  constexpr std::size_t kMostInBlocks = std::size_t{32} * 1024 * 1024;
  const std::size_t size = std::max(kBlock, (bytes + sizeof(Block) + 7) & ~std::size_t{7});
  if (bytes > kMostInBlocks || block_bytes_ + size > kMostInBlocks) return nullptr;
  auto* block = static_cast<Block*>(std::malloc(size));
  if (block == nullptr) return nullptr;
  block_bytes_ += size;
  block->next = blocks_;
  blocks_ = block;
  next_ = reinterpret_cast<char*>(block) + sizeof(Block) + bytes;
  end_ = reinterpret_cast<char*>(block) + size;
  return reinterpret_cast<char*>(block) + sizeof(Block);
}

void SpanArena::free_blocks() noexcept {
  while (blocks_ != nullptr) std::free(std::exchange(blocks_, blocks_->next));
  block_bytes_ = 0;
}

const AttributeValue* AttributeList::find(std::string_view key) const noexcept {
  for (const Attribute& each : *this) {
    if (each.key == key) return &each.value;
  }
  return nullptr;
}

void FinishedSpan::clear() noexcept {
  context_.tracestate.reset();
  parent_id_ = {};
  kind_ = SpanKind::kInternal;
  status_ = StatusCode::kUnset;
  parent_is_remote_ = false;
  end_ = 0;
  status_message_ = {};
  sampling_rule_ = {};
  attributes_ = {};
  attributes_.data_ = inside_;
  attributes_.capacity_ = kAttributesInside;
  first_event_ = last_event_ = nullptr;
  first_link_ = last_link_ = nullptr;
  event_count_ = link_count_ = dropped_events_ = dropped_links_ = 0;
  arena_.reset();
}

// The value with all it points to copied into the arena.
AttributeValue FinishedSpan::keep(const AttributeValue& value) noexcept {
  AttributeValue kept = value;
  const auto copy_array = [&](std::size_t element) {
    void* to = kept.count_ == 0 ? nullptr : arena_.take(kept.count_ * element);
    if (to == nullptr) {
      kept.count_ = 0;
    } else {
      std::memcpy(to, value.of_.data, kept.count_ * element);
    }
    kept.of_.data = to;
  };
  switch (value.type_) {
    case ValueType::kString: {
      const std::string_view text = arena_.copy(
          value.count_ > limits_->value_bytes ? cut_utf8(value.as_string(), limits_->value_bytes) : value.as_string());
      kept.of_.data = text.data();
      kept.count_ = static_cast<std::uint32_t>(text.size());
      break;
    }
    case ValueType::kBools:
      copy_array(sizeof(bool));
      break;
    case ValueType::kInts:
      copy_array(sizeof(std::int64_t));
      break;
    case ValueType::kDoubles:
      copy_array(sizeof(double));
      break;
    case ValueType::kStrings: {
      copy_array(sizeof(std::string_view));
      auto* texts = static_cast<std::string_view*>(const_cast<void*>(kept.of_.data));
      for (std::size_t i = 0; i < kept.count_; ++i) texts[i] = arena_.copy(cut_utf8(texts[i], limits_->value_bytes));
      break;
    }
    case ValueType::kStack:
      copy_array(sizeof(std::uintptr_t));
      break;
    default:
      break;
  }
  return kept;
}

void FinishedSpan::put(AttributeList& list, std::string_view key, const AttributeValue& value,
                       std::uint32_t most) noexcept {
  if (key.empty()) {
    ++list.dropped_;
    return;
  }
  const std::uint64_t bit = key_bit(key);
  for (std::uint32_t i = 0; (list.seen_ & bit) != 0 && i < list.size_; ++i) {
    if (list.data_[i].key == key) {
      list.data_[i].value = keep(value);
      return;
    }
  }
  if (list.size_ >= most) {
    ++list.dropped_;
    return;
  }
  if (list.size_ == list.capacity_) {
    const std::uint32_t capacity = std::max(8U, 2 * list.capacity_);
    auto* larger = static_cast<Attribute*>(arena_.take(capacity * sizeof(Attribute)));
    if (larger == nullptr) {
      ++list.dropped_;
      return;
    }
    std::copy_n(list.data_, list.size_, larger);
    list.data_ = larger;
    list.capacity_ = capacity;
  }
  list.seen_ |= bit;
  Attribute& slot = list.data_[list.size_++];
  slot.key = arena_.copy(key);
  if (value.type_ == ValueType::kString && value.count_ <= limits_->value_bytes) {  // nearly all of them
    const std::string_view text = arena_.copy(value.as_string());
    slot.value.type_ = ValueType::kString;
    slot.value.of_.data = text.data();
    slot.value.count_ = static_cast<std::uint32_t>(text.size());
  } else if (value.type_ < ValueType::kString) {
    slot.value = value;
  } else {
    slot.value = keep(value);
  }
}

void FinishedSpan::add_event(std::string_view name, const Attributes& attributes, std::uint64_t time) noexcept {
  void* at = event_count_ < limits_->events ? arena_.take(sizeof(SpanEvent)) : nullptr;
  if (at == nullptr) {
    ++dropped_events_;
    return;
  }
  auto* event = new (at) SpanEvent;
  event->time = time;
  event->name = arena_.copy(name);
  for (const Attribute& each : attributes) put(event->attributes, each.key, each.value, limits_->attributes_per_event);
  (last_event_ == nullptr ? first_event_ : last_event_->next) = event;
  last_event_ = event;
  ++event_count_;
}

void FinishedSpan::add_link(const SpanContext& to, const Attributes& attributes) noexcept {
  void* at = link_count_ < limits_->links ? arena_.take(sizeof(SpanLink)) : nullptr;
  if (at == nullptr) {
    ++dropped_links_;
    return;
  }
  auto* link = new (at) SpanLink;
  link->trace_id = to.trace_id;
  link->span_id = to.span_id;
  link->sampled = to.sampled;
  link->remote = to.remote;
  if (to.tracestate) link->tracestate = arena_.copy(*to.tracestate);
  for (const Attribute& each : attributes) put(link->attributes, each.key, each.value, limits_->attributes_per_link);
  (last_link_ == nullptr ? first_link_ : last_link_->next) = link;
  last_link_ = link;
  ++link_count_;
}

}  // namespace tetrascope::kit
