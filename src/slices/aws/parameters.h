#pragma once
// The members of a request's JSON object, checked as AWS's own framework checks them, with its words.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/value.h"
#include "slices/aws/fault.h"

namespace tetrascope::aws {

/// A set of letters and the regular expression that AWS names when a text has others.
struct TextPattern {
  bool (*allows)(unsigned char c) = nullptr;
  std::string_view expression;
};
struct TextRule {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();  ///< characters
  TextPattern pattern = {};
  std::initializer_list<std::string_view> values = {};  ///< not empty: one of these
  bool required = false;
  bool shown = true;  ///< AWS leaves out the value of some members when it names them
};
struct NumberRule {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool required = false;
};
struct ListRule {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
  bool required = false;
};

/// Ask for every member that an operation takes, then for verdict(): it names all that is wrong at once. What a getter
/// gives back after a problem is not to be used. Members of another JSON type are SerializationException.
class Parameters {
 public:
  explicit Parameters(Object body) : body_(std::move(body)) {}

  /// The last of that name that is not null; nullptr when there is none.
  [[nodiscard]] const Value* member(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return member(name) != nullptr; }

  std::optional<std::string> text(std::string_view name, const TextRule& rule = {});
  std::optional<std::int64_t> number(std::string_view name, const NumberRule& rule = {});
  bool flag(std::string_view name, bool otherwise = false);
  bool required_flag(std::string_view name);
  std::vector<std::string> texts(std::string_view name, const ListRule& rule = {}, const TextRule& each = {});
  /// A list of anything; null when it is absent or none.
  const Array* list(std::string_view name, const ListRule& rule = {});
  const Object* object(std::string_view name, bool required = false);

  /// A member, or a part of one, of another JSON type: `want` is `a string` or the like.
  void wrong_type(std::string_view name, std::string_view want);
  /// `Member must …` at a member: for rules that the getters do not know. `value` "" is left out.
  void problem(std::string_view value, std::string_view name, std::string_view constraint);
  /// `type`: the service's word for it.
  [[nodiscard]] Outcome<void> verdict(std::string_view type = "InvalidParameterException") const;

 private:
  const Value* required(std::string_view name, bool required);
  void check(std::string_view name, const std::string& text, const TextRule& rule);

  Object body_;
  std::vector<std::string> problems_;
  std::string wrong_type_;
};

/// Characters of UTF-8 text.
std::size_t count_characters(std::string_view text);

}  // namespace tetrascope::aws
