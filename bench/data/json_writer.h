#pragma once
// Writes JSON whose ids and times keep their marks.

#include <cstdint>
#include <string>
#include <string_view>

#include "data/marked_bytes.h"

namespace tetrascope::bench {

class JsonWriter {
 public:
  explicit JsonWriter(MarkedBytes& out) : out_(out) {}

  /// Every value in an object has a key, every value in an array none.
  void begin(char bracket, std::string_view key = {});
  void end(char bracket);
  void text(std::string_view key, std::string_view value);
  /// An id of 8 or 16 bytes, big-endian, in hexadecimal digits.
  void id(std::string_view key, std::string_view id_bytes);
  /// Unix nanoseconds, as OTLP writes them: 19 digits in quotes.
  void nanos(std::string_view key, std::uint64_t unix_nanos);
  /// Unix seconds with six places, as X-Ray and Rollbar take them.
  void seconds(std::string_view key, std::uint64_t unix_nanos);
  void millis(std::string_view key, std::uint64_t unix_nanos);
  void number(std::string_view key, double value);
  void integer(std::string_view key, std::int64_t value);
  void flag(std::string_view key, bool value);
  /// Another document, as text.
  void document(std::string_view key, const MarkedBytes& json);
  /// Text whose parts are marked already; none of it needs an escape.
  void marked_text(std::string_view key, const MarkedBytes& text);

 private:
  void before_value(std::string_view key);

  MarkedBytes& out_;
  bool first_ = true;
};

}  // namespace tetrascope::bench
