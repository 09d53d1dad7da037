#pragma once
// Values as OTLP's JSON has them (opentelemetry-proto common/v1, the JSON mapping of proto3: 64-bit integers are text).

#include <string>
#include <string_view>

#include "model/value.h"

namespace tetrascope::upkeep {

/// An AnyValue: {"stringValue":"a"}; {} for none.
void append_any_value(const Value& value, std::string& out);
/// [{"key":…,"value":…}, …]; of what is no object, [].
void append_key_values(const Value& object, std::string& out);

/// Writes one JSON object, member by member; members with nothing in them are left out.
class OtlpObject {
 public:
  explicit OtlpObject(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::int64_t value);   ///< 32 bits: as a number
  void integer(std::string_view name, std::int64_t value);  ///< 64 bits: as text
  void count(std::string_view name, std::uint64_t value);   ///< the same
  void key_values(std::string_view name, const Value& object);
  /// Begins a member whatever is in it; the caller writes its value.
  std::string& member(std::string_view name);
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

/// `1.5`, or "NaN", "Infinity", "-Infinity" as text.
void append_double(double value, std::string& out);

}  // namespace tetrascope::upkeep
