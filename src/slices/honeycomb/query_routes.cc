#include "slices/honeycomb/query_routes.h"

#include <algorithm>

#include "base/log.h"
#include "slices/honeycomb/access.h"
#include "slices/honeycomb/column_settings.h"
#include "slices/honeycomb/dataset_place.h"
#include "slices/honeycomb/query_plans.h"
#include "slices/honeycomb/query_run.h"
#include "slices/honeycomb/refusals.h"
#include "slices/honeycomb/request_body.h"
#include "storage/question.h"

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kQueryNotFound = "Query not found";
constexpr std::string_view kResultNotFound = "Query result not found";

/// Checks the specification against what can be asked of the dataset: an empty list is no problem.
Result<std::vector<FieldProblem>> problems_of(const Middle& middle, const DatasetPlace& place, const Object& spec) {
  const auto read = read_query_spec(spec);
  if (!read) return read.error();
  return check_query(middle, place.environment, place.dataset, *read);
}

Object with_id(const SavedQuery& query) {
  Object object = query.spec;
  object.emplace_back("id", Value(query.id));
  return object;
}

/// Where the page shows a result; other tools only want these not to be empty.
Object links_of(const Middle& middle, const Request& request, const SavedResult& result) {
  const bool known_host = request.headers.has("Host") || middle.settings.public_url.empty();
  const std::string base = known_host ? base_url(request) : middle.settings.public_url;
  const std::string environment =
      result.query.environment == kClassicEnvironment ? "" : "/environments/" + result.query.environment;
  const std::string url =
      base + "/tetrascope" + environment + "/datasets/" + result.query.dataset + "/result/" + result.id;
  return {{"query_url", Value(url)}, {"graph_image_url", Value(url + "/snapshot")}};
}

/// `data` goes in as it is: it may be megabytes of JSON.
std::string result_body(const Middle& middle, const Request& request, const SavedResult& result) {
  const Object head = {
      {"query", Value(with_id(result.query))}, {"id", Value(result.id)}, {"complete", Value(result.data.has_value())}};
  std::string body = to_plain_json(Value(head));
  body.pop_back();
  if (result.data) body += ",\"data\":" + *result.data;
  return body + ",\"links\":" + to_plain_json(Value(links_of(middle, request, result))) + "}";
}

/// An answer that was kept meanwhile: whoever looked just before that found neither it nor anybody at work on it.
bool is_answered(const Middle& middle, const SavedResult& asked) {
  const auto kept = load_result(middle, asked.query.environment, asked.query.dataset, asked.id);
  return kept && *kept && ((*kept)->data || (*kept)->failure);
}

/// Answers the question on the pool for questions and keeps the answer. False when the pool is full.
bool start_run(Middle& middle, const std::shared_ptr<RunningQueries>& running, const SavedResult& asked) {
  if (!running->add(asked.id)) return true;
  WorkerPool::Task task = [&middle, running, asked = SavedResult(asked)]() mutable {
    if (is_answered(middle, asked)) return running->remove(asked.id);
    const Question question;
    auto data = run_query(middle, asked);
    if (data) {
      asked.data = *std::move(data);
    } else {
      // What may be over by the next time is not kept: the next look asks again.
      const bool transient = data.error().code == ErrorCode::kUnavailable;
      if (data.error().code == ErrorCode::kInternal)
        log_error("honeycomb query {}: {}", asked.id, data.error().message);
      if (!transient) asked.failure = std::move(data).error();
    }
    if (asked.data || asked.failure) {
      if (const auto saved = save_result(middle, asked); !saved)
        log_error("honeycomb result {}: {}", asked.id, saved.error().message);
    }
    running->remove(asked.id);
  };
  if (middle.queries.post(task)) return true;
  running->remove(asked.id);
  return false;
}

