#include "slices/ui/log_histogram.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "slices/page/answers.h"
#include "slices/page/steps.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::field;
using plan::literal;

constexpr std::size_t kLevels = 7;
constexpr std::size_t kMostSources = 200;
/// There are as many as there are listeners and formats: a dozen.
constexpr std::size_t kMostProtocols = 32;

/// 0 for none, then trace to fatal: OTLP has four numbers a level.
std::size_t level_of(std::int64_t severity) {
  return severity < 1 ? 0 : static_cast<std::size_t>(std::min<std::int64_t>((severity - 1) / 4 + 1, kLevels - 1));
}

plan::TableRead read_of(const LogSearch& search, std::vector<plan::Named> columns) {
  columns.push_back({"rate", column("sample_rate")});
  return {plan::Table::kLogs, {}, std::move(columns), log_condition(search)};
}

struct Source {
  std::string service, protocol;
  std::int64_t logs = 0;
};

/// The protocols of the lines, the most used first.
Result<std::vector<std::string>> read_protocols(const plan::Runner& runner, const LogSearch& search) {
  plan::Aggregate counts;
  counts.keys = {{"protocol", field("protocol")}};
  counts.calls = {counted("lines")};
  const plan::Plan plan{search.range,
                        {read_of(search, {{"protocol", column("protocol")}})},
                        {std::move(counts), plan::Sort{{{field("lines"), true}, {field("protocol")}}},
                         plan::Limit{kMostProtocols, 0, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
  std::vector<std::string> protocols;
  for (const auto& row : answer.rows) protocols.emplace_back(text_cell(row[0]));
  return protocols;
}

/// Grouped by service alone, with a count for each protocol: to find the group of a row by two texts takes the store
/// three times as long as both questions together.
Result<Array> read_sources(const plan::Runner& runner, LogSearch search) {
  search.service.clear();
  ASSIGN_OR_RETURN(const std::vector<std::string> protocols, read_protocols(runner, search));
  plan::Aggregate counts;
  counts.keys = {{"service", field("service")}};
  counts.weight = "rate";
  counts.calls = {counted("logs")};
  for (const std::string& protocol : protocols) {
    counts.calls.push_back(counted("of " + protocol));
    counts.calls.back().where = equals(field("protocol"), literal(protocol));
  }
  const plan::Plan plan{
      search.range,
      {read_of(search, {{"service", column("service")}, {"protocol", column("protocol")}})},
      {std::move(counts), plan::Sort{{{field("logs"), true}, {field("service")}}}, plan::Limit{kMostSources, 0, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, plan));
  std::vector<Source> found;
  for (const auto& row : answer.rows) {
    for (std::size_t i = 0; i < protocols.size(); ++i) {
      const std::int64_t logs = int_cell(row[i + 2]);
      if (logs > 0) found.push_back({std::string(text_cell(row[0])), protocols[i], logs});
    }
  }
  std::ranges::sort(found, [](const Source& left, const Source& right) {
    return std::tie(right.logs, left.service, left.protocol) < std::tie(left.logs, right.service, right.protocol);
  });
  found.resize(std::min(found.size(), kMostSources));
  Array sources;
  for (Source& one : found) {
    sources.push_back(
        Object{{"service", std::move(one.service)}, {"protocol", std::move(one.protocol)}, {"logs", one.logs}});
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
