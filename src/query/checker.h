#pragma once
// The walk behind check(): inside query/ only.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "query/check.h"

namespace tetrascope::plan {

inline std::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalid, std::move(message)); }

/// Walks one plan and the plans in it, once.
class Checker {
 public:
  using Columns = std::vector<OutputColumn>;
  Result<Columns> plan(const Plan& plan, int depth);

 private:
  /// Where an expression stands: in a read, or behind columns. One of the two is null.
  struct Scope {
    const TableRead* read = nullptr;
    const Columns* columns = nullptr;
    int plan_depth = 0;
  };

  // check_expr.cc
  Result<Type> expr(const ExprPtr& expr, const Scope& scope, int depth = 0);
  Result<Type> node(const Literal& literal, const Scope& scope, int depth);
  Result<Type> node(const TableColumn& column, const Scope& scope, int depth);
  Result<Type> node(const Attribute& attribute, const Scope& scope, int depth);
  Result<Type> node(const AllAttributes& attributes, const Scope& scope, int depth);
  Result<Type> node(const Field& field, const Scope& scope, int depth);
  Result<Type> node(const Call& call, const Scope& scope, int depth);
  Result<Type> node(const InPlan& in, const Scope& scope, int depth);
  Result<void> condition(const ExprPtr& expr, const Scope& scope);
  Result<void> text(std::string_view text);

  // check.cc
  Result<Columns> read(const TableRead& read, int depth);
  Result<Columns> named(const std::vector<Named>& named, const Scope& scope, std::string_view what);
  Result<void> stage(const Filter& filter, Columns& columns, int depth);
  Result<void> stage(const Compute& compute, Columns& columns, int depth);
  Result<void> stage(const Parse& parse, Columns& columns, int depth);
  Result<void> stage(const Aggregate& aggregate, Columns& columns, int depth);
  Result<void> stage(const Sort& sort, Columns& columns, int depth);
  Result<void> stage(const Limit& limit, Columns& columns, int depth);
  Result<void> stage(const Dedup& dedup, Columns& columns, int depth);
  Result<void> stage(const Project& project, Columns& columns, int depth);
  Result<void> stage(const Unnest& unnest, Columns& columns, int depth);
  Result<void> stage(const Join& join, Columns& columns, int depth);
  Result<void> stage(const Window& window, Columns& columns, int depth);

  // check_aggregate.cc
  /// Adds the column of the level to `columns`, which are the keys.
  Result<void> rollups(const Aggregate& aggregate, Columns& columns);
  Result<Type> aggregate_call(const AggregateCall& call, const Aggregate& aggregate, const Scope& scope);

  int nodes_ = 0;
  int stages_ = 0;
  std::size_t text_bytes_ = 0;
};

/// Null when no column has that name.
const OutputColumn* find(const std::vector<OutputColumn>& columns, std::string_view name);
/// For messages: quoted, and cut when it is long.
std::string quoted(std::string_view name);
/// `result`'s error with the place before it.
std::unexpected<Error> at(std::string_view place, Error error);

}  // namespace tetrascope::plan
