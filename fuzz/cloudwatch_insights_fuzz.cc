// A Logs Insights query: refused with a place that lies in it, or a plan that makes sense.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/check.h"
#include "slices/cloudwatch_logs/insights_plan.h"
#include "slices/cloudwatch_logs/insights_query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  using namespace tetrascope::cloudwatch_logs;
  static const FieldCatalogue kFields;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto query = parse_insights_query(input);
  if (!query) {
    if (query.error().begin > query.error().end || query.error().end > size) std::abort();
    return 0;
  }
  InsightsScope scope;
  scope.account = "123456789012";
  scope.range = {{0}, {1}};
  scope.fields = &kFields;
  const auto compiled = compile_insights_query(*query, scope);
  if (compiled) (void)plan::check(compiled->plan);
  return 0;
}
