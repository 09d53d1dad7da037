#include "slices/cloudwatch_logs/query_operations.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <map>

#include "model/members.h"
#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/insights_plan.h"
#include "slices/cloudwatch_logs/insights_query.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/queries.h"
#include "slices/cloudwatch_logs/query_sources.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::int64_t kMostRows = 100'000;
constexpr std::int64_t kDefaultRows = 10'000;
constexpr std::int64_t kPageRows = 10'000;
constexpr auto kPatience = std::chrono::milliseconds(1'000);
constexpr auto kMaxRunTime = std::chrono::seconds(60);

std::unexpected<Fault> malformed(const QueryError& error) {
  const auto offset = [](std::size_t place) { return Value(static_cast<std::int64_t>(place)); };
  return std::unexpected(Fault(
      "MalformedQueryException", service_text(error.message, "MalformedQueryException"),
      Object{{"queryCompileError", Value(Object{{"location", Value(Object{{"startCharOffset", offset(error.begin)},
                                                                          {"endCharOffset", offset(error.end)}})},
                                                {"message", Value(error.message)}})}}));
}

/// Numbers in their shortest form, truth as 1 and 0, anything else as JSON; nullopt for what is missing.
std::optional<std::string> cell_text(const Value& value, plan::Type type) {
  if (value.missing()) return std::nullopt;
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* flag = value.as<bool>()) return std::string(*flag ? "1" : "0");
  if (const auto* integer = value.as<std::int64_t>()) {
    if (type != plan::Type::kTime) return std::to_string(*integer);
    const std::int64_t millis = *integer / kNanosPerMilli;
    const std::time_t seconds = static_cast<std::time_t>(millis / 1'000);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}", fmt::gmtime(seconds), millis % 1'000);
  }
  if (const auto* number = value.as<double>()) return fmt::format("{}", *number);
  return to_plain_json(value);
}

Value cell_json(std::string_view name, std::string text) {
  return Object{{"field", Value(std::string(name))}, {"value", Value(std::move(text))}};
}

std::int64_t count_cell(const plan::Answer& answer, std::size_t column) {
  if (answer.rows.empty()) return 0;
  const auto* count = answer.rows[0][column].as<std::int64_t>();
  return count == nullptr ? 0 : *count;
}

/// Ragged rows: what is missing has no member.
Array rows_json(const plan::Answer& answer, const InsightsPlan& compiled) {
  Array rows;
  for (const auto& row : answer.rows) {
    Array cells;
    for (std::size_t i = 0; i < compiled.names.size(); ++i) {
      if (auto text = cell_text(row[i], answer.columns[i].type))
        cells.push_back(cell_json(compiled.names[i], *std::move(text)));
    }
    if (compiled.has_pointer) {
      std::string place;
      for (std::size_t i = compiled.names.size(); i < row.size(); ++i) {
        if (!place.empty()) place += ' ';
        const auto* number = row[i].as<std::int64_t>();
        place += number != nullptr ? std::to_string(*number) : cell_text(row[i], plan::Type::kString).value_or("");
      }
      cells.push_back(cell_json("@ptr", aws::write_page_token("@ptr", place)));
    }
    rows.emplace_back(std::move(cells));
  }
  return rows;
}

/// The answer's last row, of addtotals with col=true: the sums of what is shown as numbers.
Value total_row(const Array& rows, const std::vector<std::string>& names) {
  std::map<std::string_view, double> sums;
  for (const std::string& name : names) sums[name] = 0;
  for (const Value& row : rows) {
    const auto* cells = row.as<Array>();
    for (const Value& cell : cells == nullptr ? Array() : *cells) {
      const auto sum = sums.find(text_of(member(cell, "field")));
      if (sum == sums.end()) continue;
      const std::string_view text = text_of(member(cell, "value"));
      double number = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) sum->second += number;
    }
  }
  Array cells;
  for (const std::string& name : names) cells.push_back(cell_json(name, fmt::format("{}", sums[name])));
  return cells;
}

/// A query as it waits for its turn.
struct WaitingQuery {
  InsightsQuery query;
  InsightsScope scope;
  InsightsPlan compiled;
};

