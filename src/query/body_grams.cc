#include "query/body_grams.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "query/functions.h"

namespace tetrascope::plan {
namespace {

using F = Function;

/// The expression that is indexed (model/schema.cc). Of broken UTF-8 the engine would take other trigrams than of what
/// is looked for.
constexpr std::string_view kIndexed = "toValidUTF8(lower(body))";
constexpr std::size_t kGram = 3;
/// Of a longer text so much is looked up.
constexpr std::size_t kMaxText = 256;

/// ASCII letters, in either case, that a letter beyond ASCII can be the other case of: İ and the Kelvin sign in
/// lowerUTF8(), the Kelvin sign and ſ in RE2's (?i). They are not looked up.
constexpr std::string_view kOfLowerUtf8 = "ikIK";
constexpr std::string_view kOfPatterns = "ksKS";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The pattern of LIKE that a body has if it has `text`: its runs of ASCII characters, without those of `unsure`; "" if
/// none is as long as a trigram.
std::string like_pattern(std::string_view text, std::string_view unsure) {
  std::string pattern;
  std::string run;
  std::size_t length = 0;
  const auto end_run = [&] {
    if (length >= kGram) pattern += "%" + run;
    run.clear();
    length = 0;
  };
  for (const char c : text.substr(0, kMaxText)) {
    if (!is_ascii(c) || unsure.contains(c)) {
      end_run();
      continue;
    }
    if (c == '%' || c == '_' || c == '\\') run += '\\';
    run += to_lower(c);
    ++length;
  }
  end_run();
  return pattern.empty() ? "" : pattern + "%";
}

/// The text that a pattern of RE2 stands for, if it has nothing but characters that stand for themselves.
std::optional<std::string_view> plain_text(std::string_view pattern) {
  const bool plain = std::ranges::all_of(pattern, [](char c) {
    return !is_ascii(c) || (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           std::string_view(" _-:/,;=\"'<>@#%&!~`").contains(c);
  });
  return plain ? std::optional(pattern) : std::nullopt;
}

std::string pattern_of_regex(std::string_view pattern) {
  constexpr std::string_view kAnyCase = "(?i)";
  const bool any_case = pattern.starts_with(kAnyCase);
  if (any_case) pattern.remove_prefix(kAnyCase.size());
  const auto text = plain_text(pattern);
  return text ? like_pattern(*text, any_case ? kOfPatterns : "") : "";
}

/// The pattern that the body has where `function` of it and `text` is true.
std::string demanded(F function, std::string_view text) {
  switch (function) {
    case F::kContains:
    case F::kStartsWith:
    case F::kEndsWith:
    case F::kEq:
      return like_pattern(text, "");
    case F::kContainsAnyCase:
      return like_pattern(text, std::ranges::all_of(text, is_ascii) ? "" : kOfLowerUtf8);
    case F::kMatches:
      return pattern_of_regex(text);
    default:
      return "";
  }
}

/// What a condition demands of the body: a pattern, or some or all of what its parts demand.
struct Demand {
  std::string pattern;
  std::string_view joined_by = {};  ///< OR or AND, of parts
  std::vector<Demand> parts = {};

  [[nodiscard]] std::size_t texts() const {
    std::size_t count = pattern.empty() ? 0 : 1;
    for (const Demand& part : parts) count += part.texts();
    return count;
  }
  std::string sql(StatementBuilder& out) const {
    if (parts.empty()) return fmt::format("{} LIKE {}", kIndexed, out.reference("String", pattern));
    std::vector<std::string> all;
    for (const Demand& part : parts) all.push_back(part.sql(out));
    return fmt::format("({})", fmt::join(all, joined_by));
  }
};

/// Follows the body through a read and the stages after it, as long as these leave out rows by conditions alone.
class BodyTexts {
 public:
  void take_columns(const TableRead& read) {
    for (const Named& column : read.columns) bodies_[column.name] = is_body(*column.expr);
  }
  void take_condition(const Expr& condition) {
    const auto* call = std::get_if<Call>(&condition.node);
    if (call != nullptr && call->function == F::kAnd) {
      for (const ExprPtr& argument : call->arguments) take_condition(*argument);
      return;
    }
    std::optional<Demand> demand = demand_of(condition);
    if (!demand || texts_ + demand->texts() > kMaxBodyTexts) return;
    texts_ += demand->texts();
    demands_.push_back(*std::move(demand));
  }
  /// Whether the body can be followed further.
  bool take_stage(const Stage& stage) {
    if (const auto* filter = std::get_if<Filter>(&stage)) {
      take_condition(*filter->condition);
    } else if (const auto* compute = std::get_if<Compute>(&stage)) {
      Names computed;
      for (const Named& column : compute->columns) computed[column.name] = is_body(*column.expr);
      for (const auto& [name, body] : computed) bodies_[name] = body;
    } else if (const auto* parse = std::get_if<Parse>(&stage)) {
      for (const std::string& name : parse->names) bodies_[name] = false;
    } else {
      return std::holds_alternative<Sort>(stage) || std::holds_alternative<Project>(stage);
    }
    return true;
  }
  std::string sql(StatementBuilder& out) const {
    std::vector<std::string> all;
    for (const Demand& demand : demands_) all.push_back(demand.sql(out));
    return fmt::format("{}", fmt::join(all, " AND "));
  }

 private:
  using Names = std::map<std::string, bool, std::less<>>;

  /// Whether it is the body, or missing.
  [[nodiscard]] bool is_body(const Expr& expr) const {
    if (const auto* column = std::get_if<TableColumn>(&expr.node)) return column->name == "body";
    if (const auto* field = std::get_if<Field>(&expr.node)) {
      const auto found = bodies_.find(field->name);
      return found != bodies_.end() && found->second;
    }
    const auto* call = std::get_if<Call>(&expr.node);
    if (call == nullptr) return false;
    if (call->function == F::kToString) return is_body(*call->arguments.front());
    if (call->function != F::kIf || call->arguments.size() != 3) return false;
    const auto* otherwise = std::get_if<Literal>(&call->arguments[2]->node);
    return otherwise != nullptr && otherwise->value.missing() && is_body(*call->arguments[1]);
  }
  [[nodiscard]] std::optional<Demand> demand_of(const Expr& condition) const {
    const auto* call = std::get_if<Call>(&condition.node);
    if (call == nullptr) return std::nullopt;
    if (call->function == F::kAnd || call->function == F::kOr) return demand_of_parts(*call);
    if (call->arguments.size() != 2 || !is_body(*call->arguments[0])) return std::nullopt;
    const std::string* text = literal_text(*call->arguments[1]);
    if (text == nullptr) return std::nullopt;
    std::string pattern = demanded(call->function, *text);
    return pattern.empty() ? std::nullopt : std::optional(Demand{std::move(pattern)});
  }
  /// Of OR each part has to demand something, of AND one.
  [[nodiscard]] std::optional<Demand> demand_of_parts(const Call& call) const {
    const bool any = call.function == F::kOr;
    std::vector<Demand> parts;
    for (const ExprPtr& argument : call.arguments) {
      std::optional<Demand> part = demand_of(*argument);
      if (part)
        parts.push_back(*std::move(part));
      else if (any)
        return std::nullopt;
    }
    if (parts.empty()) return std::nullopt;
    if (parts.size() == 1) return std::move(parts.front());
    return Demand{"", any ? " OR " : " AND ", std::move(parts)};
  }

  Names bodies_;
  std::vector<Demand> demands_;
  std::size_t texts_ = 0;
};

}  // namespace

std::string body_grams_sql(const TableRead& read, std::span<const Stage> stages, StatementBuilder& out) {
  if (read.table != Table::kLogs || !read.unnest.empty()) return "";
  BodyTexts texts;
  if (read.where) texts.take_condition(*read.where);
  texts.take_columns(read);
  for (const Stage& stage : stages) {
    if (!texts.take_stage(stage)) break;
  }
  const std::string sql = texts.sql(out);
  return sql.empty() ? "" : fmt::format("indexHint({})", sql);
}

}  // namespace tetrascope::plan
