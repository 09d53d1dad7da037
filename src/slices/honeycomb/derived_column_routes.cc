#include "slices/honeycomb/derived_column_routes.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "slices/honeycomb/answers.h"
#include "slices/honeycomb/derived_columns.h"
#include "slices/honeycomb/event.h"
#include "slices/honeycomb/query_run.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/request_body.h"
#include "slices/honeycomb/saved_queries.h"
#include "slices/json.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::size_t kMaxAlias = 255;
constexpr std::string_view kDerivedColumnNotFound = "Derived column not found";

Json json_of(const DerivedColumn& column) {
  return {{"id", column.id},
          {"alias", column.alias},
          {"expression", column.expression},
          {"description", column.description},
          {"created_at", format_time(column.created)},
          {"updated_at", format_time(column.updated)}};
}

struct FoundDerivedColumn {
  DatasetPlace place;
  DerivedColumn column;
};
Result<FoundDerivedColumn> find_in_path(const Middle& middle, const Request& request) {
  ASSIGN_OR_RETURN(DatasetPlace place, dataset_place(middle, request));
  ASSIGN_OR_RETURN(auto column, find_derived_column(middle, place, request.captures.at(1)));
  if (!column) return fail(ErrorCode::kNotFound, std::string(kDerivedColumnNotFound));
  return FoundDerivedColumn{std::move(place), *std::move(column)};
}

/// Whether the field can be calculated of the place's rows, beside the fields that are there.
Result<void> check_expression(const Middle& middle, const DatasetPlace& place, const DerivedColumn& column) {
  ASSIGN_OR_RETURN(Formula formula, parse_formula(column.expression));
  QuerySpec spec;
  spec.calculations.emplace_back();
  spec.calculated_fields.emplace(column.alias, std::move(formula));
  ASSIGN_OR_RETURN(const auto problems, check_query(middle, place.environment, place.dataset, spec));
  if (!problems.empty()) return fail(ErrorCode::kInvalid, problems.front().description);
  return {};
}

/// The whole of what a client may say of one; read-only members are ignored.
Result<std::vector<FieldProblem>> read_derived_column(const Middle& middle, const Request& request,
                                                      const DatasetPlace& place, DerivedColumn& column) {
  ASSIGN_OR_RETURN(const Object object, read_body_object(request));
  BodyReader body(object);
  column.alias = body.text("alias").value_or("");
  column.expression = body.text("expression").value_or("");
  column.description = body.text("description").value_or("");
  if (column.alias.empty()) body.problem("alias", "missing", "cannot be blank");
  if (column.alias.size() > kMaxAlias) body.problem("alias", "invalid", "must have at most 255 characters");
  if (column.expression.empty()) {
    body.problem("expression", "missing", "cannot be blank");
  } else if (const auto checked = check_expression(middle, place, column); !checked) {
    if (checked.error().code != ErrorCode::kInvalid) return std::unexpected(checked.error());
    body.problem("expression", "invalid", checked.error().message);
  }
  return body.problems();
}

Response put_and_answer(Middle& middle, const Request& request, int status, const DatasetPlace& place,
                        const DerivedColumn* before, const DerivedColumn& column) {
  const auto put = put_derived_column(middle, place, before, column);
  if (!put && put.error().code == ErrorCode::kConflict)
    return refuse(middle, request, {ErrorCode::kConflict, "a derived column with this alias exists already"});
  if (!put) return refuse(middle, request, put.error());
  return json_answer(status, to_text(json_of(column)));
}

}  // namespace

Response create_derived_column(Middle& middle, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  DerivedColumn column;
  const auto problems = read_derived_column(middle, request, *place, column);
  if (!problems) return refuse(middle, request, problems.error());
  if (!problems->empty()) return refuse_fields(middle, request, *problems);
  column.id = random_id();
  column.created = column.updated = UnixNanos::now();
  return put_and_answer(middle, request, 201, *place, nullptr, column);
}

Response list_derived_columns(Middle& middle, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  const auto columns = derived_columns(middle, *place);
  if (!columns) return refuse(middle, request, columns.error());
  if (const auto alias = request.query_value("alias")) {
    const auto found = std::ranges::find(*columns, *alias, &DerivedColumn::alias);
    if (found == columns->end())
      return refuse(middle, request, {ErrorCode::kNotFound, std::string(kDerivedColumnNotFound)});
    return json_answer(200, to_text(json_of(*found)));
  }
  Json list = Json::array();
  for (const DerivedColumn& column : *columns) list.push_back(json_of(column));
  return json_answer(200, to_text(list));
}

Response get_derived_column(Middle& middle, const Request& request) {
  const auto found = find_in_path(middle, request);
  if (!found) return refuse(middle, request, found.error());
  return json_answer(200, to_text(json_of(found->column)));
}

Response update_derived_column(Middle& middle, const Request& request) {
  const auto found = find_in_path(middle, request);
  if (!found) return refuse(middle, request, found.error());
  DerivedColumn column = found->column;
  const auto problems = read_derived_column(middle, request, found->place, column);
  if (!problems) return refuse(middle, request, problems.error());
  if (!problems->empty()) return refuse_fields(middle, request, *problems);
  column.updated = UnixNanos::now();
  return put_and_answer(middle, request, 200, found->place, &found->column, column);
}

Response delete_derived_column(Middle& middle, const Request& request) {
  const auto found = find_in_path(middle, request);
  if (!found) return refuse(middle, request, found.error());
  if (const auto removed = remove_derived_column(middle, found->place, found->column); !removed)
    return refuse(middle, request, removed.error());
  return Response{204, {}, {}};
}

}  // namespace tetrascope::honeycomb
