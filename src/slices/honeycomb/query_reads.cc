#include "slices/honeycomb/query_reads.h"

#include <algorithm>
#include <array>

#include "base/ids.h"

namespace tetrascope::honeycomb {
namespace {

using plan::ExprPtr;
using plan::Level;
using plan::literal;
using plan::Type;
using F = plan::Function;

constexpr std::string_view kArrival = "arrival";

Signal signal_of(Source source) {
  switch (source) {
    case Source::kLog:
      return Signal::kLogs;
    case Source::kMetric:
      return Signal::kMetrics;
    case Source::kOccurrence:
      return Signal::kOccurrences;
    default:
      return Signal::kSpans;
  }
}

FieldLevel item_level(Source source) {
  if (source == Source::kSpanEvent) return FieldLevel::kEvent;
  return source == Source::kLink ? FieldLevel::kLink : FieldLevel::kItem;
}

Type type_of(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return Type::kString;
    case FieldType::kInt:
      return Type::kInt;
    case FieldType::kDouble:
      return Type::kDouble;
    case FieldType::kBool:
      return Type::kBool;
    case FieldType::kJson:
      return Type::kAny;
  }
  return Type::kAny;
}
constexpr std::array kAllTypes = {FieldType::kString, FieldType::kInt, FieldType::kDouble, FieldType::kBool,
                                  FieldType::kJson};

std::size_t count_types(FieldTypes types) {
  return static_cast<std::size_t>(std::ranges::count_if(kAllTypes, [&](FieldType type) { return types.has(type); }));
}

ColumnKind kind_of_type(FieldType type) {
  switch (type) {
    case FieldType::kInt:
      return ColumnKind::kInteger;
    case FieldType::kDouble:
      return ColumnKind::kFloat;
    case FieldType::kBool:
      return ColumnKind::kBoolean;
    default:
      return ColumnKind::kString;
  }
}

/// Of types that came in one commit, none is the first: then text goes before the others, since every value has a text,
/// and floats before integers before booleans.
int strength(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
      return 3;
    case ColumnKind::kFloat:
      return 2;
    case ColumnKind::kInteger:
      return 1;
    case ColumnKind::kBoolean:
      break;
  }
  return 0;
}

Type type_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
      return Type::kString;
    case ColumnKind::kFloat:
      return Type::kDouble;
    case ColumnKind::kInteger:
      return Type::kInt;
    case ColumnKind::kBoolean:
      return Type::kBool;
  }
  return Type::kString;
}

ExprPtr convert(ExprPtr expr, Type from, Type to) {
  if (from == to) return expr;
  switch (to) {
    case Type::kString:
      return plan::call(F::kToString, {std::move(expr)});
    case Type::kInt:
      return plan::call(F::kToInt, {std::move(expr)});
    case Type::kDouble:
      return plan::call(F::kToDouble, {std::move(expr)});
    default:
      return plan::call(F::kToBool, {std::move(expr)});
  }
}

ExprPtr attribute(Level level, std::string_view key, Type type, FieldTypes types) {
  return std::make_shared<const plan::Expr>(plan::Expr{plan::Attribute{level, std::string(key), type, types, {}}});
}

/// What a span has of its first event of the name `exception`, unless its own attributes say it (2.6).
constexpr std::array<std::string_view, 4> kOfException = {"exception.type", "exception.message", "exception.stacktrace",
                                                          "exception.escaped"};
ExprPtr of_first_exception(std::string_view key, Type type) {
  return std::make_shared<const plan::Expr>(
      plan::Expr{plan::Attribute{Level::kItem, std::string(key), type, FieldTypes::all(), "exception"}});
}

/// The first of `exprs`, each of `type`, that is not missing.
ExprPtr first_of(std::vector<ExprPtr> exprs, Type type) {
  if (exprs.empty()) return literal(Value(), type);
  return exprs.size() == 1 ? exprs.front() : plan::call(F::kCoalesce, std::move(exprs));
}

ExprPtr of_datasets(const std::vector<std::string>& datasets) {
  return plan::call(
      F::kIn, {plan::column("dataset"), literal(Value(Array(datasets.begin(), datasets.end())), Type::kStringArray)});
}

FieldTypes types_of(const FieldCatalogue& fields, const Selection& selection, Signal signal, FieldLevel level,
                    std::string_view key) {
  if (selection.all) return fields.types(signal, selection.environment, "", level, key);
  FieldTypes types;
  for (const auto& dataset : selection.datasets)
    types.merge(fields.types(signal, selection.environment, dataset, level, key));
  return types;
}

}  // namespace