/// The first part of a query's time, in the direction of its rows, with so many events that a search in it costs
/// little; nullopt: all of it.
std::optional<plan::TimeRange> first_part(const plan::Runner& runner, const InsightsScope& scope, bool newest_first) {
  constexpr std::int64_t kBin = 60 * kNanosPerSecond;
  constexpr std::int64_t kRowsOfPart = 200'000;
  constexpr std::uint64_t kMostMinutes = 50'000;
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"time", plan::column("time")}};
  read.where = scope.condition;
  plan::Aggregate count;
  count.keys = {{"bin", plan::call(plan::Function::kTimeBucket, {plan::field("time"), plan::literal(Value(kBin))})}};
  count.calls = {{.name = "rows", .op = plan::AggregateOp::kCount, .argument = {}, .where = {}}};
  const plan::Sort sort{{{plan::field("bin"), newest_first}}};
  const auto answer =
      runner.run({scope.range, {std::move(read)}, {std::move(count), sort, plan::Limit{kMostMinutes, 0, {}}}});
  std::int64_t rows = 0;
  for (const auto& bin : answer ? answer->rows : std::vector<std::vector<Value>>()) {
    rows += integer_of(&bin[1]).value_or(0);
    if (rows < kRowsOfPart) continue;
    const std::int64_t edge = integer_of(&bin[0]).value_or(0) + (newest_first ? 0 : kBin);
    if (edge <= scope.range.from.value || edge >= scope.range.to.value) return std::nullopt;
    return newest_first ? plan::TimeRange{{edge}, scope.range.to} : plan::TimeRange{scope.range.from, {edge}};
  }
  return std::nullopt;
}

Result<plan::Answer> run_rows(const plan::Runner& runner, const WaitingQuery& waiting, const QueryBounds& bounds) {
  const std::uint64_t wanted = waiting.compiled.first_rows;
  const auto part =
      wanted > 0 ? first_part(runner, waiting.scope, waiting.compiled.newest_first) : std::optional<plan::TimeRange>();
  if (part) {
    InsightsScope scope = waiting.scope;
    scope.range = *part;
    if (const auto compiled = compile_insights_query(waiting.query, scope)) {
      auto answer = runner.run(compiled->plan, bounds);
      if (answer && answer->rows.size() >= wanted) return answer;
    }
  }
  return runner.run(waiting.compiled.plan, bounds);
}

Result<QueryOutcome> run_query(const plan::Runner& runner, const WaitingQuery& waiting, std::int64_t groups) {
  const InsightsPlan& compiled = waiting.compiled;
  QueryBounds bounds;
  bounds.time = std::chrono::duration_cast<std::chrono::milliseconds>(kMaxRunTime);
  bounds.result_rows = static_cast<std::size_t>(kMostRows);
  ASSIGN_OR_RETURN(const plan::Answer answer, run_rows(runner, waiting, bounds));
  ASSIGN_OR_RETURN(const plan::Answer counted, runner.run(compiled.counted, bounds));
  QueryOutcome outcome;
  outcome.rows = rows_json(answer, compiled);
  if (!compiled.totals.empty()) outcome.rows.push_back(total_row(outcome.rows, compiled.totals));
  outcome.scanned = count_cell(counted, 0);
  outcome.bytes = count_cell(counted, 1);
  outcome.matched = count_cell(counted, counted.columns.size() > 2 ? 2 : 0);
  outcome.groups = groups;
  return outcome;
}

}  // namespace

