#include "query/sql_writer.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "query/check.h"
#include "query/checker.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

/// The engine refuses more than 100 nested SELECTs unless it is told otherwise.
constexpr int kUsualSteps = 90;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

std::string Writer::new_id(std::string_view sql) {
  expanded_.push_back(expanded(sql));
  return "c" + std::to_string(expanded_.size() - 1);
}

std::size_t Writer::expanded(std::string_view sql) const {
  constexpr std::size_t kEnough = 1'000'000'000;
  std::size_t total = sql.size();
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (!is_word(sql[i])) continue;
    const std::size_t begin = i;
    while (i < sql.size() && is_word(sql[i])) ++i;
    const std::string_view word = sql.substr(begin, i - begin);
    std::size_t id = 0;
    const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), id);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (word.front() == 'c' && whole && id < expanded_.size()) total = std::min(kEnough, total + expanded_[id]);
  }
  return total;
}

void Writer::barrier(Relation& relation) {
  relation.step = step(fmt::format("SELECT * FROM {} LIMIT 9223372036854775807", source(relation)));
  relation.pushed = 0;
  std::ranges::fill(expanded_, 1);
}

const Writer::Column& Writer::used(const Relation& relation, std::string_view name) {
  const Column& column = relation.at(name);
  if (column.packed) packed_used_ = true;
  return column;
}

const Writer::Column& Writer::Relation::at(std::string_view name) const {
  return *std::ranges::find(columns, name, &Column::name);
}

const std::string& Writer::source(Relation& relation) {
  if (relation.open) {
    relation.step = step(relation.open->sql);
    relation.open.reset();
  }
  return relation.step;
}

std::string Writer::step(const std::string& select) {
  std::string name = "s" + std::to_string(step_count_++);
  if (steps_.size() + select.size() > kMaxSqlBytes) {
    too_large_ = true;
    return name;
  }
  steps_ += fmt::format("{}{} AS (\n  {}\n)", steps_.empty() ? "WITH " : ", ", name, select);
  return name;
}

void Writer::extend(Relation& relation, const std::vector<std::string>& expressions) {
  relation.step = step(fmt::format("SELECT *, {} FROM {}", fmt::join(expressions, ", "), source(relation)));
}

std::string Writer::order_by(const Relation& relation) {
  return relation.order.empty() ? "" : fmt::format(" ORDER BY {}", fmt::join(relation.order, ", "));
}

void Writer::measure(TypedSql& sql) {
  if (sql.text.size() <= kMaxSqlBytes) return;
  too_large_ = true;
  sql.text = "NULL";
}

Writer::Relation Writer::plan(const Plan& plan) {
  Relation relation = reads(plan);
  for (const Stage& one : plan.stages) {
    std::visit([&](const auto& any) { stage(any, relation); }, one);
  }
  return relation;
}

Writer::Relation Writer::inner_plan(const Plan& plan) {
  const bool packs = std::exchange(packs_, false);
  Relation relation = this->plan(plan);
  packs_ = packs;
  return relation;
}

Result<WrittenPlan> Writer::write(const Plan& plan, Quantiles quantiles, const AttributeLayouts& layouts) {
  WrittenPlan written;
  Writer packing(quantiles, layouts, true);
  Relation relation = packing.plan(plan);
  Writer plain(quantiles, layouts, false);
  if (packing.packed_used_) relation = plain.plan(plan);
  Writer& writer = packing.packed_used_ ? plain : packing;
  std::vector<std::string> ids;
  for (const Column& column : relation.columns) {
    ids.push_back(column.id);
    written.packed.push_back(column.packed);
  }
  std::string last = order_by(relation);
  if (relation.open && relation.open->ids == ids) {
    last = relation.open->sql + (relation.open->limited ? "" : last);
  } else {
    last = fmt::format("SELECT {} FROM {}{}", fmt::join(ids, ", "), writer.source(relation), last);
  }
  if (writer.too_large_ || writer.out_.parameters() > kMaxParameters ||
      writer.steps_.size() + last.size() > kMaxSqlBytes) {
    return fail(ErrorCode::kInvalid, "too much to ask at once: fewer or simpler expressions are wanted");
  }
  // Without these, rows that a join does not meet, and `/` in JSON text, differ from what a plan says.
  std::string settings = "join_use_nulls = 1, output_format_json_escape_forward_slashes = 0";
  if (writer.rolls_up_) settings += ", group_by_use_nulls = 1";
  // The engine adds up what all reads read.
  if (writer.exact_levels_ > 0)
    settings += fmt::format(", max_rows_to_read = {}", plan.reads.size() * kMostExactRows / writer.exact_levels_);
  if (writer.step_count_ > kUsualSteps) settings += ", max_subquery_depth = 1000";
  writer.out_.sql(fmt::format("{}{}{}\nSETTINGS {}", writer.steps_, writer.steps_.empty() ? "" : " ", last, settings));
  written.statement = std::move(writer.out_).take();
  return written;
}

Result<WrittenPlan> write_sql(const Plan& plan, Quantiles quantiles, const AttributeLayouts& layouts) {
  Checker checker;
  RETURN_IF_ERROR(checker.plan(plan, 0));
  return Writer::write(plan, quantiles, layouts);
}

}  // namespace tetrascope::plan
