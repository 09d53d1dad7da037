#include <algorithm>
#include <array>
#include <span>

#include "slices/xray/filter.h"
#include "slices/xray/filter_lexer.h"

namespace tetrascope::xray {
namespace {

using Kind = FilterToken::Kind;
using Parsed = std::expected<FilterPtr, std::string>;

enum class WordType { kBool, kNumber, kText };

constexpr unsigned scope_bit(FilterScope scope) { return 1U << static_cast<unsigned>(scope); }
constexpr unsigned kTrace = scope_bit(FilterScope::kTrace), kService = scope_bit(FilterScope::kService),
                   kEdge = scope_bit(FilterScope::kEdge), kCauseService = scope_bit(FilterScope::kCauseService),
                   kEntity = scope_bit(FilterScope::kCauseEntity), kException = scope_bit(FilterScope::kCauseException);
constexpr unsigned kWide = kTrace | kService | kEdge, kList = kCauseService | kEntity | kException;

/// Keywords and where they may stand (5.3).
struct WordRule {
  std::string_view word;
  Keyword keyword;
  WordType type;
  unsigned scopes;
};
constexpr WordRule kWords[] = {
    {"ok", Keyword::kOk, WordType::kBool, kWide},
    {"error", Keyword::kError, WordType::kBool, kWide},
    {"throttle", Keyword::kThrottle, WordType::kBool, kWide},
    {"fault", Keyword::kFault, WordType::kBool, kWide},
    {"partial", Keyword::kPartial, WordType::kBool, kWide},
    {"inferred", Keyword::kInferred, WordType::kBool, kWide | kCauseService},
    {"first", Keyword::kFirst, WordType::kBool, kList},
    {"last", Keyword::kLast, WordType::kBool, kList},
    {"remote", Keyword::kRemote, WordType::kBool, kCauseService | kEntity},
    {"root", Keyword::kRoot, WordType::kBool, kTrace | kService},
    {"responsetime", Keyword::kResponseTime, WordType::kNumber, kWide},
    {"duration", Keyword::kDuration, WordType::kNumber, kWide},
    {"http.status", Keyword::kHttpStatus, WordType::kNumber, kWide},
    {"index", Keyword::kIndex, WordType::kNumber, kList},
    {"coverage", Keyword::kCoverage, WordType::kNumber, kEntity},
    {"http.url", Keyword::kHttpUrl, WordType::kText, kWide},
    {"http.method", Keyword::kHttpMethod, WordType::kText, kWide},
    {"http.useragent", Keyword::kHttpUserAgent, WordType::kText, kWide},
    {"http.clientip", Keyword::kHttpClientIp, WordType::kText, kWide},
    {"user", Keyword::kUser, WordType::kText, kWide},
    {"name", Keyword::kName, WordType::kText, kTrace | kService | kList},
    {"type", Keyword::kType, WordType::kText, kTrace | kService | kCauseService},
    {"message", Keyword::kMessage, WordType::kText, kException},
    {"availabilityzone", Keyword::kAvailabilityZone, WordType::kText, kTrace | kService},
    {"instance.id", Keyword::kInstanceId, WordType::kText, kTrace | kService},
    {"resource.arn", Keyword::kResourceArn, WordType::kText, kTrace | kService},
    {"account.id", Keyword::kAccountId, WordType::kText, kTrace | kService | kCauseService},
};

FilterPtr make(auto node) { return std::make_shared<const Filter>(Filter{std::move(node)}); }

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Parsed whole() {
    auto parsed = either(FilterScope::kTrace, 0);
    if (parsed && lexer_.peek().kind != Kind::kEnd) return unexpected();
    return parsed;
  }

  Parsed selector() {
    if (lexer_.take_word("service")) return finished(service(0, false));
    if (lexer_.take_word("edge")) return finished(edge(0, false));
    if (!lexer_.at_word("id")) return unexpected();
    auto node = node_match();
    if (!node) return std::unexpected(node.error());
    return finished(make(ServiceTerm{*std::move(node), nullptr}));
  }

