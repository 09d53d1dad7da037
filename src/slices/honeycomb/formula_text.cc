#include "slices/honeycomb/formula_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tetrascope::honeycomb {
namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_of_name(char c) { return is_ascii_letter(c) || is_decimal(c) || c == '_'; }
/// Letters beyond ASCII are letters of names of columns.
bool is_of_column(char c) {
  return is_of_name(c) || (static_cast<unsigned char>(c) & 0x80U) != 0 || std::string_view("./:=+?-").contains(c);
}

std::size_t run_length(std::string_view text, bool (*belongs)(char)) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto add = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6U);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12U);
    add(0x80 | (code >> 6U & 0x3FU));
  } else {
    add(0xF0 | code >> 18U);
    add(0x80 | (code >> 12U & 0x3FU));
    add(0x80 | (code >> 6U & 0x3FU));
  }
  add(0x80 | (code & 0x3FU));
}

}  // namespace

std::unexpected<Error> FormulaReader::wrong_at(std::size_t at, std::string_view what) const {
  // Characters, not bytes: continuation bytes do not count.
  const std::string_view before = text_.substr(0, std::min(at, text_.size()));
  const auto characters =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  return fail(ErrorCode::kInvalid, fmt::format("{} at character {}", what, characters + 1));
}

void FormulaReader::skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\n\r\f\v", at_), text_.size()); }

bool FormulaReader::take(char c) {
  if (done() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string_view FormulaReader::name_ahead() const {
  const std::string_view left = rest();
  if (left.size() < 2 || !is_ascii_letter(left.front())) return {};
  const std::size_t length = run_length(left, is_of_name);
  return length < 2 ? std::string_view{} : left.substr(0, length);
}

std::string_view FormulaReader::number_ahead() const {
  const std::string_view left = rest();
  std::size_t end = run_length(left, is_decimal);
  const std::size_t whole = end;
  if (end < left.size() && left[end] == '.') {
    const std::size_t digits = run_length(left.substr(end + 1), is_decimal);
    if (digits > 0) end += 1 + digits;
  }
  if (whole == 0 && end == 0) return {};
  if (end < left.size() && (left[end] == 'e' || left[end] == 'E')) {
    std::size_t first = end + 1;
    if (first < left.size() && (left[first] == '+' || left[first] == '-')) ++first;
    const std::size_t digits = first < left.size() ? run_length(left.substr(first), is_decimal) : 0;
    if (digits > 0) end = first + digits;
  }
  return left.substr(0, end);
}

std::string FormulaReader::column_name() {
  std::string name(rest().substr(0, run_length(rest(), is_of_column)));
  at_ += name.size();
  return name;
}

Result<std::string> FormulaReader::text() {
  if (text_[at_] == '"') return quoted();
  const std::size_t end = text_.find('`', at_ + 1);
  if (end == std::string_view::npos) return wrong("` without its end");
  std::string text(text_.substr(at_ + 1, end - at_ - 1));
  at_ = end + 1;
  return text;
}

Result<std::string> FormulaReader::quoted() {
  const std::size_t begin = at_++;
  std::string out;
  while (!done() && text_[at_] != '"') {
    if (text_[at_] != '\\') {
      out.push_back(text_[at_++]);
      continue;
    }
    ++at_;
    RETURN_IF_ERROR(escape(out));
  }
  if (done()) return wrong_at(begin, "\" without its end");
  ++at_;
  return out;
}

Result<void> FormulaReader::escape(std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  if (done()) return wrong("\\ without what it escapes");
  const char kind = text_[at_];
  if (const auto at = kLetters.find(kind); at != std::string_view::npos) {
    out.push_back(kMeanings[at]);
    ++at_;
    return {};
  }
  const bool octal = kind >= '0' && kind <= '7';
  const std::size_t digits = octal || kind == 'x' ? (octal ? 3 : 2) : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0) return wrong("an unknown escape");
  const std::string_view code_text = text_.substr(octal ? at_ : at_ + 1).substr(0, digits);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(code_text.data(), code_text.data() + code_text.size(), code, octal ? 8 : 16);
  const bool is_byte = octal || kind == 'x';
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (error != std::errc{} || code_text.size() != digits || end != code_text.data() + digits ||
      code > (is_byte ? 0x7FU : 0x10FFFFU) || surrogate) {
    return wrong("an escape that stands for no character");
  }
  if (is_byte) {
    out.push_back(static_cast<char>(code));
  } else {
    append_utf8(code, out);
  }
  at_ += digits + (octal ? 0 : 1);
  return {};
}

}  // namespace tetrascope::honeycomb
