#include "slices/ui/metric_search.h"

#include <utility>
#include <vector>

#include "model/metric_columns.h"
#include "slices/page/answers.h"
#include "slices/ui/attributes_json.h"
#include "slices/ui/producer_json.h"
#include "slices/ui/question.h"
#include "slices/ui/row_pages.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::literal;

constexpr std::string_view kPointColumns[] = {"time",
                                              "start_time",
                                              "received",
                                              "service",
                                              "protocol",
                                              "dataset",
                                              "environment",
                                              "name",
                                              "unit",
                                              "kind",
                                              "description",
                                              "temporality",
                                              "monotonic",
                                              "flags",
                                              "present",
                                              "count",
                                              "value_int",
                                              "value_double",
                                              "sum",
                                              "min",
                                              "max",
                                              "scale",
                                              "zero_count",
                                              "quantiles",
                                              "zero_threshold",
                                              "bucket_counts",
                                              "explicit_bounds",
                                              "exemplars",
                                              "metadata",
                                              "resource",
                                              "scope",
                                              "negative_counts",
                                              "positive_offset",
                                              "negative_offset",
                                              "positive_counts",
                                              "quantile_values"};

constexpr std::string_view kKinds[] = {"none", "gauge", "sum", "histogram", "exponential_histogram", "summary"};
constexpr std::string_view kTemporalities[] = {"unspecified", "delta", "cumulative"};

template <std::size_t N>
Value name_of(const std::string_view (&names)[N], std::int64_t number) {
  const auto place = static_cast<std::size_t>(number);
  return place < N ? Value(std::string(names[place])) : Value(number);
}

/// The cells of one row, by the columns' names.
class Point {
 public:
  Point(const plan::Answer& answer, const std::vector<Value>& row) : answer_(answer), row_(row) {}

  [[nodiscard]] const Value& cell(std::string_view name) const { return row_[column_of(answer_, name)]; }
  [[nodiscard]] std::int64_t number(std::string_view name) const { return int_cell(cell(name)); }
  [[nodiscard]] Value text(std::string_view name) const { return std::string(text_cell(cell(name))); }
  [[nodiscard]] bool has(MetricColumns::Present member) const { return (number("present") & member) != 0; }
  /// A count: as text, since JavaScript's numbers lose the last digits.
  [[nodiscard]] Value count(std::string_view name) const { return exact_count(cell(name)); }
  [[nodiscard]] Value counts(std::string_view name) const {
    Array list;
    if (const auto* array = cell(name).as<Array>()) {
      for (const Value& one : *array) list.push_back(exact_count(one));
    }
    return list;
  }
  [[nodiscard]] Value array(std::string_view name) const {
    const auto* array = cell(name).as<Array>();
    return array != nullptr ? *array : Array{};
  }
  /// JSON that was stored as text; `otherwise` where there is none.
  [[nodiscard]] Value json(std::string_view name, Value otherwise) const {
    auto value = value_from_json(text_cell(cell(name)));
    return value ? *std::move(value) : otherwise;
  }

 private:
  static Value exact_count(const Value& cell) { return to_json(cell); }
  const plan::Answer& answer_;
  const std::vector<Value>& row_;
};

/// Those members of the point that its kind has, under OTLP's names.
void add_values(const Point& point, Object& out) {
  const auto kind = static_cast<MetricKind>(point.number("kind"));
  const auto add = [&](const char* name, Value value) { out.emplace_back(name, std::move(value)); };
  const auto add_if = [&](MetricColumns::Present member, const char* name) {
    if (point.has(member)) add(name, point.cell(name));
  };
  if (point.has(MetricColumns::kIntValue)) add("value", Object{{"type", "int"}, {"text", point.count("value_int")}});
  if (point.has(MetricColumns::kDoubleValue)) {
    add("value", Object{{"type", "double"}, {"text", to_plain_json(point.cell("value_double"))}});
  }
  if (kind != MetricKind::kHistogram && kind != MetricKind::kExponentialHistogram && kind != MetricKind::kSummary) {
    return;
  }
  add("count", point.count("count"));
  add_if(MetricColumns::kSum, "sum");
  add_if(MetricColumns::kMin, "min");
  add_if(MetricColumns::kMax, "max");
  if (kind == MetricKind::kHistogram) {
    add("bucket_counts", point.counts("bucket_counts"));
    add("explicit_bounds", point.array("explicit_bounds"));
  } else if (kind == MetricKind::kExponentialHistogram) {
    add("scale", point.number("scale"));
    add("zero_count", point.count("zero_count"));
    add("zero_threshold", point.cell("zero_threshold"));
    add("positive",
        Object{{"offset", point.number("positive_offset")}, {"bucket_counts", point.counts("positive_counts")}});
    add("negative",
        Object{{"offset", point.number("negative_offset")}, {"bucket_counts", point.counts("negative_counts")}});
  } else {
    add("quantiles", point.array("quantiles"));
    add("quantile_values", point.array("quantile_values"));
  }
}

