#include "upkeep/selection.h"

#include "base/ids.h"
#include "model/members.h"

namespace tetrascope::upkeep {
namespace {

using F = plan::Function;

constexpr std::string_view kNothing =
    "nothing is named: want at least one of trace, dataset, log_group, before; or everything";

Result<void> read_text(const Value& value, std::string_view name, std::optional<std::string>& out) {
  const auto* text = value.as<std::string>();
  if (text == nullptr || text->empty()) return fail(ErrorCode::kInvalid, std::string(name) + ": want text");
  out = *text;
  return {};
}

plan::ExprPtr is_text(const char* column, std::string_view text) {
  return plan::call(F::kEq, {plan::column(column), plan::literal(Value(std::string(text)))});
}

plan::ExprPtr in_trace(const std::string& text) {
  const NamedId<16> trace = trace_id_from_text(text);
  return plan::call(F::kEq, {plan::column("trace_id"), plan::literal(Value(Bytes{std::string(trace.id.view())}))});
}

/// As event_reads.cc of CloudWatch Logs has it: events that were sent there, and records of the service of that name.
plan::ExprPtr in_log_group(const std::string& name) {
  Array protocols{Value(std::string("cloudwatch")), Value(std::string("otlp"))};
  return plan::both(is_text("service", name),
                    plan::call(F::kIn, {plan::column("protocol"), plan::literal(Value(std::move(protocols)))}));
}

}  // namespace

Result<Selection> selection_of(const Object& json) {
  Selection selection;
  bool any = false;
  for (const auto& [name, value] : json) {
    if (name == "dry_run") continue;
    any = true;
    if (name == "trace") {
      RETURN_IF_ERROR(read_text(value, name, selection.trace));
    } else if (name == "dataset") {
      RETURN_IF_ERROR(read_text(value, name, selection.dataset));
    } else if (name == "log_group") {
      RETURN_IF_ERROR(read_text(value, name, selection.log_group));
    } else if (name == "before") {
      const auto* nanos = value.as<std::int64_t>();
      if (nanos == nullptr) return fail(ErrorCode::kInvalid, "before: want Unix nanoseconds");
      selection.before = UnixNanos{*nanos};
    } else if (name == "everything") {
      const auto* flag = value.as<bool>();
      if (flag == nullptr || !*flag) return fail(ErrorCode::kInvalid, "everything: want true");
      selection.everything = true;
    } else {
      return fail(ErrorCode::kInvalid, "unknown member '" + std::string(name) + "'");
    }
  }
  if (!any) return fail(ErrorCode::kInvalid, std::string(kNothing));
  if (selection.everything && (selection.trace || selection.dataset || selection.log_group || selection.before))
    return fail(ErrorCode::kInvalid, "everything is everything: leave the others out");
  return selection;
}

std::vector<plan::Removal> removals_of(const Selection& selection) {
  const plan::TimeRange range{plan::kAllTime.from, selection.before.value_or(plan::kAllTime.to)};
  std::vector<plan::Removal> removals;
  for (const plan::Table table : plan::kTablesOfSignals) {
    if (selection.trace && table == plan::Table::kMetrics) continue;  // points belong to no trace
    if (selection.log_group && table != plan::Table::kLogs) continue;
    plan::ExprPtr where;
    if (selection.trace) where = plan::both(where, in_trace(*selection.trace));
    if (selection.dataset) where = plan::both(where, is_text("dataset", *selection.dataset));
    if (selection.log_group) where = plan::both(where, in_log_group(*selection.log_group));
    removals.push_back({table, std::move(where), range});
  }
  return removals;
}

}  // namespace tetrascope::upkeep
