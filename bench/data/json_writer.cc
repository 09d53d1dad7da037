#include "data/json_writer.h"

#include <fmt/format.h>

namespace tetrascope::bench {
namespace {

constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;

void add_escaped(MarkedBytes& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.add('\\');
      out.add(c);
    } else if (c == '\n') {
      out.add("\\n");
    } else if (c == '\t') {
      out.add("\\t");
    } else {
      out.add(c);
    }
  }
}

}  // namespace

void JsonWriter::before_value(std::string_view key) {
  if (!first_) out_.add(',');
  first_ = false;
  if (key.empty()) return;
  out_.add('"');
  add_escaped(out_, key);
  out_.add("\":");
}

void JsonWriter::begin(char bracket, std::string_view key) {
  before_value(key);
  out_.add(bracket);
  first_ = true;
}

void JsonWriter::end(char bracket) {
  out_.add(bracket);
  first_ = false;
}

void JsonWriter::text(std::string_view key, std::string_view value) {
  before_value(key);
  out_.add('"');
  add_escaped(out_, value);
  out_.add('"');
}

void JsonWriter::id(std::string_view key, std::string_view id_bytes) {
  before_value(key);
  out_.add('"');
  for (; id_bytes.size() >= 8; id_bytes.remove_prefix(8)) {
    std::uint64_t half = 0;
    std::memcpy(&half, id_bytes.data(), sizeof half);
    out_.add_marked(fmt::format("{:016x}", __builtin_bswap64(half)), MarkKind::kIdHex);
  }
  out_.add('"');
}

void JsonWriter::nanos(std::string_view key, std::uint64_t unix_nanos) {
  before_value(key);
  out_.add('"');
  out_.add_marked(fmt::format("{}", unix_nanos), MarkKind::kNanosText);
  out_.add('"');
}

void JsonWriter::seconds(std::string_view key, std::uint64_t unix_nanos) {
  before_value(key);
  out_.add_marked(fmt::format("{}.{:06}", unix_nanos / kNanosPerSecond, unix_nanos % kNanosPerSecond / 1000),
                  MarkKind::kSecondsText);
}

void JsonWriter::millis(std::string_view key, std::uint64_t unix_nanos) {
  before_value(key);
  out_.add_marked(fmt::format("{}", unix_nanos / 1'000'000), MarkKind::kMillisText);
}

void JsonWriter::number(std::string_view key, double value) {
  before_value(key);
  out_.add(fmt::format("{}", value));
}

void JsonWriter::integer(std::string_view key, std::int64_t value) {
  before_value(key);
  out_.add(fmt::format("{}", value));
}

void JsonWriter::flag(std::string_view key, bool value) {
  before_value(key);
  out_.add(value ? "true" : "false");
}

void JsonWriter::document(std::string_view key, const MarkedBytes& json) {
  before_value(key);
  out_.add('"');
  std::size_t from = 0;
  for (const Mark mark : json.marks()) {  // what is marked are digits: they need no escape
    const std::size_t to = mark.offset();
    add_escaped(out_, std::string_view(json.bytes()).substr(from, to - from));
    out_.add_marked({}, mark.kind());
    from = to;
  }
  add_escaped(out_, std::string_view(json.bytes()).substr(from));
  out_.add('"');
}

void JsonWriter::marked_text(std::string_view key, const MarkedBytes& text) {
  before_value(key);
  out_.add('"');
  out_.add(text);
  out_.add('"');
}

}  // namespace tetrascope::bench
