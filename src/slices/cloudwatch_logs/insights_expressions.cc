#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "slices/cloudwatch_logs/insights_parser.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using Token = QueryToken::Kind;
using Node = QueryNode::Kind;

}  // namespace

Parsed<QueryNodePtr> QueryParser::made(QueryNode node) {
  if (++nodes_ > kMaxQueryNodes)
    return std::unexpected(QueryError{"the query has too many expressions", node.begin, node.end});
  return std::make_shared<const QueryNode>(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::binary(std::string op, QueryNodePtr left, QueryNodePtr right) {
  QueryNode node;
  node.kind = Node::kCall;
  node.text = std::move(op);
  node.begin = left->begin;
  node.end = right->end;
  node.arguments = {std::move(left), std::move(right)};
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::any(int depth) {
  QUERY_PARSED(QueryNodePtr left, all(depth));
  while (at_word("or")) {
    QUERY_CHECKED(advance(true));
    QUERY_PARSED(QueryNodePtr right, all(depth));
    QUERY_PARSED(left, binary("or", std::move(left), std::move(right)));
  }
  return left;
}

Parsed<QueryNodePtr> QueryParser::all(int depth) {
  QUERY_PARSED(QueryNodePtr left, negation(depth));
  while (at_word("and")) {
    QUERY_CHECKED(advance(true));
    QUERY_PARSED(QueryNodePtr right, negation(depth));
    QUERY_PARSED(left, binary("and", std::move(left), std::move(right)));
  }
  return left;
}

Parsed<QueryNodePtr> QueryParser::negation(int depth) {
  if (depth > kMaxQueryDepth) return expected("a simpler expression");
  if (!at_word("not") && !at_sign("!")) return comparison(depth);
  QueryNode node;
  node.kind = Node::kCall;
  node.text = "not";
  node.begin = token_.begin;
  QUERY_CHECKED(advance(true));
  QUERY_PARSED(QueryNodePtr inner, negation(depth + 1));
  node.end = inner->end;
  node.arguments = {std::move(inner)};
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::comparison(int depth) {
  QUERY_PARSED(QueryNodePtr left, sum(depth));
  std::string op;
  bool negated = false;
  if (token_.kind == Token::kSign) {
    for (const std::string_view sign : {"=", "!=", "<", "<=", ">", ">="}) {
      if (token_.text == sign) op = sign;
    }
    if (token_.text == "==") op = "=";
    if (token_.text == "=~") op = "like";
  } else if (at_word("not")) {
    negated = true;
    QUERY_CHECKED(advance());
    if (!at_word("like") && !at_word("in")) return expected("{K_LIKE, K_IN}");
    op = lower_case(token_.text);
  } else if (at_word("like") || at_word("in")) {
    op = lower_case(token_.text);
  }
  if (op.empty()) return left;
  QUERY_CHECKED(advance(true));
  Parsed<QueryNodePtr> right = op != "in" ? sum(depth) : at_sign("(") ? subquery() : list(depth);
  QUERY_CHECKED(right);
  QUERY_PARSED(QueryNodePtr compared, binary(op, std::move(left), *std::move(right)));
  if (!negated) return compared;
  QueryNode node;
  node.kind = Node::kCall;
  node.text = "not";
  node.begin = compared->begin;
  node.end = compared->end;
  node.arguments = {std::move(compared)};
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::subquery() {
  QueryNode node;
  node.kind = Node::kQuery;
  node.begin = token_.begin;
  QUERY_PARSED(node.query, inner_query());
  node.end = last_end_;
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::list(int depth) {
  QueryNode node;
  node.kind = Node::kList;
  node.begin = token_.begin;
  QUERY_CHECKED(take_sign("["));
  while (!at_sign("]")) {
    if (node.arguments.size() >= kMaxQueryItems) return expected("']'");
    QUERY_PARSED(QueryNodePtr one, unary(depth + 1));
    if (one->kind != Node::kText && one->kind != Node::kInteger && one->kind != Node::kDouble)
      return std::unexpected(QueryError{"a list holds texts and numbers", one->begin, one->end});
    node.arguments.push_back(std::move(one));
    if (!at_sign(",")) break;
    QUERY_CHECKED(advance());
  }
  node.end = token_.end;
  QUERY_CHECKED(take_sign("]"));
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::sum(int depth) {
  QUERY_PARSED(QueryNodePtr left, product(depth));
  while (at_sign("+") || at_sign("-")) {
    const std::string op = token_.text;
    QUERY_CHECKED(advance());
    QUERY_PARSED(QueryNodePtr right, product(depth));
    QUERY_PARSED(left, binary(op, std::move(left), std::move(right)));
  }
  return left;
}

Parsed<QueryNodePtr> QueryParser::product(int depth) {
  QUERY_PARSED(QueryNodePtr left, power(depth));
  while (at_sign("*") || at_sign("/") || at_sign("%")) {
    const std::string op = token_.text;
    QUERY_CHECKED(advance());
    QUERY_PARSED(QueryNodePtr right, power(depth));
    QUERY_PARSED(left, binary(op, std::move(left), std::move(right)));
  }
  return left;
}

Parsed<QueryNodePtr> QueryParser::power(int depth) {
  if (depth > kMaxQueryDepth) return expected("a simpler expression");
  QUERY_PARSED(QueryNodePtr left, unary(depth));
  if (!at_sign("^")) return left;
  QUERY_CHECKED(advance());
  QUERY_PARSED(QueryNodePtr right, power(depth + 1));
  return binary("^", std::move(left), std::move(right));
}

Parsed<QueryNodePtr> QueryParser::unary(int depth) {
  if (depth > kMaxQueryDepth) return expected("a simpler expression");
  if (!at_sign("-")) return primary(depth);
  const std::size_t begin = token_.begin;
  QUERY_CHECKED(advance());
  QUERY_PARSED(QueryNodePtr inner, unary(depth + 1));
  QueryNode node;
  node.begin = begin;
  node.end = inner->end;
  if (inner->kind == Node::kInteger || inner->kind == Node::kDouble) {
    node.kind = inner->kind;
    node.integer = -inner->integer;
    node.number = -inner->number;
    return made(std::move(node));
  }
  node.kind = Node::kCall;
  node.text = "negate";
  node.arguments = {std::move(inner)};
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::primary(int depth) {
  switch (token_.kind) {
    case Token::kNumber:
      return number();
    case Token::kPeriod:
      return leaf(Node::kPeriod);
    case Token::kText:
      return leaf(Node::kText);
    case Token::kRegex:
      return leaf(Node::kRegex);
    case Token::kQuotedField: {
      const QueryToken word = token_;
      QUERY_CHECKED(advance());
      return field(word);
    }
    case Token::kWord: {
      const QueryToken word = token_;
      QUERY_CHECKED(advance());
      if (at_sign("(")) return call(word, depth);
      return field(word);
    }
    case Token::kSign:
      if (!at_sign("(")) break;
      {
        const std::size_t begin = token_.begin;
        QUERY_CHECKED(advance(true));
        QUERY_PARSED(const QueryNodePtr inner, expr(depth + 1));
        QueryNode node = *inner;
        node.begin = begin;
        node.end = token_.end;
        QUERY_CHECKED(take_sign(")"));
        return made(std::move(node));
      }
    case Token::kEnd:
      break;
  }
  return expected("an expression");
}

/// A name, whose first part was read: members behind it stand without a blank, as `[1]`, `.name` or ``.`odd name` ``.
Parsed<QueryNodePtr> QueryParser::field(QueryToken word) {
  QueryNode node;
  node.kind = Node::kField;
  node.text = std::move(word.text);
  node.begin = word.begin;
  node.end = word.end;
  while (token_.begin == node.end) {
    const bool behind_dot = node.text.ends_with('.');
    if (token_.kind == Token::kQuotedField && behind_dot) {
      std::string step = token_.text;
      std::ranges::replace(step, '.', kQuotedDot);
      node.text += step;
    } else if (token_.kind == Token::kWord && behind_dot) {
      node.text += token_.text;
    } else if (at_sign(".")) {
      node.text += '.';
    } else if (at_sign("[")) {
      QUERY_CHECKED(advance());
      if (token_.kind != Token::kNumber) return expected("a number");
      node.text += "." + token_.text;
      QUERY_CHECKED(advance());
      if (!at_sign("]")) return expected("']'");
    } else {
      break;
    }
    node.end = token_.end;
    QUERY_CHECKED(advance());
  }
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::leaf(Node kind) {
  QueryNode node;
  node.kind = kind;
  node.text = token_.text;
  node.integer = token_.nanos;
  node.begin = token_.begin;
  node.end = token_.end;
  QUERY_CHECKED(advance());
  return made(std::move(node));
}

Parsed<QueryNodePtr> QueryParser::number() {
  QueryNode node;
  node.begin = token_.begin;
  node.end = token_.end;
  const char* const begin = token_.text.data();
  const char* const end = begin + token_.text.size();
  const auto whole = std::from_chars(begin, end, node.integer);
  node.kind = whole.ec == std::errc{} && whole.ptr == end ? Node::kInteger : Node::kDouble;
  const auto real = std::from_chars(begin, end, node.number);
  if (real.ec != std::errc{} || real.ptr != end) return expected("a number");
  QUERY_CHECKED(advance());
  return made(std::move(node));
}

/// Its name was read; the `(` stands next.
Parsed<QueryNodePtr> QueryParser::call(QueryToken name, int depth) {
  QueryNode node;
  node.kind = Node::kCall;
  node.text = lower_case(name.text);
  node.begin = name.begin;
  // Operators are calls of the same names, with operands that the grammar has counted.
  for (const std::string_view word : {"and", "or", "not", "in", "like"}) {
    if (node.text == word) return std::unexpected(QueryError{"unknown function " + node.text, name.begin, name.end});
  }
  QUERY_CHECKED(take_sign("(", true));
  while (!at_sign(")")) {
    if (node.arguments.size() >= kMaxQueryItems) return expected("')'");
    if (at_sign("*") && node.arguments.empty()) {
      QUERY_PARSED(QueryNodePtr star, leaf(Node::kStar));
      node.arguments.push_back(std::move(star));
      break;
    }
    QUERY_PARSED(QueryNodePtr argument, expr(depth + 1));
    node.arguments.push_back(std::move(argument));
    if (!at_sign(",")) break;
    QUERY_CHECKED(advance(true));
  }
  node.end = token_.end;
  QUERY_CHECKED(take_sign(")"));
  return made(std::move(node));
}

}  // namespace tetrascope::cloudwatch_logs