 private:
  std::unexpected<std::string> problem(std::string_view what) const {
    return std::unexpected("Invalid filter expression: " + std::string(what) + " at position " +
                           std::to_string(lexer_.peek().position));
  }
  std::unexpected<std::string> unexpected() const {
    if (lexer_.peek().kind == Kind::kEnd) return problem("unexpected end");
    return problem("unexpected '" + std::string(lexer_.peek().source.substr(0, 40)) + "'");
  }
  Parsed finished(Parsed parsed) {
    if (parsed && lexer_.peek().kind != Kind::kEnd) return unexpected();
    return parsed;
  }

  Parsed either(FilterScope scope, int depth) {
    auto first = all(scope, depth);
    if (!first || !lexer_.at_word("or")) return first;
    Junction junction{false, {*std::move(first)}};
    while (lexer_.take_word("or")) {
      auto next = all(scope, depth);
      if (!next) return next;
      junction.parts.push_back(*std::move(next));
    }
    return make(std::move(junction));
  }

  /// Juxtaposition is AND: `ok !partial duration <3`.
  Parsed all(FilterScope scope, int depth) {
    auto first = unary(scope, depth);
    if (!first) return first;
    Junction junction{true, {*std::move(first)}};
    while (true) {
      const bool ends =
          lexer_.peek().kind == Kind::kEnd || lexer_.at_word("or") || lexer_.at_mark(")") || lexer_.at_mark("}");
      if (ends) break;
      lexer_.take_word("and");
      auto part = unary(scope, depth);
      if (!part) return part;
      junction.parts.push_back(*std::move(part));
    }
    return junction.parts.size() == 1 ? junction.parts.front() : make(std::move(junction));
  }

  Parsed unary(FilterScope scope, int depth) {
    if (depth > kMaxFilterDepth) return problem("nested too deeply");
    if (lexer_.take_mark("!") || lexer_.take_word("not")) {
      auto inner = unary(scope, depth + 1);
      if (!inner) return inner;
      return make(Negation{*std::move(inner)});
    }
    if (lexer_.take_mark("(")) {
      auto inner = either(scope, depth + 1);
      if (inner && !lexer_.take_mark(")")) return unexpected();
      return inner;
    }
    return primary(scope, depth);
  }

  Parsed primary(FilterScope scope, int depth) {
    if (lexer_.peek().kind != Kind::kWord) return unexpected();
    const bool of_trace = scope == FilterScope::kTrace;
    if (of_trace && lexer_.take_word("service")) return service(depth, true);
    if (of_trace && lexer_.take_word("edge")) return edge(depth, true);
    const std::string word = lexer_.peek().text;
    if (of_trace && word.starts_with("rootcause.")) return root_cause(word.substr(10), depth);
    if (of_trace && (word == "group.name" || word == "group.arn")) return group(word == "group.arn");
    if (word == "annotation" || word.starts_with("annotation.")) {
      if (!of_trace) return problem("annotations cannot be asked of a service or an edge");
      return annotation();
    }
    return keyword(scope);
  }

  std::expected<NodeMatch, std::string> node_match() {
    NodeMatch match;
    if (lexer_.peek().kind == Kind::kString) {
      match.name = lexer_.take().text;
      return match;
    }
    if (!lexer_.take_word("id") || !lexer_.take_mark("(")) return unexpected();
    do {
      const FilterToken member = lexer_.peek();
      std::optional<std::string>* place = member.kind != Kind::kWord    ? nullptr
                                          : member.text == "name"       ? &match.name
                                          : member.text == "type"       ? &match.type
                                          : member.text == "account.id" ? &match.account
                                                                        : nullptr;
      if (place == nullptr || !member.source.ends_with(':')) return unexpected();
      lexer_.take();
      if (lexer_.peek().kind != Kind::kString) return unexpected();
      *place = lexer_.take().text;
    } while (lexer_.take_mark(","));
    if (!lexer_.take_mark(")")) return unexpected();
    return match;
  }

  /// `{…}`; null where there is none or nothing in it.
  Parsed block(FilterScope scope, int depth) {
    if (!lexer_.take_mark("{")) return FilterPtr{};
    if (lexer_.take_mark("}")) return FilterPtr{};
    auto inner = either(scope, depth + 1);
    if (!inner) return inner;
    // An example of AWS's own lacks its last brace.
    if (!lexer_.take_mark("}") && lexer_.peek().kind != Kind::kEnd) return unexpected();
    return inner;
  }

