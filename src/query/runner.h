#pragma once
// What a slice may ask with: plans, and nothing but plans.

#include "query/run.h"

namespace tetrascope::plan {

/// Thread-safe; keeps a reference to the storage.
class Runner {
 public:
  explicit Runner(Storage& storage) : storage_(storage) {}
  [[nodiscard]] Result<Answer> run(const Plan& plan, const QueryBounds& bounds = {}) const {
    return plan::run(storage_, plan, bounds);
  }
  [[nodiscard]] Result<Storage::Usage> usage() const { return storage_.usage(); }

 private:
  Storage& storage_;
};

}  // namespace tetrascope::plan
