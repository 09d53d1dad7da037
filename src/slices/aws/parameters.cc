#include "slices/aws/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tetrascope::aws {
namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kMostShown = 1'100;  // of a value in a message: the longest that AWS's own tests expect

std::string_view shown(std::string_view value) {
  if (value.size() <= kMostShown) return value;
  std::size_t end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80) --end;
  return value.substr(0, end);
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

const Value* Parameters::member(std::string_view name) const {
  const Value* last = nullptr;
  for (const auto& [key, value] : body_) {
    if (key == name && !value.missing()) last = &value;
  }
  return last;
}

void Parameters::problem(std::string_view value, std::string_view name, std::string_view constraint) {
  if (problems_.size() >= kMostProblems) return;
  problems_.push_back(value.empty() ? fmt::format("Value at '{}' failed to satisfy constraint: {}", name, constraint)
                                    : fmt::format("Value '{}' at '{}' failed to satisfy constraint: {}", shown(value),
                                                  name, constraint));
}

void Parameters::wrong_type(std::string_view name, std::string_view want) {
  if (wrong_type_.empty()) wrong_type_ = fmt::format("'{}' is not {}", name, want);
}

const Value* Parameters::required(std::string_view name, bool required) {
  const Value* value = member(name);
  if (value == nullptr && required) problem("null", name, "Member must not be null");
  return value;
}

void Parameters::check(std::string_view name, const std::string& text, const TextRule& rule) {
  const std::string_view value = rule.shown ? std::string_view(text) : std::string_view();
  const std::size_t characters = count_characters(text);
  if (characters < rule.min)
    problem(value, name, fmt::format("Member must have length greater than or equal to {}", rule.min));
  if (characters > rule.max)
    problem(value, name, fmt::format("Member must have length less than or equal to {}", rule.max));
  const auto& pattern = rule.pattern;
  if (pattern.allows != nullptr &&
      !std::ranges::all_of(text, [&](char c) { return pattern.allows(static_cast<unsigned char>(c)); })) {
    problem(value, name, fmt::format("Member must satisfy regular expression pattern: {}", pattern.expression));
  }
  if (rule.values.size() != 0 && std::ranges::find(rule.values, text) == rule.values.end()) {
    problem(value, name, fmt::format("Member must satisfy enum value set: [{}]", fmt::join(rule.values, ", ")));
  }
}

std::optional<std::string> Parameters::text(std::string_view name, const TextRule& rule) {
  const Value* value = required(name, rule.required);
  if (value == nullptr) return std::nullopt;
  const auto* found = value->as<std::string>();
  if (found == nullptr) {
    wrong_type(name, "a string");
    return std::nullopt;
  }
  check(name, *found, rule);
  return *found;
}

std::optional<std::int64_t> Parameters::number(std::string_view name, const NumberRule& rule) {
  const Value* value = required(name, rule.required);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  if (const auto* integer = value->as<std::int64_t>()) {
    number = *integer;
  } else if (const auto* real = value->as<double>(); real != nullptr && std::abs(*real) < 9e15) {
    number = static_cast<std::int64_t>(*real);
  } else {
    wrong_type(name, "a whole number");
    return std::nullopt;
  }
  if (number < rule.min)
    problem(std::to_string(number), name, fmt::format("Member must have value greater than or equal to {}", rule.min));
  if (number > rule.max)
    problem(std::to_string(number), name, fmt::format("Member must have value less than or equal to {}", rule.max));
  return number;
}

bool Parameters::flag(std::string_view name, bool otherwise) {
  const Value* value = member(name);
  if (value == nullptr) return otherwise;
  if (const auto* found = value->as<bool>()) return *found;
  wrong_type(name, "true or false");
  return otherwise;
}

bool Parameters::required_flag(std::string_view name) { return required(name, true) != nullptr && flag(name); }

const Array* Parameters::list(std::string_view name, const ListRule& rule) {
  const Value* value = required(name, rule.required);
  if (value == nullptr) return nullptr;
  const auto* found = value->as<Array>();
  if (found == nullptr) {
    wrong_type(name, "a list");
    return nullptr;
  }
  if (found->size() < rule.min)
    problem("[]", name, fmt::format("Member must have length greater than or equal to {}", rule.min));
  if (found->size() > rule.max)
    problem("", name, fmt::format("Member must have length less than or equal to {}", rule.max));
  return found;
}

std::vector<std::string> Parameters::texts(std::string_view name, const ListRule& rule, const TextRule& each) {
  std::vector<std::string> texts;
  const Array* found = list(name, rule);
  if (found == nullptr) return texts;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const auto* text = (*found)[i].as<std::string>();
    if (text == nullptr) {
      wrong_type(name, "a list of strings");
      return texts;
    }
    check(fmt::format("{}.{}.member", name, i + 1), *text, each);
    texts.push_back(*text);
  }
  return texts;
}

const Object* Parameters::object(std::string_view name, bool is_required) {
  const Value* value = required(name, is_required);
  if (value == nullptr) return nullptr;
  if (const auto* found = value->as<Object>()) return found;
  wrong_type(name, "an object");
  return nullptr;
}

Outcome<void> Parameters::verdict(std::string_view type) const {
  if (!wrong_type_.empty()) return refuse("SerializationException", wrong_type_);
  if (problems_.empty()) return {};
  return refuse(std::string(type), fmt::format("{} validation error{} detected: {}", problems_.size(),
                                               problems_.size() == 1 ? "" : "s", fmt::join(problems_, "; ")));
}

}  // namespace tetrascope::aws
