#include "slices/ui/span_difference.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "model/members.h"
#include "model/origin_columns.h"
#include "query/difference.h"
#include "query/sample_places.h"
#include "slices/page/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::AggregateOp;
using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::FieldPlace;
using plan::Function;
using plan::literal;
using plan::Side;
using plan::Stretch;
using plan::TimeStep;

/// Both sides of the question as conditions on a row of spans, true or false in every row.
struct Conditions {
  ExprPtr all, selected, rest;
};

ExprPtr or_false(ExprPtr condition) { return call(Function::kCoalesce, {std::move(condition), literal(false)}); }

/// A filter by what nobody has sent is false in every row.
Conditions conditions_of(const DifferenceSearch& search, const FieldCatalogue& fields) {
  const auto of = [&](const SpanFilter& filter) {
    const auto condition = span_condition(filter, fields);
    if (!condition) return literal(false);
    return *condition ? or_false(*condition) : literal(true);
  };
  Conditions conditions{of(search.all), of(search.selected), {}};
  conditions.rest = both(conditions.all, call(Function::kNot, {conditions.selected}));
  conditions.selected = both(conditions.all, conditions.selected);
  return conditions;
}

/// Rows of each side, by steps of time.
struct Counts {
  std::vector<TimeStep> selected, rest;
  std::uint64_t selected_rows = 0, rest_rows = 0;
};

plan::Plan counts_plan(const plan::TimeRange& range, const Conditions& conditions, std::int64_t width) {
  plan::TableRead read{plan::Table::kSpans,
                       {},
                       {{"at", call(Function::kTimeBucket, {column("start"), literal(width)})},
                        {"selected", conditions.selected},
                        {"rest", conditions.rest}},
                       {}};
  plan::Aggregate counts;
  counts.keys = {{"at", field("at")}};
  counts.calls = {counted("stored"), counted("selected", field("selected")), counted("rest", field("rest"))};
  return {range, {read}, {counts, plan::Sort{{{field("at")}}}}};
}

std::int64_t width_of(const plan::TimeRange& range) {
  const std::int64_t seconds = (range.to.value - range.from.value) / kNanosPerSecond;
  return (seconds / kCountedSteps + 1) * kNanosPerSecond;
}

Counts read_counts(const plan::Answer& answer, const plan::TimeRange& range, std::int64_t width) {
  Counts counts;
  const auto number = [&](const std::vector<Value>& row, std::string_view name) {
    return static_cast<std::uint64_t>(int_cell(row[column_of(answer, name)]));
  };
  for (const auto& row : answer.rows) {
    const std::int64_t at = int_cell(row[column_of(answer, "at")]);
    TimeStep step{{std::max(range.from, UnixNanos{at}), {std::min(range.to.value - width, at) + width}},
                  number(row, "stored"),
                  number(row, "selected")};
    counts.selected.push_back(step);
    counts.selected_rows += step.wanted;
    step.wanted = number(row, "rest");
    counts.rest.push_back(step);
    counts.rest_rows += step.wanted;
  }
  return counts;
}

/// Steps of a long range in which all rows lie close together would be too wide to choose among: then those few are
/// counted again, in steps of their own.
Result<Counts> count_rows(const plan::Runner& runner, const Conditions& conditions, plan::TimeRange range) {
  for (int round = 0;; ++round) {
    const std::int64_t width = width_of(range);
    ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, counts_plan(range, conditions, width)));
    Counts counts = read_counts(answer, range, width);
    if (counts.rest.empty() || width == kNanosPerSecond || round == 2) return counts;
    const plan::TimeRange filled{counts.rest.front().range.from, counts.rest.back().range.to};
    if (filled.to.value - filled.from.value > (range.to.value - range.from.value) / 16) return counts;
    range = filled;
  }
}

/// In one of the stretches, and in the part of it that is drawn: by the hash of the nanosecond in which the span began,
/// which every span has, and which is the same whenever it is asked. Seconds are what the engine has an index on.
ExprPtr within(const std::vector<Stretch>& stretches) {
  ExprPtr any;
  const ExprPtr lot = call(Function::kHash, {column("start")});
  for (const Stretch& one : stretches) {
    ExprPtr inside =
        both(call(Function::kGe, {column("second"), literal(whole_seconds(one.range.from))}),
             call(Function::kLe, {column("second"), literal(whole_seconds(UnixNanos{one.range.to.value - 1}))}));
    if (one.share < 1) {
      const auto most = static_cast<std::int64_t>(one.share * 9.2e18);
      inside = both(inside, call(Function::kLt, {lot, literal(most)}));
    }
    any = either(any, inside);
  }
  return any ? any : literal(false);
}