/// A dataset notes itself, under the empty key, for every signal that it has rows of.
std::vector<Source> sources_of(const FieldCatalogue& fields, const Selection& selection) {
  std::vector<Source> sources;
  const auto has = [&](Signal signal) { return !types_of(fields, selection, signal, FieldLevel::kItem, "").empty(); };
  const bool logs = has(Signal::kLogs);
  const bool metrics = has(Signal::kMetrics);
  if (has(Signal::kSpans) || (!logs && !metrics)) sources = {Source::kSpan, Source::kSpanEvent, Source::kLink};
  if (logs) sources.push_back(Source::kLog);
  if (metrics) sources.push_back(Source::kMetric);
  if (selection.all && has(Signal::kOccurrences)) sources.push_back(Source::kOccurrence);
  return sources;
}

SeenColumns seen_columns(const FieldCatalogue& fields, const Selection& selection) {
  SeenColumns columns;
  std::map<std::string_view, FieldTypes> types;
  const auto look = [&](std::string_view dataset) {
    for (const auto& field : fields.list(selection.environment, dataset)) {
      const auto [at, added] =
          columns.try_emplace(field.key, SeenColumn{kind_of_type(field.type), field.first_seen, field.last_seen});
      SeenColumn& column = at->second;
      const ColumnKind kind = kind_of_type(field.type);
      const bool earlier = field.first_seen < column.first_seen;
      const bool at_once = field.first_seen == column.first_seen && strength(kind) > strength(column.kind);
      if (earlier || at_once) column = {kind, field.first_seen, column.last_seen};
      column.last_seen = std::max(column.last_seen, field.last_seen);
      types[at->first].add(field.type);
    }
  };
  if (selection.all) look("");
  for (const auto& dataset : selection.datasets) look(dataset);
  for (auto& [name, column] : columns) {
    if (column.kind == ColumnKind::kInteger && types[name].has(FieldType::kDouble)) column.kind = ColumnKind::kFloat;
  }
  return columns;
}

FieldTypes RowReader::types(Signal signal, FieldLevel level, std::string_view key) const {
  return types_of(fields_, selection_, signal, level, key);
}

/// Whether the resource has nothing to add to the service that the row itself names. A span whose resource does not
/// name one, or an empty one, is in the dataset `unknown_service` (2.2).
bool RowReader::names_its_service(Source source, std::string_view column) const {
  if (column != "service.name" || signal_of(source) != Signal::kSpans) return false;
  FieldTypes text;
  text.add(FieldType::kString);
  return types(Signal::kSpans, FieldLevel::kResource, column) == text &&
         fields_.types(Signal::kSpans, selection_.environment, "unknown_service", FieldLevel::kItem, "").empty();
}

/// Item before generated before scope before resource (2.4).
std::vector<RowReader::Place> RowReader::places(Source source, std::string_view column) const {
  std::vector<Place> places;
  const bool opened = !unnested_by(source).empty();
  const auto add_level = [&](FieldLevel seen, Level level, bool apart) {
    const FieldTypes found = types(signal_of(source), seen, column);
    if (found.empty()) return;
    // Attributes of whole rows lie in a map for each type; the others in one JSON text, read once.
    if (!apart && count_types(found) > 1)
      return places.push_back({Type::kAny, attribute(level, column, Type::kAny, found)});
    for (const FieldType type : kAllTypes) {
      if (!found.has(type)) continue;
      FieldTypes only;
      only.add(type);
      places.push_back({type_of(type), attribute(level, column, type_of(type), only)});
    }
  };
  add_level(item_level(source), Level::kItem, !opened);
  if (source == Source::kSpan && std::ranges::find(kOfException, column) != kOfException.end()) {
    const FieldTypes found = types(Signal::kSpans, FieldLevel::kEvent, column);
    const auto only = std::ranges::find_if(kAllTypes, [&](FieldType type) { return found.has(type); });
    if (!found.empty()) {
      const Type type = count_types(found) > 1 ? Type::kAny : type_of(*only);
      places.push_back({type, of_first_exception(column, type)});
    }
  }
  if (auto generated = generated_field(source, column)) {
    const bool out_of_json = column.starts_with("body.");
    places.push_back({out_of_json ? Type::kAny : type_of(generated->kind), std::move(generated->expr)});
  }
  add_level(FieldLevel::kScope, Level::kScope, false);
  if (!names_its_service(source, column)) add_level(FieldLevel::kResource, Level::kResource, false);
  return places;
}

bool RowReader::knows(std::string_view column) const {
  return std::ranges::any_of(sources_, [&](Source source) { return !places(source, column).empty(); });
}

bool RowReader::has_numbers(std::string_view column) const {
  const auto is_number = [](const Place& place) { return place.type == Type::kInt || place.type == Type::kDouble; };
  // A metric's value is found by its name alone: that one could have it says nothing.
  return std::ranges::any_of(sources_, [&](Source source) {
    return source != Source::kMetric && std::ranges::any_of(places(source, column), is_number);
  });
}

