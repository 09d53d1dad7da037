#pragma once
// A JSON body, parsed within bounds.

#include <memory>
#include <string_view>

#include "base/result.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): the library's name
}

namespace tetrascope::otlp {

/// Texts in it are views that live as long as this object, or until the next parse() on this thread where the body is
/// small.
class JsonDocument {
 public:
  JsonDocument();
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  /// Errors: kMalformed (no JSON, nested too deep, not UTF-8), kTooLarge (far more values than any exporter packs in a
  /// body).
  Result<void> parse(std::string_view body);
  [[nodiscard]] const simdjson::dom::element& root() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tetrascope::otlp
