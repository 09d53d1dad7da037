#include "slices/xray/xray_slice.h"

#include <functional>
#include <memory>
#include <utility>

#include "slices/xray/account_settings.h"
#include "slices/xray/graph_keeper.h"
#include "slices/xray/groups.h"
#include "slices/xray/insights.h"
#include "slices/xray/keeping.h"
#include "slices/xray/questions.h"
#include "slices/xray/retrievals.h"
#include "slices/xray/sampling_rules.h"
#include "slices/xray/sampling_targets.h"
#include "slices/xray/tags.h"
#include "slices/xray/take_segments.h"

namespace tetrascope {
namespace {

using namespace xray;

/// What calls share beside the middle.
struct State {
  explicit State(Middle& middle)
      : graphs(std::make_shared<GraphIndex>(middle.runner, middle.batcher)),
        keeper(std::make_shared<GraphKeeper>(middle, graphs)) {
    intake->on_stored = [kept = keeper] { kept->note_use(); };
  }
  std::shared_ptr<GraphIndex> graphs;
  std::shared_ptr<GraphKeeper> keeper;
  std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  SamplingTargets targets;
  Retrievals retrievals;
};
using StatePtr = std::shared_ptr<State>;
using Operation = std::function<Outcomes<Value>(Call&, State&)>;

Operation simple(Outcomes<Value> (*operation)(Call&)) {
  return [operation](Call& call, State&) { return operation(call); };
}

Response run(Middle& middle, const StatePtr& state, const Operation& operation, const Request& request) {
  auto body = read_call(request);
  if (!body) return refuse(middle, request, body.error());
  Call call{middle, request, *std::move(body), middle.settings.aws_account, region_of(request)};
  auto outcome = operation(call, *state);
  if (outcome) return answer(*outcome);
  return refuse(middle, request, outcome.error());
}

class Routes {
 public:
  Routes(Middle& middle, StatePtr state) : middle_(middle), state_(std::move(state)) {}

  /// An operation on the small state.
  void add(std::string path, Operation operation) { routes_.push_back(route(std::move(path), std::move(operation))); }
  void add(std::string path, Outcomes<Value> (*operation)(Call&)) { add(std::move(path), simple(operation)); }

  /// An operation that reads traces.
  void add_question(std::string path, Operation operation) {
    Route one = route(std::move(path), std::move(operation));
    one.handler =
        on_query_pool(middle_, std::move(one.handler), [&middle = middle_](const Request& request, const Error& error) {
          return refuse(middle, request, failure_of(error));
        });
    routes_.push_back(std::move(one));
  }

  void add_handler(std::string path, Handler handler) {
    Route one;
    one.method = "POST";
    one.pattern = std::move(path);
    one.handler = std::move(handler);
    one.origins = Origins::kVendor;
    routes_.push_back(std::move(one));
  }

  std::vector<Route> take() { return std::move(routes_); }

 private:
  Route route(std::string path, Operation operation) {
    Route one;
    one.method = "POST";
    one.pattern = std::move(path);
    one.origins = Origins::kVendor;
    one.handler = [&middle = middle_, state = state_, operation = std::move(operation)](
                      Request&& request, Respond respond) { respond(run(middle, state, operation, request)); };
    return one;
  }

  Middle& middle_;
  StatePtr state_;
  std::vector<Route> routes_;
};

void add_reading(Routes& routes) {
  routes.add_question("/Traces", simple(batch_get_traces));
  routes.add_question("/TraceSummaries", simple(get_trace_summaries));
  routes.add_question("/TraceGraph", simple(get_trace_graph));
  routes.add_question("/ServiceGraph", [](Call& call, State& state) {
    state.keeper->note_use();
    return get_service_graph(call, *state.graphs);
  });
  routes.add_question("/TimeSeriesServiceStatistics", [](Call& call, State& state) {
    state.keeper->note_use();
    return get_time_series(call, *state.graphs);
  });
  routes.add_question("/StartTraceRetrieval",
                      [](Call& call, State& state) { return start_retrieval(call, state.retrievals); });
  routes.add_question("/ListRetrievedTraces",
                      [](Call& call, State& state) { return list_retrieved(call, state.retrievals); });
  routes.add_question("/GetRetrievedTracesGraph",
                      [](Call& call, State& state) { return retrieved_graph(call, state.retrievals); });
  routes.add("/CancelTraceRetrieval",
             [](Call& call, State& state) { return cancel_retrieval(call, state.retrievals); });
}

void add_sampling(Routes& routes) {
  routes.add("/GetSamplingRules", get_sampling_rules);
  routes.add("/CreateSamplingRule", create_sampling_rule);
  routes.add("/UpdateSamplingRule", update_sampling_rule);
  routes.add("/DeleteSamplingRule", delete_sampling_rule);
  routes.add("/SamplingTargets", [](Call& call, State& state) { return get_sampling_targets(call, state.targets); });
  routes.add("/SamplingStatisticSummaries",
             [](Call& call, State& state) { return get_sampling_statistics(call, state.targets); });
}

void add_resources(Routes& routes) {
  routes.add("/CreateGroup", create_group);
  routes.add("/UpdateGroup", update_group);
  routes.add("/GetGroup", get_group);
  routes.add("/Groups", get_groups);
  routes.add("/DeleteGroup", delete_group);
  routes.add("/InsightSummaries", get_insight_summaries);
  routes.add("/Insight", get_insight);
  routes.add("/InsightEvents", get_insight);
  routes.add("/InsightImpactGraph", get_insight);
  routes.add("/EncryptionConfig", get_encryption_config);
  routes.add("/PutEncryptionConfig", put_encryption_config);
  routes.add("/PutResourcePolicy", put_resource_policy);
  routes.add("/ListResourcePolicies", list_resource_policies);
  routes.add("/DeleteResourcePolicy", delete_resource_policy);
  routes.add("/TagResource", tag_resource);
  routes.add("/UntagResource", untag_resource);
  routes.add("/ListTagsForResource", list_tags);
  routes.add("/GetIndexingRules", get_indexing_rules);
  routes.add("/UpdateIndexingRule", update_indexing_rule);
  routes.add("/GetTraceSegmentDestination", get_segment_destination);
  routes.add("/UpdateTraceSegmentDestination", update_segment_destination);
}

}  // namespace

Slice make_xray_slice(Middle& middle) {
  const auto state = std::make_shared<State>(middle);
  Routes routes(middle, state);
  routes.add_handler("/TraceSegments", [&middle, intake = state->intake](Request&& request, Respond respond) {
    put_trace_segments(middle, intake, std::move(request), std::move(respond));
  });
  routes.add_handler("/TelemetryRecords", [&middle](Request&& request, Respond respond) {
    respond(put_telemetry_records(middle, request));
  });
  add_reading(routes);
  add_sampling(routes);
  add_resources(routes);
  Slice slice;
  slice.http.slice = "xray";
  slice.http.routes = routes.take();
  for (const Route& route : slice.http.routes) slice.http.prefixes.push_back(route.pattern);
  slice.http.shape_error = [&middle](const Request& request, const Error& error) {
    return refuse(middle, request, failure_of(error));
  };
  slice.datagrams = take_datagrams(middle, state->intake);
  slice.expired = [&middle](UnixNanos now) -> Result<std::vector<plan::Removal>> {
    return expired_rows(middle.settings, now);
  };
  slice.rows_changed = [state] { return forget_facts(*state->graphs); };
  return slice;
}

}  // namespace tetrascope
