#pragma once
// What a slice may ask with: plans, and nothing but plans.

#include "query/query_stats.h"
#include "query/run.h"

namespace tetrascope::plan {

/// Thread-safe; keeps references to all that it is given. `stats`: of the language whose questions it runs.
class Runner {
 public:
  Runner(Storage& storage, const AttributeLayouts& layouts, QueryStats* stats = nullptr)
      : storage_(storage), layouts_(layouts), stats_(stats) {}
  [[nodiscard]] Result<Answer> run(const Plan& plan, const QueryBounds& bounds = {}) const {
    const auto begin = Histogram::Clock::now();
    Result<Answer> answer = plan::run(storage_, plan, bounds, layouts_);
    if (stats_ != nullptr) stats_->note(begin, answer ? nullptr : &answer.error());
    return answer;
  }
  [[nodiscard]] Result<Storage::Usage> usage() const { return storage_.usage(); }

 private:
  Storage& storage_;
  const AttributeLayouts& layouts_;
  QueryStats* stats_;
};

}  // namespace tetrascope::plan
