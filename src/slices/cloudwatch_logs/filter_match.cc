#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "model/value.h"
#include "slices/cloudwatch_logs/filter_pattern.h"

namespace tetrascope::cloudwatch_logs {
namespace {

bool search(const re2::RE2& regex, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

/// `*` stands for any run of characters.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// A scalar as patterns see it.
struct Scalar {
  std::string text;
  std::optional<double> number;
};

/// nullopt for null, arrays and objects.
std::optional<Scalar> scalar_of(const Value& value) {
  if (const auto* text = value.as<std::string>()) return Scalar{*text, pattern_number(*text)};
  if (const auto* integer = value.as<std::int64_t>())
    return Scalar{std::to_string(*integer), static_cast<double>(*integer)};
  if (const auto* number = value.as<double>()) return Scalar{fmt::format("{}", *number), *number};
  if (const auto* flag = value.as<bool>()) return Scalar{*flag ? "true" : "false", std::nullopt};
  return std::nullopt;
}

bool equals(const PatternOperand& operand, const Scalar& scalar) {
  if (operand.regex) return search(*operand.regex, scalar.text);
  if (operand.is_number && scalar.number) return operand.number == *scalar.number;
  if (operand.has_wildcard) return matches_wildcard(operand.text, scalar.text);
  return operand.text == scalar.text;
}

bool holds(const PatternComparison& comparison, const Scalar& scalar) {
  switch (comparison.op) {
    case PatternOp::kEq:
      return equals(comparison.operand, scalar);
    case PatternOp::kNe:
      return !equals(comparison.operand, scalar);
    case PatternOp::kLt:
      return scalar.number && *scalar.number < comparison.operand.number;
    case PatternOp::kGt:
      return scalar.number && *scalar.number > comparison.operand.number;
    case PatternOp::kLe:
      return scalar.number && *scalar.number <= comparison.operand.number;
    case PatternOp::kGe:
      return scalar.number && *scalar.number >= comparison.operand.number;
    default:
      return false;
  }
}

/// The last member of that name, as AWS has it.
const Value* last_member(const Value& value, const std::string& name) {
  const auto* object = value.as<Object>();
  if (object == nullptr) return nullptr;
  const Value* last = nullptr;
  for (const auto& [key, each] : *object) {
    if (key == name) last = &each;
  }
  return last;
}

/// Calls visit for each node that the selector reaches, until one call is true.
template <class Visit>
bool reach(const Value& value, const PatternSelector& selector, std::size_t step, const Visit& visit) {
  if (step == selector.steps.size()) return visit(value);
  const auto& next = selector.steps[step];
  if (const auto* name = std::get_if<std::string>(&next)) {
    const Value* member = last_member(value, *name);
    return member != nullptr && reach(*member, selector, step + 1, visit);
  }
  const auto* array = value.as<Array>();
  if (array == nullptr) return false;
  if (const auto* index = std::get_if<std::size_t>(&next))
    return *index < array->size() && reach((*array)[*index], selector, step + 1, visit);
  return std::ranges::any_of(*array, [&](const Value& each) { return reach(each, selector, step + 1, visit); });
}

bool holds(const PatternComparison& comparison, const Value& root) {
  const auto any = [&](const auto& visit) { return reach(root, comparison.selector, 0, visit); };
  switch (comparison.op) {
    case PatternOp::kNotExists:
      return !any([](const Value&) { return true; });
    case PatternOp::kIsNull:
      return any([](const Value& value) { return value.missing(); });
    case PatternOp::kIsTrue:
    case PatternOp::kIsFalse:
      return any([&](const Value& value) {
        const auto* flag = value.as<bool>();
        return flag != nullptr && *flag == (comparison.op == PatternOp::kIsTrue);
      });
    default:
      return any([&](const Value& value) {
        const auto scalar = scalar_of(value);
        // Text is ordered by nothing: < and its like want a number in the JSON itself.
        if (scalar && value.as<std::string>() != nullptr && comparison.op != PatternOp::kEq &&
            comparison.op != PatternOp::kNe)
          return false;
        return scalar && holds(comparison, *scalar);
      });
  }
}

template <class Subject>
bool holds_all(const PatternExpr& expr, const Subject& subject) {
  switch (expr.kind) {
    case PatternExpr::Kind::kCondition:
      return holds(expr.condition, subject);
    case PatternExpr::Kind::kAll:
      return std::ranges::all_of(expr.parts, [&](const auto& part) { return holds_all(*part, subject); });
    case PatternExpr::Kind::kAny:
      return std::ranges::any_of(expr.parts, [&](const auto& part) { return holds_all(*part, subject); });
  }
  return false;
}

bool occurs(const PatternTerm& term, std::string_view message) {
  return term.regex ? search(*term.regex, message) : message.contains(term.text);
}

/// `?` terms count only where there are no others (4.1).
bool matches_terms(const std::vector<PatternTerm>& terms, std::string_view message) {
  using Kind = PatternTerm::Kind;
  const bool only_optional = std::ranges::all_of(terms, [](const auto& term) { return term.kind == Kind::kOptional; });
  if (only_optional) return std::ranges::any_of(terms, [&](const auto& term) { return occurs(term, message); });
  return std::ranges::all_of(terms, [&](const auto& term) {
    return term.kind == Kind::kOptional || occurs(term, message) == (term.kind == Kind::kRequired);
  });
}

/// Blanks part the words of a message; `[…]` and `"…"` are one word each, without their signs.
std::vector<std::string_view> split_words(std::string_view message) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (at < message.size()) {
    if (blank(message[at])) {
      ++at;
      continue;
    }
    const char close = message[at] == '[' ? ']' : message[at] == '"' ? '"' : '\0';
    const std::size_t end = close == '\0' ? std::string_view::npos : message.find(close, at + 1);
    if (end != std::string_view::npos) {
      words.push_back(message.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    std::size_t stop = at;
    while (stop < message.size() && !blank(message[stop])) ++stop;
    words.push_back(message.substr(at, stop - at));
    at = stop;
  }
  return words;
}

/// Which word each field is; empty when the numbers do not fit. A `...` has none.
struct FieldWord {
  const PatternField* field;
  std::size_t number;  ///< of the word in the message, from 1
  std::string_view word;
};
std::optional<std::vector<FieldWord>> assign(const std::vector<PatternField>& fields, std::string_view message) {
  const auto words = split_words(message);
  const bool open = std::ranges::any_of(fields, &PatternField::ellipsis);
  if (open ? words.size() + 1 < fields.size() : words.size() != fields.size()) return std::nullopt;
  std::vector<FieldWord> assigned;
  std::size_t next = 0;
  for (const PatternField& field : fields) {
    if (field.ellipsis) {
      next += words.size() + 1 - fields.size();
      continue;
    }
    assigned.push_back({&field, next + 1, words[next]});
    ++next;
  }
  return assigned;
}

bool matches_fields(const std::vector<PatternField>& fields, std::string_view message) {
  const auto assigned = assign(fields, message);
  return assigned && std::ranges::all_of(*assigned, [](const FieldWord& one) {
           return !one.field->condition ||
                  holds_all(*one.field->condition, Scalar{std::string(one.word), pattern_number(one.word)});
         });
}

std::optional<Value> json_object(std::string_view message) {
  const auto begin = message.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || message[begin] != '{') return std::nullopt;
  auto value = value_from_json(message);
  if (!value || value->as<Object>() == nullptr) return std::nullopt;
  return *std::move(value);
}

using Extracted = std::vector<std::pair<std::string, std::string>>;

void extract(const PatternExpr& expr, const Value& root, Extracted& out) {
  for (const auto& part : expr.parts) extract(*part, root, out);
  if (expr.kind != PatternExpr::Kind::kCondition) return;
  const std::string& name = expr.condition.selector.text;
  if (std::ranges::find(out, name, &Extracted::value_type::first) != out.end()) return;
  reach(root, expr.condition.selector, 0, [&](const Value& value) {
    const auto scalar = scalar_of(value);
    if (scalar) out.emplace_back(name, scalar->text);
    return scalar.has_value();
  });
}

}  // namespace

bool matches(const FilterPattern& pattern, std::string_view message) {
  switch (pattern.kind) {
    case FilterPattern::Kind::kEverything:
      return true;
    case FilterPattern::Kind::kTerms:
      return matches_terms(pattern.terms, message);
    case FilterPattern::Kind::kFields:
      return matches_fields(pattern.fields, message);
    case FilterPattern::Kind::kJson:
      break;
  }
  const auto root = json_object(message);
  return root && holds_all(*pattern.json, *root);
}

Extracted extracted_values(const FilterPattern& pattern, std::string_view message) {
  Extracted out;
  if (pattern.kind == FilterPattern::Kind::kJson) {
    if (const auto root = json_object(message)) extract(*pattern.json, *root, out);
  } else if (pattern.kind == FilterPattern::Kind::kFields) {
    for (const FieldWord& one : assign(pattern.fields, message).value_or(std::vector<FieldWord>{})) {
      const std::string& name = one.field->name;
      out.emplace_back("$" + (name.empty() ? std::to_string(one.number) : name), std::string(one.word));
    }
  }
  return out;
}

}  // namespace tetrascope::cloudwatch_logs
