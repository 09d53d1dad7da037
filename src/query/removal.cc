#include "query/removal.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "query/attribute_sql.h"
#include "query/check.h"
#include "query/fields.h"
#include "query/types.h"
#include "query/writer.h"

namespace tetrascope::plan {
namespace {

/// The condition as check() knows it: of a read that asks for something.
Result<void> check_removal(const Removal& removal) {
  TableRead read;
  read.table = removal.table;
  read.where = removal.where;
  read.columns = {{"any", column("received")}};
  RETURN_IF_ERROR(check({removal.range, {std::move(read)}, {}}));
  return {};
}

}  // namespace

Result<RemovalSql> Writer::write(std::span<const Removal> removals, const AttributeLayouts& layouts) {
  Writer writer(Quantiles::kExact, layouts, false);
  std::vector<std::string> conditions;
  for (const Removal& removal : removals) {
    TableRead read;
    read.table = removal.table;
    read.where = removal.where;
    conditions.push_back("(" + writer.row_condition(read, removal.range) + ")");
  }
  const std::string where = fmt::format("{}", fmt::join(conditions, " OR "));
  if (!writer.steps_.empty()) return fail(ErrorCode::kInvalid, "what is removed cannot depend on other rows");
  if (writer.too_large_ || writer.out_.parameters() > kMaxParameters || where.size() > kMaxSqlBytes)
    return fail(ErrorCode::kInvalid, "too much to remove at once: fewer conditions are wanted");
  const std::string_view table = table_name(removals.front().table);
  Statement statement = std::move(writer.out_).take();
  RemovalSql sql;
  sql.count = {fmt::format("SELECT toInt64(count()) FROM {} WHERE {}", table, where), statement.parameters};
  sql.remove = {fmt::format("ALTER TABLE {} DELETE WHERE {} SETTINGS mutations_sync = 0", table, where),
                std::move(statement.parameters)};
  return sql;
}

Result<RemovalSql> write_removal(std::span<const Removal> removals, const AttributeLayouts& layouts) {
  if (removals.empty()) return fail(ErrorCode::kInternal, "nothing is to be removed");
  for (const Removal& removal : removals) {
    if (removal.table != removals.front().table) return fail(ErrorCode::kInternal, "rows of several tables");
    RETURN_IF_ERROR(check_removal(removal));
  }
  return Writer::write(removals, layouts);
}

}  // namespace tetrascope::plan