Outcome<Answer> start_query(Call& call) {
  Parameters& in = call.parameters;
  const auto text = in.text("queryString", {.max = kMaxQueryBytes, .required = true});
  const auto from = in.number("startTime", {.min = 0, .required = true});
  const auto to = in.number("endTime", {.min = 0, .required = true});
  const auto limit = in.number("limit", {.min = 1, .max = kMostRows});
  const auto language = in.text("queryLanguage", {.values = {"CWLI", "SQL", "PPL"}});
  auto query = text ? parse_insights_query(*text) : InsightsQuery();
  ASSIGN_OR_FAULT(auto names, group_names(call, query ? query->source : std::nullopt));
  if (language && *language != "CWLI")
    return aws::refuse(std::string(kInvalidParameter), "The query language " + *language + " is not supported.");
  if (*to < *from) return aws::refuse(std::string(kInvalidParameter), "End time should not be before start time.");
  if (!query) return malformed(query.error());
  if (query->source) {
    ASSIGN_OR_FAULT(names, source_groups(call, *query->source, *text));
  }
  ASSIGN_OR_FAULT(plan::ExprPtr condition, condition_of(call, names));
  InsightsScope scope;
  scope.condition = std::move(condition);
  scope.account = call.identity.account;
  scope.region = call.identity.region;
  const QuerySeconds asked{epoch_seconds(*from), epoch_seconds(*to)};
  const QuerySeconds seconds = seconds_of(query->source.value_or(QuerySource()), asked, now_ms(call));
  scope.range = seconds.range();
  for (const auto& inner : query->inner) {
    if (!inner->source) continue;
    ASSIGN_OR_FAULT(const auto inner_names, source_groups(call, *inner->source, *text));
    ASSIGN_OR_FAULT(plan::ExprPtr inner_condition, condition_of(call, inner_names));
    const QuerySeconds time = seconds_of(*inner->source, seconds, now_ms(call));
    scope.inner[inner.get()] = {std::move(inner_condition), time.range()};
  }
  scope.limit = static_cast<std::uint64_t>(limit.value_or(kDefaultRows));
  scope.fields = &call.middle().fields;
  scope.now = call.request.received;
  auto compiled = compile_insights_query(*query, scope);
  if (!compiled) return malformed(compiled.error());
  if (const auto sound = plan::check(compiled->plan); !sound)
    return malformed({sound.error().message, 0, text->size()});
  StartedQuery started;
  started.id = aws::new_request_id();
  started.region = call.identity.region;
  started.groups = names;
  started.created_ms = now_ms(call);
  if (query->source) {
    started.shown_query = *text;
  } else {
    for (const std::string& name : names) started.shown_query += fmt::format("SOURCE \"{}\" ", name);
    started.shown_query += fmt::format("START={}000 END={}999 | {}", seconds.first, seconds.last, *text);
  }
  const std::string id = started.id;
  const auto groups = static_cast<std::int64_t>(names.size());
  const auto waiting = std::make_shared<const WaitingQuery>(*std::move(query), std::move(scope), *std::move(compiled));
  const bool posted = call.service.queries.start(std::move(started), [&runner = call.middle().runner, waiting, groups] {
    return run_query(runner, *waiting, groups);
  });
  if (!posted) return aws::refuse(std::string(kLimitExceeded), "Too many queries are waiting; start it again later.");
  return Answer(Object{{"queryId", Value(id)}});
}

Outcome<Answer> get_query_results(Call& call) {
  Parameters& in = call.parameters;
  const auto id = in.text("queryId", {.max = 256, .required = true});
  const auto token = in.text("nextToken", {.min = 1});
  const auto most = in.number("maxItems", {.min = 0, .max = kPageRows});
  RETURN_IF_FAULT(in.verdict());
  const auto query = call.service.queries.wait(call.identity.region, *id, kPatience);
  if (!query) return aws::refuse(std::string(kNotFound), "The specified query does not exist.");
  std::size_t first = 0;
  const std::string question = "GetQueryResults " + *id;
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    if (!place || place->empty() || place->size() > 9 || place->find_first_not_of("0123456789") != std::string::npos)
      return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    first = std::stoul(*place);
  }
  const Array& rows = query->outcome.rows;
  const std::int64_t wanted = most.value_or(0) == 0 ? kPageRows : *most;
  first = std::min(first, rows.size());
  const std::size_t end = std::min(first + static_cast<std::size_t>(wanted), rows.size());
  Object answer{{"queryLanguage", Value(std::string("CWLI"))},
                {"results", Value(Array(rows.begin() + static_cast<std::ptrdiff_t>(first),
                                        rows.begin() + static_cast<std::ptrdiff_t>(end)))},
                {"statistics", Value(Object{{"recordsMatched", Value(static_cast<double>(query->outcome.matched))},
                                            {"recordsScanned", Value(static_cast<double>(query->outcome.scanned))},
                                            {"estimatedRecordsSkipped", Value(0.0)},
                                            {"bytesScanned", Value(static_cast<double>(query->outcome.bytes))},
                                            {"estimatedBytesSkipped", Value(0.0)},
                                            {"logGroupsScanned", Value(static_cast<double>(query->outcome.groups))},
                                            {"resultCount", Value(static_cast<double>(rows.size()))}})},
                {"status", Value(std::string(status_name(query->status)))}};
  if (end < rows.size()) answer.emplace_back("nextToken", Value(aws::write_page_token(question, std::to_string(end))));
  return Answer(std::move(answer));
}

