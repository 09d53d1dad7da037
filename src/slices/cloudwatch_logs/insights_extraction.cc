// Commands that take something out of a text or a list: parse, logfmt, json, unnest.

#include <algorithm>

#include "query/types.h"
#include "slices/cloudwatch_logs/insights_compiler.h"
#include "slices/cloudwatch_logs/insights_fields.h"
#include "slices/cloudwatch_logs/insights_parser.h"
#include "slices/cloudwatch_logs/plan_literals.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using plan::ExprPtr;
using plan::field;
using plan::literal;
using plan::Type;
using F = plan::Function;

}  // namespace

Parsed<void> InsightsCompiler::parse(const QueryCommand& command) {
  QUERY_PARSED(const TypedQueryExpr input, expression(*command.input));
  ExprPtr text = as_text(input);
  if (command.multiple) {  // a row for each match, which the pattern takes apart once more
    const std::string match = next_name("u");
    const ExprPtr matches = plan::call(F::kAllMatches, {text, literal(Value(command.pattern))});
    stages_.emplace_back(plan::Compute{{{match, matches}}});
    stages_.emplace_back(plan::Unnest{match});
    text = field(match);
  }
  plan::Parse parse{std::move(text), command.pattern, {}};
  std::vector<Column> added;
  plan::Compute unquoted;
  for (const std::string& shown : command.names) {
    parse.names.push_back(next_name("p"));
    const ExprPtr value = field(parse.names.back());
    if (command.quoted) {
      const ExprPtr bare = plan::call(F::kTrim, {value, literal_text("\"")});
      unquoted.columns.push_back(
          {parse.names.back(), plan::call(F::kReplace, {bare, literal_text("\"\""), literal_text("\"")})});
    }
    if (!shown.empty()) added.push_back({shown, {value, Type::kString}});
  }
  stages_.emplace_back(std::move(parse));
  if (!unquoted.columns.empty()) stages_.emplace_back(std::move(unquoted));
  // They can be asked for, but are shown only where a query says so.
  for (Column& column : added) made_.push_back(std::move(column));
  return {};
}

Parsed<void> InsightsCompiler::logfmt(const QueryCommand& command) {
  QUERY_PARSED(const TypedQueryExpr input, expression(*command.input));
  const std::string column = next_name("f");
  stages_.emplace_back(plan::Compute{{{column, as_text(input)}}});
  made_.push_back({command.names.front(), {field(column), Type::kString}, false, true});
  return {};
}

Parsed<void> InsightsCompiler::json(const QueryCommand& command) {
  QUERY_PARSED(const TypedQueryExpr input, expression(*command.input));
  ExprPtr member = json_member(as_text(input), command.pattern);
  if (!member) return wrong_query(*command.input, "json needs the name of a member");
  const std::string column = next_name("f");
  stages_.emplace_back(plan::Compute{{{column, std::move(member)}}});
  made_.push_back({command.output, {field(column), Type::kString}});
  return {};
}

/// One row an element; what is no list is a list of one.
Parsed<void> InsightsCompiler::unnest(const QueryCommand& command) {
  const QueryItem& item = command.items.front();
  QUERY_PARSED(const TypedQueryExpr list, expression(*item.expr));
  const std::string whole = next_name("u");
  const std::string element = next_name("u");
  const ExprPtr text = list.type == Type::kAny ? list.expr : as_text(list);
  stages_.emplace_back(plan::Compute{{{whole, text}}});
  stages_.emplace_back(plan::Compute{{{element, plan::call(F::kJsonElements, {field(whole)})}}});
  stages_.emplace_back(plan::Unnest{element});
  const ExprPtr missing = plan::call(F::kIsMissing, {field(whole)});
  const ExprPtr value = plan::call(F::kIf, {missing, literal(Value(), Type::kString), field(element)});
  Column column{item.name, {value, Type::kString}, true};
  const auto same = std::ranges::find(shown_, item.name, &Column::name);
  if (!command.output.empty() && same != shown_.end()) *same = column;
  made_.push_back(std::move(column));
  return {};
}

}  // namespace tetrascope::cloudwatch_logs
