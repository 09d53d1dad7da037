#pragma once
// Resources and scopes as rows keep them: one JSON text each, made once for all rows that share it.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "slices/otlp/sample_rate.h"

namespace tetrascope::otlp {

/// What rows need to know of their resource or scope.
struct ProducerText {
  std::string json;      ///< as origin_columns.h describes it
  std::string service;   ///< service.name, where it is text
  std::string language;  ///< telemetry.sdk.language, where it is text
  RateClaims rates;
  struct Field {
    std::string key;
    FieldType type;
  };
  std::vector<Field> fields;
};
using ProducerTextPtr = std::shared_ptr<const ProducerText>;

enum class Producer { kResource, kScope };
ProducerText producer_text(Producer kind, const ProducerRecord& record);

/// Clients send the same few resources and scopes over and over: their bytes are the key. One cache a thread, bounded.
class ProducerCache {
 public:
  static constexpr std::size_t kMaxEntries = 512;
  static constexpr std::size_t kMaxKeyBytes = std::size_t{16} << 10;  ///< larger ones are made each time
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;  ///< of keys; the cache starts anew when it is full

  using Make = std::function<Result<ProducerText>()>;
  /// `bytes`: the message; `schema_url`: that of the message around it, which is part of the text.
  Result<ProducerTextPtr> get(Producer kind, std::string_view bytes, std::string_view schema_url, const Make& make);

  static ProducerCache& of_this_thread();
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, ProducerTextPtr, Hash, std::equal_to<>> texts_;
  std::size_t bytes_ = 0;
  std::string key_;
};

}  // namespace tetrascope::otlp
