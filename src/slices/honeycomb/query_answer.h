#pragma once
// What the rows of a query's plans say, put together: groups, their points over time, and everything as one.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/value.h"
#include "query/run.h"
#include "slices/honeycomb/query_plans.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

class QueryAnswer {
 public:
  using Row = std::vector<Value>;
  /// Of one group: its data by the start of the bucket, nanoseconds.
  using Buckets = std::map<std::int64_t, Object>;

  /// Keeps both references. `limit`: groups that are shown.
  QueryAnswer(const QuerySpec& spec, const QueryPlans& plans, std::size_t limit);

  // Rows as the plans give them, in their order.
  /// A group; past the limit it is only noted that there are more.
  void add_group(const plan::Answer& answer, const Row& row);
  /// A group in one bucket.
  void add_point(const plan::Answer& answer, const Row& row);
  /// Everything in one bucket.
  void add_step(const plan::Answer& answer, const Row& row);
  void set_total(const plan::Answer& answer, const Row& row) { total_ = values(answer, row); }
  /// Everything is the only group, and its points are asked for first.
  void begin_only_group();
  /// From its points. False: there are none, and the group is to be asked for.
  bool take_only_group_from_points();
  void forget_groups();

  /// CONCURRENCY of a group, or of everything, in one bucket: no part of the plans' other rows.
  void add_concurrency(const plan::Answer& answer, const Row& row, std::size_t calculation, bool of_total);
  /// The whole range has the largest value of its buckets.
  void take_largest_concurrency();

  /// The answer's only group is everything.
  [[nodiscard]] bool is_total() const { return spec_.breakdowns.empty() && spec_.havings.empty(); }
  /// The values of parts give those of the whole.
  [[nodiscard]] bool folds() const { return folds_; }
  [[nodiscard]] const std::vector<ShownGroup>& groups() const { return groups_; }
  [[nodiscard]] const std::vector<Object>& group_data() const { return group_data_; }
  /// There are groups beyond those shown.
  [[nodiscard]] bool cut() const { return cut_; }
  /// When it was set, or follows from the groups.
  [[nodiscard]] std::optional<Object> total() const;
  [[nodiscard]] Object values(const plan::Answer& answer, const Row& row) const;

  /// By time, and within one time in the order of the groups. Once.
  Array series();
  /// Once; nullopt when nothing says it yet.
  std::optional<Array> total_series();

 private:
  [[nodiscard]] Row calculated(const plan::Answer& answer, const Row& row) const;
  [[nodiscard]] Object shown(const Row& calculated) const;
  [[nodiscard]] Value heatmap(const Value& counts, std::size_t calculation) const;
  void put_key(const plan::Answer& answer, const Row& row, Object& data) const;
  void difference(Buckets& buckets) const;
  /// The groups together are everything, and their values give those of everything.
  [[nodiscard]] bool groups_give_total() const { return folds_ && spec_.havings.empty() && !cut_; }

  const QuerySpec& spec_;
  const QueryPlans& plans_;
  const std::size_t limit_;
  const bool folds_;  ///< of all its calculations
  /// Those shown, and for each its member `data`.
  std::vector<ShownGroup> groups_;
  std::vector<Object> group_data_;
  bool cut_ = false;
  std::map<std::string, Buckets> points_;  ///< by the group's text
  std::optional<Object> total_;
  std::optional<Buckets> steps_of_total_;
  Row folded_groups_;
  std::map<std::int64_t, Row> folded_points_;  ///< of all groups together, by the start of the bucket
};

}  // namespace tetrascope::honeycomb