  Parsed service(int depth, bool with_block) {
    ServiceTerm term;
    if (!lexer_.take_mark("(")) return unexpected();
    if (!lexer_.at_mark(")")) {
      auto node = node_match();
      if (!node) return std::unexpected(node.error());
      term.node = *std::move(node);
    }
    if (!lexer_.take_mark(")")) return unexpected();
    if (with_block) {
      auto inner = block(FilterScope::kService, depth);
      if (!inner) return inner;
      term.block = *std::move(inner);
    }
    return make(std::move(term));
  }

  Parsed edge(int depth, bool with_block) {
    EdgeTerm term;
    if (!lexer_.take_mark("(")) return unexpected();
    for (NodeMatch* node : {&term.from, &term.to}) {
      if (node == &term.to && !lexer_.take_mark(",")) return unexpected();
      if (lexer_.at_mark(",") || lexer_.at_mark(")")) continue;
      auto match = node_match();
      if (!match) return std::unexpected(match.error());
      *node = *std::move(match);
    }
    if (!lexer_.take_mark(")")) return unexpected();
    if (with_block) {
      auto inner = block(FilterScope::kEdge, depth);
      if (!inner) return inner;
      term.block = *std::move(inner);
    }
    return make(std::move(term));
  }

  static std::optional<CauseKind> cause_kind(std::string_view word) {
    if (word == "fault") return CauseKind::kFault;
    if (word == "error") return CauseKind::kError;
    if (word == "responsetime") return CauseKind::kResponseTime;
    return std::nullopt;
  }

  /// `rest`: what follows `rootcause.`
  Parsed root_cause(std::string_view rest, int depth) {
    const std::size_t dot = rest.find('.');
    const auto kind = cause_kind(rest.substr(0, dot));
    const std::string_view part = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    if (part == "json" && (kind || rest == "json")) return cause_shape(kind);
    CauseTerm term;
    if (!kind || (part != "service" && part != "entity" && part != "exception")) return unexpected();
    if (part == "exception" && *kind == CauseKind::kResponseTime) return problem("slow responses have no exceptions");
    term.kind = *kind;
    term.part = part == "service" ? CausePart::kService : part == "entity" ? CausePart::kEntity : CausePart::kException;
    constexpr std::array kScopes = {FilterScope::kCauseService, FilterScope::kCauseEntity,
                                    FilterScope::kCauseException};
    lexer_.take();
    auto inner = block(kScopes[static_cast<std::size_t>(term.part)], depth);
    if (!inner) return inner;
    term.block = *std::move(inner);
    return make(std::move(term));
  }

  Parsed cause_shape(std::optional<CauseKind> kind) {
    lexer_.take();
    CauseShape shape{kind, {}, lexer_.at_mark("!=")};
    if (!lexer_.take_mark("!=") && !lexer_.take_mark("=")) return unexpected();
    std::string json;
    if (!lexer_.at_mark("#") || !lexer_.take_json(json)) return unexpected();
    auto value = value_from_json(json);
    if (!value || value->as<Array>() == nullptr) return problem("want a JSON array after '#'");
    shape.shape = *std::move(value);
    return make(std::move(shape));
  }

  Parsed group(bool by_arn) {
    lexer_.take();
    GroupTerm term{by_arn, lexer_.at_mark("!="), {}};
    if (!lexer_.take_mark("!=") && !lexer_.take_mark("=")) return unexpected();
    if (lexer_.peek().kind != Kind::kString) return unexpected();
    term.text = lexer_.take().text;
    return make(std::move(term));
  }

