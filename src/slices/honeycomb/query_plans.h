#pragma once
// From a specification to the plans that answer it (dossier honeycomb_otlp 4.1): one for all at once where there are
// few groups, else one for the groups, one each for the series, the total and the rest.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/honeycomb/query_bins.h"
#include "slices/honeycomb/query_fields.h"
#include "slices/honeycomb/query_relations.h"
#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// A group of an answer: the values of its breakdowns, and their text.
struct ShownGroup {
  std::string text;
  std::vector<Value> keys;
};

class QueryPlans {
 public:
  /// Keeps a reference to `spec`. `fields` and `related` are told what to read and not kept. The specification has
  /// passed check_names().
  QueryPlans(const QuerySpec& spec, SecondsRange range, std::int64_t granularity, QueryFields& fields,
             RelatedRows& related);

  // Columns of the answers: `k0`, … the breakdowns; those of value_column() (CONCURRENCY has its own plans); `group`
  // the group's text, the same in all plans; `bucket` the start of a bucket, in series.
  static std::string key_column(std::size_t breakdown);
  static constexpr std::string_view kGroup = "group";
  static constexpr std::string_view kBucket = "bucket";

  /// Columns `low0`, `high0`, … of the heatmaps, by the calculation's index. Only when has_heatmap().
  [[nodiscard]] plan::Plan heatmap_bounds() const;
  [[nodiscard]] bool has_heatmap() const;
  void set_bins(std::size_t calculation, Bins bins) { bins_[calculation] = bins; }
  [[nodiscard]] Bins bins(std::size_t calculation) const;

  /// What a row of at_once() tells of: a group in one bucket, a group, everything in one bucket, everything.
  enum class Level { kPoint, kGroup, kStep, kTotal };
  struct AtOnce {
    plan::Plan plan;
    std::vector<Level> levels;  ///< by the number in the column kLevel
  };
  static constexpr std::string_view kLevel = "level";
  /// All groups in order, in one read of the rows, with their points where `series`, with everything as one where
  /// `totals`. Without havings. nullopt: that would be a single level, for which there is a plan below.
  [[nodiscard]] std::optional<AtOnce> at_once(bool series, bool totals) const;

  /// Groups that pass the havings, in order, one more than `limit`.
  [[nodiscard]] plan::Plan groups(std::size_t limit) const;
  [[nodiscard]] plan::Plan total() const;
  /// `groups`: those shown.
  [[nodiscard]] plan::Plan series(const std::vector<ShownGroup>& groups) const;
  /// Rows of all other groups. Only with breakdowns.
  [[nodiscard]] plan::Plan rest(const std::vector<ShownGroup>& groups) const;
  [[nodiscard]] plan::Plan total_series() const;

  /// CONCURRENCY by bucket, and by group unless `of_total`; column `a<calculation>`.
  [[nodiscard]] plan::Plan concurrency(std::size_t calculation, bool of_total) const;

 private:
  [[nodiscard]] plan::Plan rows() const;
  [[nodiscard]] plan::Plan rows_with_buckets() const;
  [[nodiscard]] plan::Plan rows_of(const std::vector<plan::TableRead>& reads) const;
  void add_filters(QueryFields& fields, RelatedRows& related);
  void add_terms(QueryFields& fields);
  void add_aggregate(plan::Plan& plan, plan::Aggregate aggregate) const;
  [[nodiscard]] plan::Aggregate aggregate() const;
  [[nodiscard]] plan::AggregateCall value(std::size_t calculation) const;
  [[nodiscard]] plan::ExprPtr shown(const std::vector<ShownGroup>& groups) const;
  void add_group_keys(plan::Aggregate& aggregate) const;
  void add_group_text(plan::Plan& plan) const;
  [[nodiscard]] plan::Sort order() const;
  [[nodiscard]] plan::ExprPtr havings() const;

  const QuerySpec& spec_;
  plan::TimeRange range_;
  std::int64_t width_;
  plan::ExprPtr where_;
  std::vector<std::string> breakdowns_;  // fields
  struct Term {
    plan::ExprPtr argument;
    plan::ExprPtr where;
  };
  std::vector<Term> terms_;  // of the calculations
  std::map<std::size_t, Bins> bins_;
  std::vector<plan::TableRead> reads_, reads_with_buckets_;
  std::vector<plan::Compute> computed_;  // calculated fields
  std::vector<plan::Stage> related_;     // what other rows of the trace bring, and which rows they leave
  plan::Compute formulas_;
};

}  // namespace tetrascope::honeycomb
