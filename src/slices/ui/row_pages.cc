#include "slices/ui/row_pages.h"

#include <algorithm>
#include <utility>

#include "slices/page/answers.h"
#include "slices/ui/question.h"
#include "slices/ui/trace_search.h"

namespace tetrascope::ui {
namespace {

using plan::field;

/// Windows that grow eightfold reach over all times in fewer.
constexpr int kMaxRounds = 24;
constexpr std::int64_t kMostOfOneInstant = 1'000'000;

plan::Sort newest_first(const std::vector<std::string>& order) {
  plan::Sort sort{{{field("time"), true}}};
  for (const std::string& name : order) sort.keys.push_back({field(name)});
  return sort;
}

/// After the last row, and after the others of its nanosecond.
Cursor after_last(const plan::Answer& answer, const std::optional<Cursor>& before, std::int64_t skipped) {
  const std::size_t time = column_of(answer, "time");
  const UnixNanos last{int_cell(answer.rows.back()[time])};
  std::int64_t shown =
      std::ranges::count_if(answer.rows, [&](const auto& row) { return int_cell(row[time]) == last.value; });
  if (before && before->time == last) shown += skipped;
  return {last, std::to_string(shown)};
}

}  // namespace

Result<RowPage> read_newest(const plan::Runner& runner, const RowQuestion& question) {
  const auto& after = question.after;
  const std::optional<std::int64_t> skip = after ? parse_int(after->rest) : 0;
  if (!skip || *skip < 0 || *skip > kMostOfOneInstant) {
    return fail(ErrorCode::kInvalid, "cursor: want one that an earlier answer gave");
  }
  UnixNanos until = question.range.to;
  if (after && after->time < until) until = {after->time.value + 1};
  Windows windows(question.range, until);
  RowPage page;
  bool more = false;
  for (int round = 0; round < kMaxRounds && !windows.done() && !more; ++round) {
    const std::size_t want = question.limit + 1 - page.answer.rows.size();
    const auto offset = static_cast<std::uint64_t>(round == 0 ? *skip : 0);
    ASSIGN_OR_RETURN(plan::Answer answer, ask(runner, {windows.current(),
                                                       {question.read},
                                                       {newest_first(question.order), plan::Limit{want, offset, {}}}}));
    more = answer.rows.size() == want;
    if (more) answer.rows.pop_back();
    page.answer.columns = std::move(answer.columns);
    std::ranges::move(answer.rows, std::back_inserter(page.answer.rows));
    windows.widen();
  }
  if (more && !page.answer.rows.empty()) page.next = after_last(page.answer, after, *skip);
  return page;
}

std::string page_json(const plan::TimeRange& range, std::string_view member, Array rows,
                      const std::optional<std::string>& cursor) {
  return to_json(Object{{"from", exact(range.from)},
                        {"to", exact(range.to)},
                        {std::string(member), std::move(rows)},
                        {"cursor", cursor ? Value(*cursor) : Value()}});
}

}  // namespace tetrascope::ui