  Parsed annotation() {
    Comparison comparison{Keyword::kAnnotation, {}, FilterOp::kIsSet, {}};
    const FilterToken word = lexer_.peek();
    if (word.text == "annotation") {
      lexer_.take();
      if (!lexer_.at_mark("[") || !lexer_.take_bracketed(comparison.key)) return unexpected();
    } else {
      comparison.key = word.source.substr(std::string_view("annotation.").size());
      lexer_.take();
    }
    if (comparison.key.empty()) return problem("annotation without a key");
    const FilterOp op = take_op();
    comparison.op = op;
    if (op == FilterOp::kIsSet) return make(std::move(comparison));
    const FilterToken& value = lexer_.peek();
    const bool number = value.kind == Kind::kNumber;
    const bool flag = value.kind == Kind::kWord && (value.text == "true" || value.text == "false");
    const bool of_text = op == FilterOp::kContains || op == FilterOp::kBeginsWith || op == FilterOp::kEndsWith;
    const bool of_order = op == FilterOp::kLt || op == FilterOp::kLe || op == FilterOp::kGt || op == FilterOp::kGe;
    if ((of_text && value.kind != Kind::kString) || (of_order && flag)) return unexpected();
    if (number) {
      comparison.literal = lexer_.take().number;
    } else if (flag) {
      comparison.literal = lexer_.take().text == "true";
    } else if (value.kind == Kind::kString) {
      comparison.literal = lexer_.take().text;
    } else {
      return unexpected();
    }
    return make(std::move(comparison));
  }

  Parsed keyword(FilterScope scope) {
    const auto* rule = std::ranges::find(kWords, lexer_.peek().text, &WordRule::word);
    if (rule == std::end(kWords)) return unexpected();
    if ((rule->scopes & scope_bit(scope)) == 0) return problem("'" + std::string(rule->word) + "' does not fit here");
    lexer_.take();
    Comparison comparison{rule->keyword, {}, take_op(), {}};
    if (comparison.op == FilterOp::kIsSet) return make(std::move(comparison));
    const FilterToken& value = lexer_.peek();
    const bool equality = comparison.op == FilterOp::kEq || comparison.op == FilterOp::kNe;
    const bool of_text = comparison.op == FilterOp::kContains || comparison.op == FilterOp::kBeginsWith ||
                         comparison.op == FilterOp::kEndsWith;
    switch (rule->type) {
      case WordType::kBool:
        if (!equality || value.kind != Kind::kWord || (value.text != "true" && value.text != "false"))
          return unexpected();
        comparison.literal = lexer_.take().text == "true";
        break;
      case WordType::kNumber:
        if (of_text || value.kind != Kind::kNumber) return unexpected();
        comparison.literal = lexer_.take().number;
        break;
      case WordType::kText:
        if (!equality && !of_text) return unexpected();
        if (value.kind != Kind::kString && value.kind != Kind::kWord) return unexpected();
        comparison.literal = value.kind == Kind::kString ? value.text : std::string(value.source);
        lexer_.take();
        break;
    }
    return make(std::move(comparison));
  }

  FilterOp take_op() {
    constexpr std::pair<std::string_view, FilterOp> kMarks[] = {{"=", FilterOp::kEq}, {"!=", FilterOp::kNe},
                                                                {"<", FilterOp::kLt}, {"<=", FilterOp::kLe},
                                                                {">", FilterOp::kGt}, {">=", FilterOp::kGe}};
    for (const auto& [mark, op] : kMarks) {
      if (lexer_.take_mark(mark)) return op;
    }
    constexpr std::pair<std::string_view, FilterOp> kOpWords[] = {
        {"contains", FilterOp::kContains}, {"beginswith", FilterOp::kBeginsWith}, {"endswith", FilterOp::kEndsWith}};
    for (const auto& [word, op] : kOpWords) {
      if (lexer_.take_word(word)) return op;
    }
    return FilterOp::kIsSet;
  }

  FilterLexer lexer_;
};

}  // namespace

std::expected<FilterPtr, std::string> parse_filter(std::string_view text) {
  if (text.size() > kMaxFilterBytes)
    return std::unexpected("Invalid filter expression: longer than " + std::to_string(kMaxFilterBytes) + " characters");
  return Parser(text).whole();
}

std::expected<FilterPtr, std::string> parse_entity_selector(std::string_view text) {
  if (text.empty() || text.size() > 500) return std::unexpected("EntitySelectorExpression: want 1 to 500 characters");
  return Parser(text).selector();
}

}  // namespace tetrascope::xray
