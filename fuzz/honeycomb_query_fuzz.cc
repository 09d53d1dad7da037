// A query specification, from its bytes to its plans: what the reader accepts, the plan's own check accepts too, unless
// it is too large.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "every_field.h"
#include "query/sql_writer.h"
#include "slices/honeycomb/decode.h"
#include "slices/honeycomb/query_formulas.h"
#include "slices/honeycomb/query_plans.h"
#include "slices/honeycomb/query_spec.h"

namespace {

using namespace tetrascope;
using namespace tetrascope::honeycomb;

bool is_about_size(std::string_view message) {
  return message.contains("want at most") || message.contains("more than") || message.contains("deeper than");
}

/// A plan that is too large is refused; any other refusal is a mistake of the compiler.
void must_be_sound(const plan::Plan& plan) {
  const auto sql = plan::write_sql(plan);
  if (!sql && !is_about_size(sql.error().message)) std::abort();
}

/// A value that a group of such a column can have.
Value key_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
      return Value(std::string("a"));
    case ColumnKind::kInteger:
      return Value(std::int64_t{1});
    case ColumnKind::kFloat:
      return Value(1.5);
    case ColumnKind::kBoolean:
      break;
  }
  return Value(true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = value_from_event_json({reinterpret_cast<const char*>(data), size});
  const auto* body = value ? value->as<Object>() : nullptr;
  if (body == nullptr) return 0;
  const auto spec = read_query_spec(*body);
  if (!spec) {
    if (spec.error().empty()) std::abort();
    return 0;
  }
  if (!read_query_spec(canonical_spec(*body))) std::abort();
  const SecondsRange range = resolve_range(*spec, 1'785'578'400);
  const Selection selection{.environment = "default", .datasets = {"d"}, .all = false, .deleted = {}};
  const KindOverrides no_overrides;
  // Names and formulas that cannot be are refused here; what is left has plans.
  {
    RowReader rows(every_field(), selection, no_overrides);
    QueryFields fields(rows, spec->calculated_fields);
    RelatedRows related({every_field(), selection, no_overrides, spec->calculated_fields});
    if (!check_names(*spec, fields, related).empty()) return 0;
  }
  RowReader rows(every_field(), selection, no_overrides);
  QueryFields fields(rows, spec->calculated_fields);
  RelatedRows related({every_field(), selection, no_overrides, spec->calculated_fields});
  const QueryPlans plans(*spec, range, resolve_granularity(*spec, range), fields, related);
  must_be_sound(plans.groups(100));
  for (const bool missing : {false, true}) {
    ShownGroup group{"1:a", {}};
    for (const auto& column : spec->breakdowns)
      group.keys.push_back(missing || is_related(column, fields) ? Value() : key_of(fields.kind_of(column)));
    must_be_sound(plans.series({group}));
    if (!spec->breakdowns.empty()) must_be_sound(plans.rest({group}));
  }
  must_be_sound(plans.total());
  if (plans.has_heatmap()) must_be_sound(plans.heatmap_bounds());
  return 0;
}
