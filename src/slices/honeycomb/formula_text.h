#pragma once
// The characters of a formula: names, numbers, quoted text.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tetrascope::honeycomb {

/// Reads from the front. Keeps a view of the text.
class FormulaReader {
 public:
  explicit FormulaReader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] std::size_t position() const { return at_; }
  void skip(std::size_t bytes) { at_ += bytes; }
  void skip_blanks();
  bool take(char c);

  /// A function's name, or a word: a letter and at least one letter, digit or underscore. Not taken.
  [[nodiscard]] std::string_view name_ahead() const;
  /// `12`, `1.5`, `.5`, `1e6`, without a sign. Not taken.
  [[nodiscard]] std::string_view number_ahead() const;
  /// What stands behind a $ that no quotes follow.
  std::string column_name();
  /// "…" with escapes, or `…` without. Errors: kInvalid.
  Result<std::string> text();

  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const { return wrong_at(at_, what); }
  [[nodiscard]] std::unexpected<Error> wrong_at(std::size_t at, std::string_view what) const;
  [[nodiscard]] std::unexpected<Error> too_deep() const { return wrong("the expression is nested too deeply"); }

 private:
  Result<std::string> quoted();
  /// Behind a backslash.
  Result<void> escape(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace tetrascope::honeycomb