/// Exemplars as stored, but for their attributes, which are written as those of everything else.
Value exemplars_json(const Point& point) {
  Value stored = point.json("exemplars", Array{});
  Array list;
  const auto* exemplars = stored.as<Array>();
  if (exemplars == nullptr) return list;
  for (const Value& one : *exemplars) {
    const auto* members = one.as<Object>();
    if (members == nullptr) continue;
    Object exemplar;
    Value attributes;
    for (const auto& [name, value] : *members) {
      if (name == "attributes") {
        attributes = value;
      } else {
        exemplar.emplace_back(name, name == "time" ? exact(int_cell(value)) : value);
      }
    }
    exemplar.emplace_back("attributes", attributes_json(attributes));
    list.emplace_back(std::move(exemplar));
  }
  return list;
}

Value point_json(const plan::Answer& answer, const std::vector<Value>& row) {
  const Point point(answer, row);
  Object out{{"time", exact(point.number("time"))},
             {"start_time", exact(point.number("start_time"))},
             {"received", exact(point.number("received"))},
             {"service", point.text("service")},
             {"protocol", point.text("protocol")},
             {"dataset", point.text("dataset")},
             {"environment", point.text("environment")},
             {"name", point.text("name")},
             {"description", point.text("description")},
             {"unit", point.text("unit")},
             {"kind", name_of(kKinds, point.number("kind"))},
             {"temporality", name_of(kTemporalities, point.number("temporality"))},
             {"monotonic", point.cell("monotonic")},
             {"flags", point.number("flags")}};
  add_values(point, out);
  out.emplace_back("exemplars", exemplars_json(point));
  out.emplace_back("metadata", attributes_json(point.json("metadata", Value())));
  out.emplace_back("attributes", attributes_json(point.cell("attributes")));
  out.emplace_back("resource", producer_json(text_cell(point.cell("resource"))));
  out.emplace_back("scope", producer_json(text_cell(point.cell("scope"))));
  return out;
}

plan::TableRead point_read(const MetricSearch& search) {
  plan::TableRead read;
  read.table = plan::Table::kMetrics;
  for (const auto name : kPointColumns) read.columns.push_back({std::string(name), column(std::string(name))});
  read.columns.push_back({"attributes", plan::all_attributes(plan::Level::kItem)});
  if (!search.service.empty()) read.where = both(read.where, equals(column("service"), literal(search.service)));
  if (!search.name.empty()) read.where = both(read.where, equals(column("name"), literal(search.name)));
  return read;
}

}  // namespace

Result<std::string> search_metrics(const plan::Runner& runner, const MetricSearch& search) {
  // Points of one nanosecond are of many metrics: by name, and by what else tells them apart.
  ASSIGN_OR_RETURN(const RowPage page, read_newest(runner, {.range = search.range,
                                                            .read = point_read(search),
                                                            .order = {"service", "name", "attributes"},
                                                            .after = search.after,
                                                            .limit = search.limit}));
  Array points;
  for (const auto& row : page.answer.rows) points.push_back(point_json(page.answer, row));
  std::optional<std::string> next;
  if (page.next) next = write_cursor(search.mark, *page.next);
  return page_json(search.range, "metrics", std::move(points), next);
}

}  // namespace tetrascope::ui
