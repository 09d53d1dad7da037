#pragma once
// The fields of an event: `@timestamp` and its like, what the message holds as JSON, attributes of OTLP records.

#include <string>
#include <string_view>
#include <vector>

#include "model/field_catalogue.h"
#include "slices/cloudwatch_logs/insights_values.h"

namespace tetrascope::cloudwatch_logs {

/// `a.b.0.c` of a JSON document in text, as text; null for a path without a step.
plan::ExprPtr json_member(plan::ExprPtr document, std::string_view path);

/// Columns of the read that a query needs, each once.
class EventFields {
 public:
  EventFields(const FieldCatalogue& fields, std::string account, std::string region)
      : catalogue_(fields), account_(std::move(account)), region_(std::move(region)) {}

  /// The field, as a column of the read.
  TypedQueryExpr use(std::string_view name);
  [[nodiscard]] const std::vector<plan::Named>& columns() const { return columns_; }

 private:
  [[nodiscard]] TypedQueryExpr read(std::string_view name) const;

  const FieldCatalogue& catalogue_;
  std::string account_;
  std::string region_;
  struct Used {
    std::string name;
    TypedQueryExpr column;
  };
  std::vector<Used> used_;
  std::vector<plan::Named> columns_;
};

}  // namespace tetrascope::cloudwatch_logs
