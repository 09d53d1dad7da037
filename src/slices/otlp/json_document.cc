#include "slices/otlp/json_document.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>

namespace tetrascope::otlp {
namespace {

/// Larger bodies get a parser that is freed with them; smaller ones share their thread's.
constexpr std::size_t kKeptBytes = std::size_t{2} << 20;
/// A parsed value takes some 24 bytes, so that `[1,1,1,…]` would grow twelvefold: bounded by what separates values.
constexpr std::size_t kMaxValues = 8'000'000;
/// Sixty-four levels of AnyValue are some 260 of JSON.
constexpr std::size_t kMaxDepth = 512;

std::size_t separators(std::string_view body) {
  return static_cast<std::size_t>(
      std::ranges::count_if(body, [](char c) { return c == ',' || c == ':' || c == '[' || c == '{'; }));
}

}  // namespace

struct JsonDocument::State {
  std::unique_ptr<simdjson::dom::parser> own;
  simdjson::dom::element root;
};

JsonDocument::JsonDocument() : state_(std::make_unique<State>()) {}
JsonDocument::~JsonDocument() = default;

Result<void> JsonDocument::parse(std::string_view body) {
  thread_local simdjson::dom::parser kept;
  simdjson::dom::parser* parser = &kept;
  if (body.size() > kKeptBytes) {
    if (separators(body) > kMaxValues) {
      return fail(ErrorCode::kTooLarge,
                  "the request holds too many values to be taken at once; send fewer in each request");
    }
    state_->own = std::make_unique<simdjson::dom::parser>();
    parser = state_->own.get();
  }
  // Where it had to grow by itself it would take the library's depth instead.
  if (parser->capacity() < body.size() || parser->max_depth() != kMaxDepth) {
    if (parser->allocate(std::max<std::size_t>(body.size(), 4096), kMaxDepth) != simdjson::SUCCESS) {
      return fail(ErrorCode::kTooLarge, "the body is too large to be parsed");
    }
  }
  const auto error = parser->parse(body.data(), body.size()).get(state_->root);
  if (error == simdjson::SUCCESS) return {};
  if (error == simdjson::DEPTH_ERROR)
    return fail(ErrorCode::kMalformed, fmt::format("JSON nested deeper than {}", kMaxDepth));
  if (error == simdjson::UTF8_ERROR) return fail(ErrorCode::kMalformed, "JSON that is not UTF-8");
  return fail(ErrorCode::kMalformed, body.empty() ? "no body, want a JSON object" : "not JSON");
}

const simdjson::dom::element& JsonDocument::root() const { return state_->root; }

}  // namespace tetrascope::otlp
