#include "upkeep/row_export.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "model/members.h"
#include "query/run.h"
#include "storage/row_binary.h"
#include "upkeep/otlp_lines.h"
#include "upkeep/parquet_rows.h"

namespace tetrascope::upkeep {
namespace {

using F = plan::Function;

constexpr std::int64_t kRowsOfWindow = 5'000;
/// Rows of one microsecond are not told apart; so many of them are one answer.
constexpr std::uint64_t kMostRows = 1'000'000;
constexpr QueryBounds kBounds{.time = std::chrono::seconds(120), .result_rows = 10'000'000};
/// Rows are counted in steps of this width; where a step has too many, in finer ones.
constexpr std::int64_t kSteps[] = {300 * kNanosPerSecond, kNanosPerSecond, kNanosPerMilli, 1'000};

struct Question {
  ExportSignal signal = ExportSignal::kTraces;
  plan::TimeRange range = plan::kAllTime;
  plan::ExprPtr where;
  bool parquet = false;
};

Result<Question> question_of(std::string_view body) {
  const auto json = value_from_json(body);
  if (!json || json->as<Object>() == nullptr) return fail(ErrorCode::kMalformed, "the body is no JSON object");
  Question question;
  const auto signal = export_signal(text_of(member(*json, "signal")));
  if (!signal) return fail(ErrorCode::kInvalid, "signal: want traces, logs or metrics");
  question.signal = *signal;
  question.range.from.value = integer_of(member(*json, "from")).value_or(plan::kAllTime.from.value);
  question.range.to.value = integer_of(member(*json, "to")).value_or(plan::kAllTime.to.value);
  if (const std::string_view dataset = text_of(member(*json, "dataset")); !dataset.empty())
    question.where = plan::call(F::kEq, {plan::column("dataset"), plan::literal(Value(std::string(dataset)))});
  const std::string_view form = text_of(member(*json, "form"));
  if (!form.empty() && form != "parquet") return fail(ErrorCode::kInvalid, "form: want parquet, or none for lines");
  question.parquet = form == "parquet";
  return question;
}

struct Window {
  std::int64_t from = 0, to = 0, rows = 0;
};

struct Counter {
  const Surroundings& around;
  const Question& question;
  std::vector<Window> windows = {};

  Result<void> count(plan::TimeRange range, std::size_t step) {
    const std::int64_t width = kSteps[step];
    ASSIGN_OR_RETURN(const plan::Answer bins, ask(range, width));
    for (const auto& bin : bins.rows) {
      const auto* start = bin[0].as<std::int64_t>();
      const auto* rows = bin[1].as<std::int64_t>();
      if (start == nullptr || rows == nullptr) continue;
      // Times may be the last that there are, where a step would go beyond them.
      const std::int64_t end = *start > range.to.value - width ? range.to.value : *start + width;
      const Window window{std::max(*start, range.from.value), end, *rows};
      if (*rows > kRowsOfWindow && step + 1 < std::size(kSteps))
        RETURN_IF_ERROR(count({{window.from}, {window.to}}, step + 1));
      else
        add(window);
    }
    return {};
  }

 private:
  [[nodiscard]] Result<plan::Answer> ask(plan::TimeRange range, std::int64_t width) const {
    const char* time = question.signal == ExportSignal::kTraces ? "start" : "time";
    plan::TableRead read;
    read.table = table_of(question.signal);
    read.where = question.where;
    read.columns = {{"time", plan::column(time)}};
    plan::Aggregate aggregate;
    aggregate.keys = {{"bin", plan::call(F::kTimeBucket, {plan::field("time"), plan::literal(Value(width))})}};
    aggregate.calls = {{.name = "rows", .op = plan::AggregateOp::kCount, .argument = {}, .where = {}}};
    return plan::run(around.storage,
                     {range, {std::move(read)}, {std::move(aggregate), plan::Sort{{{plan::field("bin")}}}}}, kBounds,
                     around.layouts);
  }

  void add(const Window& window) {
    if (!windows.empty() && windows.back().rows + window.rows <= kRowsOfWindow) {
      windows.back().to = window.to;
      windows.back().rows += window.rows;
    } else {
      windows.push_back(window);
    }
  }
};

Result<void> append_rows(const Question& question, const plan::Answer& answer, std::string& out) {
  if (question.parquet) return append_row_binary(parquet_rows(question.signal, answer), out);
  out += otlp_lines(question.signal, answer);
  return {};
}

/// Rows that are too large to be asked for together are asked for in halves of the time.
Result<void> append_range(const Surroundings& around, const Question& question, plan::TimeRange range,
                          std::string& out) {
  const auto plan_of = question.parquet ? parquet_plan : otlp_plan;
  const auto answer =
      plan::run(around.storage, plan_of(question.signal, range, question.where, kMostRows), kBounds, around.layouts);
  if (answer) return append_rows(question, *answer, out);
  const std::int64_t middle = range.from.value + (range.to.value / 2 - range.from.value / 2);
  const bool can_halve = middle > range.from.value && middle < range.to.value;
  if (answer.error().code != ErrorCode::kTooLarge || !can_halve) return std::unexpected(answer.error());
  RETURN_IF_ERROR(append_range(around, question, {range.from, {middle}}, out));
  return append_range(around, question, {{middle}, range.to}, out);
}

}  // namespace

Result<std::string> export_windows(const Surroundings& around, std::string_view body) {
  ASSIGN_OR_RETURN(const Question question, question_of(body));
  Counter counter{around, question};
  RETURN_IF_ERROR(counter.count(question.range, 0));
  Array windows;
  for (const Window& one : counter.windows)
    windows.emplace_back(Array{Value(one.from), Value(one.to), Value(one.rows)});
  return to_json(Value(Object{{"windows", Value(std::move(windows))}})) + "\n";
}

Result<std::string> export_rows(const Surroundings& around, std::string_view body) {
  ASSIGN_OR_RETURN(const Question question, question_of(body));
  std::string out = question.parquet ? row_binary_head(parquet_types(question.signal)) : std::string();
  RETURN_IF_ERROR(append_range(around, question, question.range, out));
  return out;
}

}  // namespace tetrascope::upkeep
