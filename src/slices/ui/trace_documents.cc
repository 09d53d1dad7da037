#include "slices/ui/trace_documents.h"

#include <algorithm>
#include <utility>

#include "slices/page/answers.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::column;
using plan::field;
using plan::literal;

constexpr std::string_view kTexts[] = {"kind", "key", "protocol", "service", "document"};

plan::ExprPtr condition(const TraceId& trace, const DocumentSearch& search) {
  plan::ExprPtr where = equals(column("trace_id"), id_literal(trace));
  if (search.span) {
    const plan::ExprPtr names_it =
        plan::call(plan::Function::kContainsAnyCase, {column("document"), literal(to_hex(*search.span))});
    where = both(where, either(equals(column("span_id"), id_literal(*search.span)), names_it));
  }
  if (!search.key.empty()) where = both(where, equals(column("key"), literal(search.key)));
  return where;
}

}  // namespace

Result<std::string> read_trace_documents(const plan::Runner& runner, const NamedId<16>& trace,
                                         const DocumentSearch& search) {
  plan::TableRead read{plan::Table::kDocuments, {}, {{"time", column("time")}, {"span_id", column("span_id")}}, {}};
  for (const auto name : kTexts) read.columns.push_back({std::string(name), column(std::string(name))});
  read.where = condition(trace.id, search);
  ASSIGN_OR_RETURN(
      const plan::Answer answer,
      ask(runner,
          {kAllTime, {read}, {plan::Sort{{{field("time")}, {field("key")}}}, plan::Limit{kMaxDocuments + 1, 0, {}}}}));
  Array documents;
  for (std::size_t i = 0; i < std::min(answer.rows.size(), kMaxDocuments); ++i) {
    const auto cell = [&](std::string_view name) -> const Value& { return answer.rows[i][column_of(answer, name)]; };
    Object one{{"time", exact(int_cell(cell("time")))}, {"span_id", id_cell(cell("span_id"))}};
    for (const auto name : kTexts) one.emplace_back(std::string(name), std::string(text_cell(cell(name))));
    documents.emplace_back(std::move(one));
  }
  return to_json(Object{{"truncated", answer.rows.size() > kMaxDocuments}, {"documents", std::move(documents)}});
}

}  // namespace tetrascope::ui