ColumnKind RowReader::kind_of(std::string_view column) const {
  if (const auto set = overrides_.find(column); set != overrides_.end()) return set->second;
  std::optional<ColumnKind> kind;
  if (const auto seen = seen_.find(column); seen != seen_.end()) kind = seen->second.kind;
  for (const Source source : sources_) {
    const auto generated = generated_field(source, column);
    if (!generated) continue;
    // A metric's name is found out by reading: it does not outweigh what was seen.
    if (!kind) kind = generated->kind;
    if (kind == ColumnKind::kInteger && generated->kind == ColumnKind::kFloat && source != Source::kMetric)
      kind = ColumnKind::kFloat;
  }
  return kind.value_or(ColumnKind::kString);
}

std::string RowReader::use(std::string_view column, Aspect aspect) {
  const auto same = [&](const Used& used) { return used.column == column && used.aspect == aspect; };
  if (const auto found = std::ranges::find_if(used_, same); found != used_.end()) return found->name;
  used_.push_back({std::string(column), aspect, kind_of(column), "c" + std::to_string(used_.size())});
  return used_.back().name;
}

std::string RowReader::use_arrival() {
  arrival_ = true;
  return std::string(kArrival);
}

void RowReader::only_trace(std::string_view trace_id) { trace_ = trace_id; }

void RowReader::only_of_traces() {
  std::erase_if(read_sources_, [&](Source source) { return read_sources_.size() > 1 && source == Source::kMetric; });
}

void RowReader::only_with(std::string_view column) {
  std::erase_if(read_sources_,
                [&](Source source) { return read_sources_.size() > 1 && places(source, column).empty(); });
}

ExprPtr RowReader::read(Source source, const Used& used) const {
  const Type type = type_of(used.kind);
  std::vector<ExprPtr> exprs;
  for (const Place& place : places(source, used.column)) {
    switch (used.aspect) {
      case Aspect::kValue:
        exprs.push_back(convert(place.expr, place.type, type));
        break;
      case Aspect::kPresence:
        exprs.push_back(plan::call(F::kNot, {plan::call(F::kIsMissing, {place.expr})}));
        break;
      case Aspect::kNumber:
        if (place.type == Type::kInt || place.type == Type::kDouble)
          exprs.push_back(convert(place.expr, place.type, Type::kDouble));
        break;
    }
  }
  if (used.aspect == Aspect::kValue) return first_of(std::move(exprs), type);
  if (used.aspect == Aspect::kNumber) return first_of(std::move(exprs), Type::kDouble);
  if (exprs.empty()) return literal(Value(false));
  return exprs.size() == 1 ? exprs.front() : plan::call(F::kOr, std::move(exprs));
}

ExprPtr RowReader::where(Source source) const {
  ExprPtr condition = plan::call(F::kEq, {plan::column("environment"), literal(Value(selection_.environment))});
  if (!selection_.all) condition = plan::both(condition, of_datasets(selection_.datasets));
  for (const auto& [datasets, until] : selection_.deleted) {
    const ExprPtr kept = plan::call(F::kGt, {plan::column("received"), plan::time_literal(until)});
    condition = plan::both(condition, plan::call(F::kOr, {kept, plan::call(F::kNot, {of_datasets(datasets)})}));
  }
  // The exceptions of spans have rows there too; here they are events of their spans.
  if (source == Source::kOccurrence)
    condition = plan::both(condition, plan::call(F::kEq, {plan::column("dataset"), literal(Value(std::string()))}));
  if (trace_ && source != Source::kMetric) {
    const std::string bytes(trace_id_from_text(*trace_).id.view());
    condition = plan::both(condition, plan::call(F::kEq, {plan::column("trace_id"), literal(Value(Bytes{bytes}))}));
  }
  return condition;
}

std::vector<plan::TableRead> RowReader::reads() const {
  std::vector<plan::TableRead> reads;
  for (const Source source : read_sources_) {
    plan::TableRead read;
    read.table = table_of(source);
    read.unnest = unnested_by(source);
    read.columns = {{std::string(kTime), time_of(source)}, {std::string(kWeight), weight_of(source)}};
    if (bucket_width_ > 0)
      read.columns.push_back(
          {std::string(kBucket), plan::call(F::kTimeBucket, {time_of(source), literal(Value(bucket_width_))})});
    if (ids_) {
      const RowIds ids = ids_of(source);
      read.columns.push_back({std::string(kTraceId), ids.trace});
      read.columns.push_back({std::string(kSpanId), ids.span});
      read.columns.push_back({std::string(kParentId), ids.parent});
    }
    if (arrival_) read.columns.push_back({std::string(kArrival), plan::column("received")});
    for (const Used& used : used_) read.columns.push_back({used.name, this->read(source, used)});
    read.where = where(source);
    reads.push_back(std::move(read));
  }
  return reads;
}

}  // namespace tetrascope::honeycomb
