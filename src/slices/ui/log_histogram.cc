#include "slices/ui/log_histogram.h"

#include <algorithm>
#include <array>
#include <utility>

#include "slices/page/answers.h"
#include "slices/page/steps.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::field;

constexpr std::size_t kLevels = 7;
constexpr std::size_t kMostSources = 200;

/// 0 for none, then trace to fatal: OTLP has four numbers a level.
std::size_t level_of(std::int64_t severity) {
  return severity < 1 ? 0 : static_cast<std::size_t>(std::min<std::int64_t>((severity - 1) / 4 + 1, kLevels - 1));
}

plan::TableRead read_of(const LogSearch& search, std::vector<plan::Named> columns) {
  columns.push_back({"rate", column("sample_rate")});
  return {plan::Table::kLogs, {}, std::move(columns), log_condition(search)};
}

Result<Array> read_sources(const plan::Runner& runner, LogSearch search) {
  search.service.clear();
  plan::Aggregate counts;
  counts.keys = {{"service", field("service")}, {"protocol", field("protocol")}};
  counts.weight = "rate";
  counts.calls = {counted("logs")};
  const plan::Plan plan{
      search.range,
      {read_of(search, {{"service", column("service")}, {"protocol", column("protocol")}})},
      {std::move(counts), plan::Sort{{{field("logs"), true}, {field("service")}}}, plan::Limit{kMostSources, 0, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
  Array sources;
  for (const auto& row : answer.rows) {
    sources.push_back(Object{{"service", std::string(text_cell(row[0]))},
                             {"protocol", std::string(text_cell(row[1]))},
                             {"logs", int_cell(row[2])}});
  }
  return sources;
}

}  // namespace

Result<std::string> read_log_histogram(const plan::Runner& runner, const LogSearch& search) {
  const Steps steps(search.range);
  plan::Aggregate counts;
  counts.keys = {{"severity", field("severity")}, {"bucket", field("bucket")}};
  counts.weight = "rate";
  counts.calls = {counted("logs")};
  const plan::TableRead read =
      read_of(search, {{"severity", column("severity_number")}, {"bucket", steps.of(column("time"))}});
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, {search.range, {read}, {counts}}));
  std::array<Series, kLevels> levels;
  for (Series& one : levels) one.resize(steps.count());
  std::int64_t total = 0;
  for (const auto& row : answer.rows) {
    levels[level_of(int_cell(row[0]))][steps.place(int_cell(row[1]))] += int_cell(row[2]);
    total += int_cell(row[2]);
  }
  ASSIGN_OR_RETURN(Array sources, read_sources(runner, search));
  Array series;
  for (const Series& one : levels) series.push_back(series_json(one));
  return to_json(Object{{"from", exact(search.range.from)},
                        {"to", exact(search.range.to)},
                        {"step", exact(steps.width())},
                        {"first", exact(steps.first())},
                        {"count", total},
                        {"levels", std::move(series)},
                        {"sources", std::move(sources)}});
}

}  // namespace tetrascope::ui