/// Columns that are fields, and what they are called where they are.
struct ColumnField {
  std::string_view column, key;
};
constexpr ColumnField kColumnFields[] = {
    {"service", "service.name"}, {"name", "name"},         {"kind", "kind"},
    {"status", "status"},        {"duration", "duration"}, {"status_message", "status_message"},
    {"dataset", "dataset"}};
constexpr std::string_view kExceptionType = "exception.type";

plan::Plan rows_plan(const DifferenceSearch& search, const Conditions& conditions, const std::vector<Stretch>& selected,
                     const std::vector<Stretch>& rest) {
  plan::TableRead read{plan::Table::kSpans, {}, {}, {}};
  read.where = either(both(conditions.selected, within(selected)), both(conditions.rest, within(rest)));
  for (const ColumnField& one : kColumnFields)
    read.columns.push_back({std::string(one.column), column(std::string(one.column))});
  read.columns.push_back({"selected", conditions.selected});
  read.columns.push_back({"trace", column("trace_id")});
  read.columns.push_back({"resource", column("resource")});
  read.columns.push_back({"attributes", plan::all_attributes(plan::Level::kItem)});
  const plan::Attribute thrown{plan::Level::kItem, std::string(kExceptionType), plan::Type::kString, {}, "exception"};
  read.columns.push_back({std::string(kExceptionType), std::make_shared<const plan::Expr>(plan::Expr{thrown})});
  // More are drawn only where thousands of rows share their nanosecond.
  return {search.range, {read}, {plan::Limit{2 * (kSelectedRows + kOtherRows), 0, {}}}};
}

/// Fields that the question names: they differ because it says so.
std::set<std::string, std::less<>> named_fields(const DifferenceSearch& search) {
  std::set<std::string, std::less<>> named;
  for (const SpanFilter* filter : {&search.all, &search.selected}) {
    if (!filter->service.empty()) named.insert("service.name");
    if (!filter->name.empty()) named.insert("name");
    if (filter->errors) named.insert("status");
    if (filter->min_duration_ns > 0 || filter->max_duration_ns > 0) named.insert("duration");
    for (const auto& [key, value] : filter->attributes) named.insert(key);
  }
  return named;
}

/// A number of a column as the word that stands for it in OpenTelemetry.
Value column_value(std::string_view name, const Value& cell) {
  static constexpr std::array<std::string_view, 6> kKindWords = {"unspecified", "internal", "server",
                                                                 "client",      "producer", "consumer"};
  static constexpr std::array<std::string_view, 3> kStatusWords = {"unset", "ok", "error"};
  const auto word = [&](std::span<const std::string_view> words) -> Value {
    const auto number = static_cast<std::size_t>(int_cell(cell));
    return number < words.size() ? Value(std::string(words[number])) : cell;
  };
  if (name == "kind") return word(kKindWords);
  if (name == "status") return word(kStatusWords);
  if (const auto* text = cell.as<std::string>(); text != nullptr && text->empty()) return {};
  return cell;
}

/// Adds rows to the tally, field by field.
class RowReader {
 public:
  RowReader(const plan::Answer& answer, const DifferenceSearch& search)
      : answer_(answer), named_(named_fields(search)) {}

  void read(plan::DifferenceTally& tally) {
    const std::size_t selected = column_of(answer_, "selected");
    const std::size_t trace_id = column_of(answer_, "trace");
    for (const auto& row : answer_.rows) {
      const bool* inside = row[selected].as<bool>();
      const auto* trace = row[trace_id].as<Bytes>();
      tally.begin_row(inside != nullptr && *inside ? Side::kSelection : Side::kRest,
                      trace == nullptr || id_cell(row[trace_id]).empty() ? "" : trace->data);
      for (const ColumnField& one : kColumnFields) {
        add(tally, FieldPlace::kColumn, one.key, column_value(one.column, row[column_of(answer_, one.column)]));
      }
      add(tally, FieldPlace::kColumn, kExceptionType, row[column_of(answer_, kExceptionType)]);
      add_all(tally, FieldPlace::kAttribute, row[column_of(answer_, "attributes")].as<Object>());
      add_all(tally, FieldPlace::kResource, resource(text_cell(row[column_of(answer_, "resource")])));
    }
  }

