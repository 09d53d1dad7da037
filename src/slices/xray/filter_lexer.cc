#include "slices/xray/filter_lexer.h"

#include <cctype>
#include <charconv>

namespace tetrascope::xray {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
/// Dots and colons are part of words: `http.status`, `annotation.aws:api_stage`.
bool in_word(char c) { return begins_word(c) || is_digit(c) || c == '.' || c == ':' || c == '-'; }

}  // namespace

bool FilterLexer::at_mark(std::string_view mark) const {
  return token_.kind == FilterToken::Kind::kMark && token_.text == mark;
}
bool FilterLexer::at_word(std::string_view word) const {
  return token_.kind == FilterToken::Kind::kWord && token_.text == word;
}
bool FilterLexer::take_mark(std::string_view mark) {
  const bool found = at_mark(mark);
  if (found) advance();
  return found;
}
bool FilterLexer::take_word(std::string_view word) {
  const bool found = at_word(word);
  if (found) advance();
  return found;
}

void FilterLexer::advance() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  token_ = {};
  token_.position = at_;
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  const std::size_t begin = at_;
  if (c == '"') {
    read_string();
  } else if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
    read_number();
  } else if (begins_word(c)) {
    read_word();
  } else {
    const std::string_view two = text_.substr(at_, 2);
    const bool pair = two == "!=" || two == "<=" || two == ">=";
    token_.kind =
        pair || std::string_view("=<>!(){}[],#").contains(c) ? FilterToken::Kind::kMark : FilterToken::Kind::kBad;
    token_.text = pair ? two : text_.substr(at_, 1);
    at_ += token_.text.size();
  }
  token_.source = text_.substr(begin, at_ - begin);
}

void FilterLexer::read_string() {
  token_.kind = FilterToken::Kind::kBad;  // until its end is found
  for (++at_; at_ < text_.size(); ++at_) {
    char c = text_[at_];
    if (c == '"') {
      ++at_;
      token_.kind = FilterToken::Kind::kString;
      return;
    }
    if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) c = text_[++at_];
    token_.text += c;
  }
}

void FilterLexer::read_number() {
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), token_.number);
  token_.kind = error == std::errc{} ? FilterToken::Kind::kNumber : FilterToken::Kind::kBad;
  at_ = static_cast<std::size_t>(end - text_.data());
  if (at_ == token_.position) ++at_;
  if (at_ < text_.size() && begins_word(text_[at_])) token_.kind = FilterToken::Kind::kBad;  // `5s`
}

void FilterLexer::read_word() {
  token_.kind = FilterToken::Kind::kWord;
  const std::size_t begin = at_;
  while (at_ < text_.size() && in_word(text_[at_])) ++at_;
  // `id(name:"x")`: the colon before a value is no part of the name.
  while (at_ > begin && text_[at_ - 1] == ':') --at_;
  for (const char c : text_.substr(begin, at_ - begin))
    token_.text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (at_ < text_.size() && text_[at_] == ':') ++at_;
}

bool FilterLexer::take_bracketed(std::string& out) {
  const std::size_t close = text_.find(']', at_);
  if (close == std::string_view::npos) return false;
  std::string_view inner = text_.substr(at_, close - at_);
  while (!inner.empty() && is_space(inner.front())) inner.remove_prefix(1);
  while (!inner.empty() && is_space(inner.back())) inner.remove_suffix(1);
  if (inner.size() >= 2 && inner.front() == '"' && inner.back() == '"') inner = inner.substr(1, inner.size() - 2);
  out = inner;
  at_ = close + 1;
  advance();
  return true;
}

bool FilterLexer::take_json(std::string& out) {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  const std::size_t begin = at_;
  int depth = 0;
  bool quoted = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (quoted) {
      if (c == '\\') ++at_;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth <= 0) break;
  }
  if (at_ >= text_.size() || depth != 0) {
    at_ = text_.size();
    return false;
  }
  out = text_.substr(begin, ++at_ - begin);
  advance();
  return true;
}

}  // namespace tetrascope::xray