/// Members of a request for a result that are not of the expected type.
std::vector<FieldProblem> read_options(const Object& body, SavedResult& result) {
  std::vector<FieldProblem> problems;
  const auto flag = [&](std::string_view name) {
    for (const auto& [key, value] : body) {
      if (key != name || value.missing()) continue;
      if (const auto* set = value.as<bool>()) return *set;
      problems.push_back({std::string(name), "incorrect_type", "must be true or false"});
    }
    return false;
  };
  result.series = !flag("disable_series");
  result.total = !flag("disable_total_by_aggregate");
  result.other = !flag("disable_other_by_aggregate");
  for (const auto& [key, value] : body) {
    if (key != "limit" || value.missing()) continue;
    const auto* limit = value.as<std::int64_t>();
    const std::size_t most = result.series ? kMaxGroups : kMaxGroupsWithoutSeries;
    if (limit == nullptr) {
      problems.push_back({"limit", "incorrect_type", "must be a whole number"});
    } else if (*limit < 0 || *limit > static_cast<std::int64_t>(most)) {
      problems.push_back({"limit", "invalid",
                          "must be between 0 (as the query says) and " + std::to_string(most) +
                              (result.series ? "; more with disable_series" : "")});
    } else if (*limit > 0) {
      result.limit = static_cast<std::size_t>(*limit);
    }
  }
  return problems;
}

}  // namespace

Response create_query(Middle& middle, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  auto body = read_body_object(request);
  if (!body) return refuse(middle, request, body.error());
  const auto problems = problems_of(middle, *place, *body);
  if (!problems) return refuse(middle, request, problems.error());
  if (!problems->empty()) return refuse_fields(middle, request, *problems);
  SavedQuery query{
      .id = {}, .environment = place->environment, .dataset = place->dataset, .spec = canonical_spec(*std::move(body))};
  const auto id = save_query(middle, query);
  if (!id) return refuse(middle, request, id.error());
  query.id = *id;
  return json_answer(200, to_plain_json(Value(with_id(query))));
}

Response get_query(Middle& middle, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  const auto query = load_query(middle, place->environment, place->dataset, request.captures.at(1));
  if (!query) return refuse(middle, request, query.error());
  if (!*query) return refuse(middle, request, {ErrorCode::kNotFound, std::string(kQueryNotFound)});
  return json_answer(200, to_plain_json(Value(with_id(**query))));
}

Response create_result(Middle& middle, const std::shared_ptr<RunningQueries>& running, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  const auto body = read_body_object(request);
  if (!body) return refuse(middle, request, body.error());
  BodyReader reader(*body);
  const auto query_id = reader.text("query_id");
  if (query_id.value_or("").empty() && reader.problems().empty())
    reader.problem("query_id", "missing", "cannot be blank");
  if (!reader.problems().empty()) return refuse_fields(middle, request, reader.problems());
  auto query = load_query(middle, place->environment, place->dataset, *query_id);
  if (!query) return refuse(middle, request, query.error());
  if (!*query) return refuse(middle, request, {ErrorCode::kNotFound, std::string(kQueryNotFound)});
  SavedResult result;
  result.id = random_id();
  result.query = **std::move(query);
  if (const auto problems = read_options(*body, result); !problems.empty())
    return refuse_fields(middle, request, problems);
  const auto spec = read_query_spec(result.query.spec);
  if (!spec) return refuse_fields(middle, request, spec.error());
  result.range = resolve_range(*spec, UnixNanos::now().value / kNanosPerSecond);
  if (const auto saved = save_result(middle, result); !saved) return refuse(middle, request, saved.error());
  if (!start_run(middle, running, result)) {
    forget_result(middle, result.id);
    return refuse(middle, request, {ErrorCode::kTooManyRequests, "too many queries at once"});
  }
  Response response = json_answer(201, result_body(middle, request, result));
  response.headers.add("Location", "/1/query_results/" + place->dataset + "/" + result.id);
  return response;
}

Response get_result(Middle& middle, const std::shared_ptr<RunningQueries>& running, const Request& request) {
  const auto place = dataset_place(middle, request);
  if (!place) return refuse(middle, request, place.error());
  const auto result = load_result(middle, place->environment, place->dataset, request.captures.at(1));
  if (!result) return refuse(middle, request, result.error());
  if (!*result) return refuse(middle, request, {ErrorCode::kNotFound, std::string(kResultNotFound)});
  const SavedResult& asked = **result;
  if (asked.failure) return refuse(middle, request, *asked.failure);
  if (!asked.data && !start_run(middle, running, asked)) {
    return refuse(middle, request, {ErrorCode::kTooManyRequests, "too many queries at once"});
  }
  Response response = json_answer(200, result_body(middle, request, asked));
  // A complete result never changes; one that is not is asked for again.
  response.headers.add("Cache-Control", asked.data ? "private, max-age=86400, immutable" : "no-store");
  return response;
}

}  // namespace tetrascope::honeycomb
