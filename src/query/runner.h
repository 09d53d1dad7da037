#pragma once
// What a slice may ask with: plans, and nothing but plans.

#include "query/run.h"

namespace tetrascope::plan {

/// Thread-safe; keeps references to both.
class Runner {
 public:
  Runner(Storage& storage, const AttributeLayouts& layouts) : storage_(storage), layouts_(layouts) {}
  [[nodiscard]] Result<Answer> run(const Plan& plan, const QueryBounds& bounds = {}) const {
    return plan::run(storage_, plan, bounds, layouts_);
  }
  [[nodiscard]] Result<Storage::Usage> usage() const { return storage_.usage(); }

 private:
  Storage& storage_;
  const AttributeLayouts& layouts_;
};

}  // namespace tetrascope::plan
