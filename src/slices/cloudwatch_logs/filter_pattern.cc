#include "slices/cloudwatch_logs/filter_pattern.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "slices/cloudwatch_logs/limits.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr int kMaxPatternDepth = 32;
constexpr int kMaxRegexes = 2;  ///< of a JSON or space-delimited pattern (4.2)
constexpr std::size_t kMaxSteps = 30;

std::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalid, std::move(message)); }

bool is_pattern_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_pattern_word(char c) { return is_alphanumeric(static_cast<unsigned char>(c)) || c == '_'; }

/// Letters that a regex may have (4.2).
bool is_regex_letter(char c) {
  constexpr std::string_view kOthers = "_#=@/;,-:^$?[]{}|\\*+. ";
  return is_alphanumeric(static_cast<unsigned char>(c)) || kOthers.contains(c);
}

Result<RegexPtr> compile(std::string_view source) {
  if (source.empty()) return invalid("an empty regular expression");
  if (!std::ranges::all_of(source, is_regex_letter))
    return invalid(fmt::format("regular expression '{}' has characters that are not supported", source));
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<re2::RE2>(re2::StringPiece(source.data(), source.size()), options);
  if (!regex->ok()) return invalid(fmt::format("regular expression '{}' is not valid", source));
  return RegexPtr(std::move(regex));
}

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  Result<FilterPattern> pattern() {
    FilterPattern pattern;
    skip_blanks();
    if (at_end()) return pattern;
    if (peek() == '{') return json_pattern();
    if (peek() == '[') return fields_pattern();
    pattern.kind = FilterPattern::Kind::kTerms;
    while (!at_end()) {
      ASSIGN_OR_RETURN(PatternTerm term, this->term());
      pattern.terms.push_back(std::move(term));
      skip_blanks();
    }
    return pattern;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip_blanks() {
    while (!at_end() && is_pattern_blank(peek())) ++at_;
  }
  bool take(std::string_view what) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  [[nodiscard]] std::unexpected<Error> expected(std::string_view what) const {
    return invalid(at_end() ? fmt::format("the pattern ends where {} is expected", what)
                            : fmt::format("'{}' at character {}, {} is expected", text_.substr(at_, 1), at_ + 1, what));
  }

  /// After the opening quote. A backslash makes the next letter a plain one.
  Result<std::string> quoted(char quote) {
    std::string out;
    while (!at_end() && peek() != quote) {
      if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_end()) return expected(fmt::format("a closing {}", quote));
    ++at_;
    return out;
  }
  /// After the opening %. A `\%` is none of the end.
  Result<std::string> regex_source() {
    const std::size_t begin = at_;
    while (!at_end() && peek() != '%') at_ += peek() == '\\' ? 2 : 1;
    if (at_ >= text_.size()) {
      at_ = text_.size();
      return expected("a closing %");
    }
    return std::string(text_.substr(begin, at_++ - begin));
  }

  Result<PatternTerm> term() {
    PatternTerm term;
    if (peek() == '-' || peek() == '?') {
      term.kind = peek() == '-' ? PatternTerm::Kind::kExcluded : PatternTerm::Kind::kOptional;
      ++at_;
    }
    if (peek() == '"') {
      ++at_;
      ASSIGN_OR_RETURN(term.text, quoted('"'));
      return term;
    }
    if (peek() == '%') {
      ++at_;
      ASSIGN_OR_RETURN(term.text, regex_source());
      ASSIGN_OR_RETURN(term.regex, compile(term.text));
      return term;
    }
    const std::size_t begin = at_;
    while (!at_end() && !is_pattern_blank(peek())) {
      const char c = peek();
      // Letters beyond ASCII are taken as they are; signs must stand in quotes.
      if (!is_pattern_word(c) && static_cast<unsigned char>(c) < 0x80)
        return invalid(fmt::format("{} '{}'", kBadCharacter, c));
      ++at_;
    }
    if (at_ == begin) return expected("a term");
    term.text = text_.substr(begin, at_ - begin);
    return term;
  }

  // ---- comparisons ----

  Result<PatternOp> comparison_operator() {
    static constexpr std::pair<std::string_view, PatternOp> kOps[] = {{"!=", PatternOp::kNe}, {"<=", PatternOp::kLe},
                                                                      {">=", PatternOp::kGe}, {"=", PatternOp::kEq},
                                                                      {"<", PatternOp::kLt},  {">", PatternOp::kGt}};
    for (const auto& [sign, op] : kOps) {
      if (take(sign)) return op;
    }
    return expected("one of = != < > <= >=");
  }

  /// `ends`: signs at which a bare word ends, beside blanks.
  Result<PatternOperand> operand(std::string_view ends) {
    PatternOperand operand;
    skip_blanks();
    if (peek() == '%') {
      ++at_;
      if (++regexes_ > kMaxRegexes)
        return invalid(fmt::format("more than {} regular expressions in the pattern", kMaxRegexes));
      ASSIGN_OR_RETURN(operand.text, regex_source());
      ASSIGN_OR_RETURN(operand.regex, compile(operand.text));
      return operand;
    }
    if (peek() == '"') {
      ++at_;
      ASSIGN_OR_RETURN(operand.text, quoted('"'));
      operand.has_wildcard = operand.text.contains('*');
      return operand;
    }
    const std::size_t begin = at_;
    while (!at_end() && !is_pattern_blank(peek()) && !ends.contains(peek())) ++at_;
    if (at_ == begin) return expected("a value");
    operand.text = text_.substr(begin, at_ - begin);
    operand.has_wildcard = operand.text.contains('*');
    const auto number = pattern_number(operand.text);
    operand.is_number = number.has_value();
    operand.number = number.value_or(0);
    return operand;
  }

  Result<PatternComparison> compare(PatternSelector selector, std::string_view ends) {
    PatternComparison comparison;
    comparison.selector = std::move(selector);
    ASSIGN_OR_RETURN(comparison.op, comparison_operator());
    ASSIGN_OR_RETURN(comparison.operand, operand(ends));
    const bool ordered = comparison.op != PatternOp::kEq && comparison.op != PatternOp::kNe;
    if (ordered && !comparison.operand.is_number)
      return invalid(fmt::format("'{}' is no number, < > <= >= want one", comparison.operand.text));
    return comparison;
  }

  static PatternExprPtr joined(PatternExpr::Kind kind, std::vector<PatternExprPtr> parts) {
    if (parts.size() == 1) return parts.front();
    PatternExpr expr;
    expr.kind = kind;
    expr.parts = std::move(parts);
    return std::make_shared<const PatternExpr>(std::move(expr));
  }
  static PatternExprPtr single(PatternComparison comparison) {
    PatternExpr expr;
    expr.condition = std::move(comparison);
    return std::make_shared<const PatternExpr>(std::move(expr));
  }

  /// `part (&& part)* (|| …)*`: && binds tighter.
  template <class Part>
  Result<PatternExprPtr> any_of(const Part& part) {
    std::vector<PatternExprPtr> any;
    do {
      std::vector<PatternExprPtr> all;
      do {
        ASSIGN_OR_RETURN(PatternExprPtr one, part());
        all.push_back(std::move(one));
      } while (take("&&"));
      any.push_back(joined(PatternExpr::Kind::kAll, std::move(all)));
    } while (take("||"));
    return joined(PatternExpr::Kind::kAny, std::move(any));
  }

  // ---- { JSON } ----

  Result<FilterPattern> json_pattern() {
    ++at_;
    FilterPattern pattern;
    pattern.kind = FilterPattern::Kind::kJson;
    ASSIGN_OR_RETURN(pattern.json, json_any(0));
    if (!take("}")) return expected("&&, || or }");
    skip_blanks();
    if (!at_end()) return expected("the end");
    return pattern;
  }

  Result<PatternExprPtr> json_any(int depth) {
    if (depth > kMaxPatternDepth) return invalid(fmt::format("parentheses deeper than {}", kMaxPatternDepth));
    return any_of([&]() -> Result<PatternExprPtr> {
      if (!take("(")) return json_condition();
      ASSIGN_OR_RETURN(PatternExprPtr inner, json_any(depth + 1));
      if (!take(")")) return expected("&&, || or )");
      return inner;
    });
  }

  Result<PatternExprPtr> json_condition() {
    skip_blanks();
    ASSIGN_OR_RETURN(PatternSelector selector, this->selector());
    PatternComparison comparison;
    if (take_word("IS")) {
      if (take_word("NULL"))
        comparison.op = PatternOp::kIsNull;
      else if (take_word("TRUE"))
        comparison.op = PatternOp::kIsTrue;
      else if (take_word("FALSE"))
        comparison.op = PatternOp::kIsFalse;
      else
        return expected("NULL, TRUE or FALSE");
      comparison.selector = std::move(selector);
      return single(std::move(comparison));
    }
    if (take_word("NOT")) {
      if (!take_word("EXISTS")) return expected("EXISTS");
      comparison.op = PatternOp::kNotExists;
      comparison.selector = std::move(selector);
      return single(std::move(comparison));
    }
    ASSIGN_OR_RETURN(comparison, compare(std::move(selector), ")}&|"));
    return single(std::move(comparison));
  }

  /// In any letter case, and a whole word.
  bool take_word(std::string_view word) {
    skip_blanks();
    if (text_.size() - at_ < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const char c = text_[at_ + i];
      if ((c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c) != word[i]) return false;
    }
    if (at_ + word.size() < text_.size() && is_pattern_word(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }

  Result<PatternSelector> selector() {
    const std::size_t begin = at_;
    if (peek() != '$') return expected("a selector such as $.name");
    ++at_;
    PatternSelector selector;
    while (peek() == '.' || peek() == '[') {
      if (selector.steps.size() >= kMaxSteps)
        return invalid(fmt::format("a selector of more than {} steps", kMaxSteps));
      if (peek() == '.' && text_.substr(at_).starts_with(".[")) ++at_;
      RETURN_IF_ERROR(peek() == '.' ? name_step(selector) : bracket_step(selector));
    }
    if (selector.steps.empty()) return expected("a selector such as $.name");
    selector.text = text_.substr(begin, at_ - begin);
    return selector;
  }
  Result<void> name_step(PatternSelector& selector) {
    const std::size_t begin = ++at_;
    while (is_pattern_word(peek()) || peek() == '-' || static_cast<unsigned char>(peek()) >= 0x80) ++at_;
    if (at_ == begin) return expected("a property's name");
    selector.steps.emplace_back(std::string(text_.substr(begin, at_ - begin)));
    return {};
  }
  Result<void> bracket_step(PatternSelector& selector) {
    ++at_;
    if (peek() == '*') {
      ++at_;
      selector.steps.emplace_back(AnyElement{});
    } else if (peek() == '\'' || peek() == '"') {
      const char quote = text_[at_++];
      ASSIGN_OR_RETURN(std::string key, quoted(quote));
      if (key.empty()) return expected("a property's name");
      selector.steps.emplace_back(std::move(key));
    } else {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), index);
      if (error != std::errc{} || index > 1'000'000) return expected("an index, * or a name in quotes");
      at_ = static_cast<std::size_t>(end - text_.data());
      selector.steps.emplace_back(index);
    }
    if (peek() != ']') return expected("]");
    ++at_;
    return {};
  }

  // ---- [space, delimited] ----

  Result<FilterPattern> fields_pattern() {
    ++at_;
    FilterPattern pattern;
    if (take("]")) {
      skip_blanks();
      if (!at_end()) return expected("the end");
      return pattern;  // AWS takes it: no field, no condition
    }
    pattern.kind = FilterPattern::Kind::kFields;
    bool ellipsis = false;
    while (true) {
      ASSIGN_OR_RETURN(PatternField field, this->field());
      if (field.ellipsis && ellipsis) return invalid("'...' occurs twice");
      ellipsis = ellipsis || field.ellipsis;
      pattern.fields.push_back(std::move(field));
      if (take("]")) break;
      if (!take(",")) return expected(", or ]");
    }
    skip_blanks();
    if (!at_end()) return expected("the end");
    return pattern;
  }

  Result<PatternField> field() {
    PatternField field;
    skip_blanks();
    if (take("...")) {
      field.ellipsis = true;
      return field;
    }
    field.name = field_name();
    skip_blanks();
    if (peek() == ',' || peek() == ']') return field;
    bool first = true;
    ASSIGN_OR_RETURN(field.condition, any_of([&]() -> Result<PatternExprPtr> {
                       if (!first) RETURN_IF_ERROR(same_name(field.name));
                       first = false;
                       ASSIGN_OR_RETURN(PatternComparison comparison, compare({}, ",]&|"));
                       return single(std::move(comparison));
                     }));
    return field;
  }
  std::string field_name() {
    skip_blanks();
    const std::size_t begin = at_;
    while (is_pattern_word(peek()) || peek() == '-') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  /// A compound condition speaks of one field; AWS's own example repeats its name in another letter case.
  Result<void> same_name(const std::string& name) {
    const std::string again = field_name();
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (!again.empty() && !std::ranges::equal(again, name, {}, lower, lower))
      return invalid(fmt::format("'{}' in the condition of '{}'", again, name));
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int regexes_ = 0;
};

}  // namespace

std::optional<double> pattern_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || (text[0] != '-' && text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<FilterPattern> parse_filter_pattern(std::string_view text) {
  constexpr std::size_t kMaxBytes = 4 * kMaxPattern;
  if (text.size() > kMaxBytes) return invalid(fmt::format("longer than {} characters", kMaxPattern));
  return PatternParser(text).pattern();
}

}  // namespace tetrascope::cloudwatch_logs
