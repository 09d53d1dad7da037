#pragma once
// Words of filter expressions.

#include <cstddef>
#include <string>
#include <string_view>

namespace tetrascope::xray {

struct FilterToken {
  enum class Kind { kEnd, kWord, kString, kNumber, kMark, kBad };
  Kind kind = Kind::kEnd;
  std::string_view source;  ///< as written
  std::string text;         ///< word in lower case; string without quotes and escapes; mark
  double number = 0;
  std::size_t position = 0;
};

/// Gives the tokens one by one; `text` must outlive it.
class FilterLexer {
 public:
  explicit FilterLexer(std::string_view text) : text_(text) { advance(); }

  [[nodiscard]] const FilterToken& peek() const { return token_; }
  FilterToken take() {
    FilterToken taken = token_;
    advance();
    return taken;
  }
  /// Takes the token if it is this mark, or this word in any letter case.
  bool take_mark(std::string_view mark);
  bool take_word(std::string_view word);
  [[nodiscard]] bool at_mark(std::string_view mark) const;
  [[nodiscard]] bool at_word(std::string_view word) const;

  /// After `[` was seen as the present token: everything up to `]`, quotes removed. False without `]`.
  bool take_bracketed(std::string& out);
  /// After `#` was seen as the present token: the JSON array that follows.
  bool take_json(std::string& out);

 private:
  void advance();
  void read_string();
  void read_number();
  void read_word();

  std::string_view text_;
  std::size_t at_ = 0;  ///< behind the present token
  FilterToken token_;
};

}  // namespace tetrascope::xray