 private:
  void add(plan::DifferenceTally& tally, FieldPlace place, std::string_view key, const Value& value) const {
    if (!named_.contains(key)) tally.add(place, key, value);
  }
  void add_all(plan::DifferenceTally& tally, FieldPlace place, const Object* attributes) const {
    if (attributes == nullptr) return;
    for (const auto& [key, value] : *attributes) {
      // It is the column, which rows have that came without a resource too.
      if (place == FieldPlace::kResource && key == "service.name") continue;
      add(tally, place, key, value);
    }
  }
  /// The attributes of a resource; most rows share one of a few.
  const Object* resource(std::string_view json) {
    auto found = resources_.find(json);
    if (found == resources_.end()) {
      auto value = value_from_json(json);
      found = resources_.emplace(std::string(json), value ? *std::move(value) : Value()).first;
    }
    return object_of(member(found->second, "attributes"));
  }

  const plan::Answer& answer_;
  std::set<std::string, std::less<>> named_;
  std::map<std::string, Value, std::less<>> resources_;
};

/// Fewer rows are looked at where they are so large that their answer is over its bounds.
Result<plan::DifferenceTally> tally_sample(const plan::Runner& runner, const DifferenceSearch& search,
                                           const Conditions& conditions, const Counts& counts) {
  for (std::uint64_t part = 1;; part *= 8) {
    const auto chosen = [&](const std::vector<TimeStep>& steps, std::uint64_t rows) {
      return plan::choose_stretches(
          steps, {.rows = rows / part, .most_stored = kMostStoredRows, .few_stored = 30 * kOtherRows});
    };
    const auto answer = ask(
        runner, rows_plan(search, conditions, chosen(counts.selected, kSelectedRows), chosen(counts.rest, kOtherRows)));
    if (!answer && answer.error().code == ErrorCode::kTooLarge && part < 64) continue;
    if (!answer) return std::unexpected(answer.error());
    plan::DifferenceTally tally;
    RowReader(*answer, search).read(tally);
    return tally;
  }
}

double share(std::size_t rows, std::size_t of) {
  return of == 0 ? 0 : static_cast<double>(rows) / static_cast<double>(of);
}

/// {"selection","rest"}: shares of each side.
void append_shares(const plan::Sides& rows, const plan::Sides& of, Object& out) {
  out.emplace_back("selection", share(rows[0], of[0]));
  out.emplace_back("rest", share(rows[1], of[1]));
}

Value field_json(const plan::FieldDifference& difference, const plan::Sides& of) {
  static constexpr std::array<std::string_view, 3> kPlaceNames = {"span", "attribute", "resource"};
  Array values;
  for (const plan::ValueDifference& one : difference.values) {
    Object value = value_json(one.value);
    if (one.to) value.emplace_back("to", value_json(*one.to).back().second);
    append_shares(one.rows, of, value);
    values.push_back(std::move(value));
  }
  Object missing;
  append_shares(difference.missing, of, missing);
  return Object{
      {"key", difference.key},         {"place", std::string(kPlaceNames[static_cast<std::size_t>(difference.place)])},
      {"score", difference.score},     {"distinct", static_cast<std::int64_t>(difference.distinct)},
      {"missing", std::move(missing)}, {"values", std::move(values)}};
}

Value side_json(std::uint64_t rows, std::size_t sampled) {
  return Object{{"spans", exact(rows)}, {"sampled", static_cast<std::int64_t>(sampled)}};
}

}  // namespace

Result<std::string> read_difference(const plan::Runner& runner, const FieldCatalogue& fields,
                                    const DifferenceSearch& search) {
  const Conditions conditions = conditions_of(search, fields);
  ASSIGN_OR_RETURN(const Counts counts, count_rows(runner, conditions, search.range));
  plan::DifferenceTally tally;
  if (counts.selected_rows > 0 && counts.rest_rows > 0) {
    ASSIGN_OR_RETURN(tally, tally_sample(runner, search, conditions, counts));
  }
  Array keys;
  for (const plan::FieldDifference& one : tally.ranked()) {
    if (keys.size() == search.limit) break;
    keys.push_back(field_json(one, tally.rows()));
  }
  const plan::Sides& sampled = tally.rows();
  return to_json(Object{{"from", exact(search.range.from)},
                        {"to", exact(search.range.to)},
                        {"selection", side_json(counts.selected_rows, sampled[0])},
                        {"rest", side_json(counts.rest_rows, sampled[1])},
                        {"keys_left_out", static_cast<std::int64_t>(tally.keys_left_out())},
                        {"keys", std::move(keys)}});
}

}  // namespace tetrascope::ui
