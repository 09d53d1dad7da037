// A formula, from its text to its SQL: what can be planned over the columns of a dataset has SQL, unless it is too
// large.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "every_field.h"
#include "query/sql_writer.h"
#include "slices/honeycomb/formula.h"
#include "slices/honeycomb/query_fields.h"

namespace {

using namespace tetrascope;
using namespace tetrascope::honeycomb;

bool is_about_size(std::string_view message) {
  return message.contains("want at most") || message.contains("more than") || message.contains("deeper than");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto formula = parse_formula(text);
  if (!formula) {
    if (formula.error().code != ErrorCode::kInvalid || formula.error().message.empty()) std::abort();
    return 0;
  }
  const Selection selection{.environment = "default", .datasets = {"d"}, .all = false, .deleted = {}};
  const KindOverrides no_overrides;
  CalculatedFields calculated;
  calculated.emplace("x", *std::move(formula));
  RowReader rows(every_field(), selection, no_overrides);
  QueryFields fields(rows, calculated);
  if (!fields.check("x")) return 0;
  using Aspect = QueryFields::Aspect;
  for (const Aspect aspect : {Aspect::kValue, Aspect::kPresence, Aspect::kNumber}) fields.use("x", aspect);
  plan::Plan plan{plan::kAllTime, rows.reads(), {}};
  for (const plan::Compute& stage : fields.stages()) plan.stages.emplace_back(stage);
  const auto sql = plan::write_sql(plan);
  if (!sql && !is_about_size(sql.error().message)) std::abort();
  return 0;
}