Outcome<Answer> stop_query(Call& call) {
  const auto id = call.parameters.text("queryId", {.max = 256, .required = true});
  RETURN_IF_FAULT(call.parameters.verdict());
  const auto stopped = call.service.queries.stop(call.identity.region, *id);
  if (!stopped) return aws::refuse(std::string(kNotFound), "The specified query does not exist.");
  if (!*stopped)
    return aws::refuse(std::string(kInvalidParameter),
                       fmt::format("Query [{}] has already ended or does not run.", *id));
  return Answer(Object{{"success", Value(true)}});
}

Outcome<Answer> describe_queries(Call& call) {
  Parameters& in = call.parameters;
  const auto group = in.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto status =
      in.text("status", {.values = {"Scheduled", "Running", "Complete", "Failed", "Cancelled", "Timeout", "Unknown"}});
  const auto most = static_cast<std::size_t>(in.number("maxResults", {.min = 1, .max = 1'000}).value_or(1'000));
  const auto token = in.text("nextToken", {.min = 1});
  const auto language = in.text("queryLanguage", {.values = {"CWLI", "SQL", "PPL"}});
  RETURN_IF_FAULT(in.verdict());
  // A page begins behind the query that ended the one before, whatever was started meanwhile.
  const std::string question = fmt::format("DescribeQueries {} {}", group.value_or(""), status.value_or(""));
  const auto last = token ? aws::read_page_token(question, *token) : std::nullopt;
  if (token && !last) return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
  bool begun = !last;
  std::optional<std::string> next;
  Array shown;
  for (const StartedQuery& query : call.service.queries.list(call.identity.region)) {
    if (!begun) {
      begun = query.id == *last;
      continue;
    }
    if (language && *language != "CWLI") break;
    if ((group && query.groups.front() != *group) || (status && status_name(query.status) != *status)) continue;
    if (shown.size() == most) {
      next = aws::write_page_token(question, text_of(member(shown.back(), "queryId")));
      break;
    }
    shown.emplace_back(Object{{"queryLanguage", Value(std::string("CWLI"))},
                              {"queryId", Value(query.id)},
                              {"queryString", Value(query.shown_query)},
                              {"status", Value(std::string(status_name(query.status)))},
                              {"createTime", Value(query.created_ms)},
                              {"logGroupName", Value(query.groups.front())},
                              {"queryDuration", Value(query.duration_ms)},
                              {"bytesScanned", Value(static_cast<double>(query.outcome.bytes))}});
  }
  Object answer{{"queries", Value(std::move(shown))}};
  if (next) answer.emplace_back("nextToken", Value(*next));
  return Answer(std::move(answer));
}

Outcome<Answer> list_log_groups_for_query(Call& call) {
  Parameters& in = call.parameters;
  const auto id = in.text("queryId", {.max = 256, .required = true});
  const auto token = in.text("nextToken", {.min = 1});
  in.number("maxResults", {.min = 50, .max = 500});  // a query has no more groups than a page
  RETURN_IF_FAULT(in.verdict());
  if (token) return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
  const auto query = call.service.queries.wait(call.identity.region, *id, std::chrono::milliseconds(0));
  if (!query) return aws::refuse(std::string(kNotFound), "The specified query does not exist.");
  Array names;
  for (const std::string& name : query->groups) names.emplace_back(name);
  return Answer(Object{{"logGroupIdentifiers", Value(std::move(names))}});
}

}  // namespace tetrascope::cloudwatch_logs
