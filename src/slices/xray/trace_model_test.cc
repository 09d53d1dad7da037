#include "slices/xray/trace_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slices/xray/document_number.h"
#include "slices/xray/service_graph.h"
#include "slices/xray/trace_summary.h"

namespace tetrascope::xray {
namespace {

const std::string kAccount = "123456789012";

StoredDocument stored(std::string json, std::int64_t received = 1) {
  json.insert(1, R"("trace_id":"1-5759e988-bd862e3fe1be46a994272793",)");
  StoredDocument document;
  document.body = value_from_json(json).value();
  document.text = std::move(json);
  document.received = {received};
  return document;
}
Trace trace_of(std::vector<StoredDocument> documents) {
  return {trace_id_from_text("1-5759e988-bd862e3fe1be46a994272793").id, std::move(documents)};
}

const std::string kSegment = R"({"id":"0000000000000001","name":"web","start_time":100,"end_time":110})";
const std::string kOpen = R"({"id":"0000000000000001","name":"web","start_time":100,"in_progress":true})";
const std::string kChild =
    R"({"id":"0000000000000002","name":"part","type":"subsegment","parent_id":"0000000000000001","start_time":101,"end_time":102})";
const std::string kGrandchild =
    R"({"id":"0000000000000003","name":"deep","type":"subsegment","parent_id":"0000000000000002","start_time":101,"end_time":102})";

TEST(Trace, CompleteBeatsInProgressInAnyOrder) {
  for (const bool complete_first : {true, false}) {
    const Trace trace = trace_of({stored(kSegment, complete_first ? 1 : 2), stored(kOpen, complete_first ? 2 : 1)});
    ASSERT_EQ(trace.segments().size(), 1U);
    EXPECT_FALSE(trace.segments()[0]->in_progress);
    EXPECT_FALSE(trace.partial());
  }
  EXPECT_TRUE(trace_of({stored(kOpen)}).partial());
}

TEST(Trace, TheLaterCompleteOneCounts) {
  auto later = stored(R"({"id":"0000000000000001","name":"new","start_time":100,"end_time":120})", 9);
  const Trace trace = trace_of({later, stored(kSegment, 3)});
  EXPECT_EQ(trace.segments()[0]->name, "new");
}

TEST(Trace, AloneADocumentIsGivenBackAsSent) {
  const StoredDocument sent = stored(kSegment);
  const Trace trace = trace_of({sent});
  EXPECT_EQ(document_of(trace, *trace.segments()[0]), sent.text);
}

TEST(Trace, SubsegmentsOfTheirOwnAreNestedWhateverCameFirst) {
  const Trace trace = trace_of({stored(kGrandchild), stored(kChild), stored(kSegment)});
  ASSERT_EQ(trace.segments().size(), 1U);
  EXPECT_TRUE(trace.orphans().empty());
  const auto document = value_from_json(document_of(trace, *trace.segments()[0])).value();
  const Array* first = array_at(document, {"subsegments"});
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(text_at(first->front(), {"name"}), "part");
  EXPECT_EQ(member(first->front(), "type"), nullptr);
  EXPECT_EQ(member(first->front(), "trace_id"), nullptr);
  const Array* second = array_at(first->front(), {"subsegments"});
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(text_at(second->front(), {"name"}), "deep");
}

TEST(Trace, AnOrphanIsAnEntryOfItsOwn) {
  const StoredDocument sent = stored(kChild);
  const Trace trace = trace_of({sent});
  ASSERT_EQ(trace.orphans().size(), 1U);
  EXPECT_TRUE(trace.partial());
  EXPECT_EQ(document_of(trace, *trace.orphans()[0]), sent.text);
}

TEST(Trace, CirclesAndLongChainsAreOpened) {
  std::string other = kChild;
  other.replace(other.find("0000000000000001"), 16, "0000000000000003");
  EXPECT_EQ(trace_of({stored(other), stored(kGrandchild)}).orphans().size(), 1U);
  std::vector<StoredDocument> chain;
  for (int i = 0; i < 5'000; ++i) {
    const std::string id = fmt::format("{:016x}", i + 1), parent = fmt::format("{:016x}", i + 2);
    chain.push_back(stored(R"({"id":")" + id + R"(","name":"x","type":"subsegment","parent_id":")" + parent +
                           R"(","start_time":1,"end_time":2})"));
  }
  const Trace trace = trace_of(std::move(chain));
  EXPECT_GT(trace.orphans().size(), 10U);
  for (const Part* orphan : trace.orphans()) EXPECT_FALSE(document_of(trace, *orphan).empty());
}

TEST(Trace, SegmentsThatCallOneAnotherInACircleHaveASummary) {
  const Trace trace = trace_of(
      {stored(
           R"({"id":"0000000000000001","parent_id":"0000000000000002","name":"a","start_time":1,"end_time":2,"fault":true})"),
       stored(
           R"({"id":"0000000000000002","parent_id":"0000000000000001","name":"b","start_time":1,"end_time":2,"fault":true})")});
  EXPECT_EQ(text_at(summary_of(trace, kAccount, 0), {"Id"}), "1-5759e988-bd862e3fe1be46a994272793");
}

const std::string kCalling = R"({"id":"0000000000000001","name":"web","start_time":100,"end_time":110,"subsegments":[
  {"id":"000000000000000a","name":"DynamoDB","namespace":"aws","start_time":101,"end_time":102,"aws":{"table_name":"games"}},
  {"id":"000000000000000b","name":"SQS","namespace":"aws","start_time":101,"end_time":102,"aws":{"queue_url":"https://q"}},
  {"id":"000000000000000c","name":"db@host","namespace":"remote","start_time":101,"end_time":102,"sql":{"url":"x"}},
  {"id":"000000000000000d","name":"api.example.com","namespace":"remote","start_time":101,"end_time":102},
  {"id":"000000000000000e","name":"orders","namespace":"remote","start_time":101,"end_time":103,"http":{"response":{"status":429}}},
  {"id":"000000000000000f","name":"later","namespace":"remote","traced":true,"start_time":101,"end_time":103},
  {"id":"0000000000000010","name":"local","namespace":"local","start_time":101,"end_time":103}]})";
const std::string kAnswering =
    R"({"id":"0000000000000021","parent_id":"000000000000000e","name":"orders","start_time":101.5,"end_time":102.5,"error":true,"throttle":true})";

TEST(Trace, InfersWhoWasCalled) {
  const Trace trace = trace_of({stored(kCalling), stored(kAnswering)});
  std::vector<std::pair<std::string, std::string>> inferred;
  for (const Part* segment : trace.segments()) {
    if (segment->inferred) inferred.emplace_back(node_name(*segment), node_type(*segment));
  }
  const std::vector<std::pair<std::string, std::string>> wanted = {{"games", "AWS::DynamoDB::Table"},
                                                                   {"https://q", "AWS::SQS::Queue"},
                                                                   {"db@host", "Database::SQL"},
                                                                   {"api.example.com", "remote"}};
  EXPECT_EQ(inferred, wanted);
  EXPECT_TRUE(trace.partial()) << "a traced call has no answer yet";
}

const Value& node(const Array& services, std::string_view name, std::string_view type) {
  for (const Value& service : services) {
    if (text_at(service, {"Name"}) == name && text_at(service, {"Type"}) == type) return service;
  }
  static const Value none;
  return none;
}

TEST(ServiceGraph, NodesFromSegmentsAndEdgesFromCalls) {
  ServiceGraph graph(kAccount);
  Places places;
  add_trace(graph, places, trace_of({stored(kCalling), stored(kAnswering)}));
  const Array services = graph.services();
  EXPECT_EQ(services.size(), 7U) << "client, web, orders and four inferred";
  const Value& web = node(services, "web", "");
  EXPECT_TRUE(flag_at(web, {"Root"}));
  EXPECT_EQ(number_at(web, {"SummaryStatistics", "OkCount"}), 1);
  EXPECT_EQ(array_at(web, {"Edges"})->size(), 5U);
  const Value& client = node(services, "web", "client");
  EXPECT_EQ(text_at(client, {"State"}), "unknown");
  EXPECT_EQ(member(client, "SummaryStatistics"), nullptr);
  EXPECT_EQ(number_at(array_at(client, {"Edges"})->front(), {"SummaryStatistics", "TotalResponseTime"}), 10.0);
  const Value& orders = node(services, "orders", "");
  EXPECT_FALSE(flag_at(orders, {"Root"}));
  EXPECT_EQ(number_at(orders, {"SummaryStatistics", "ErrorStatistics", "ThrottleCount"}), 1);
  for (const Value& edge : *array_at(web, {"Edges"})) {
    if (number_at(edge, {"ReferenceId"}) != number_at(orders, {"ReferenceId"})) continue;
    EXPECT_EQ(number_at(edge, {"SummaryStatistics", "TotalResponseTime"}), 2.0) << "the caller's time";
    EXPECT_EQ(number_at(edge, {"SummaryStatistics", "ErrorStatistics", "ThrottleCount"}), 1) << "429 is a throttle";
  }
}

TEST(ServiceGraph, OneRequestOfTwoSdksIsOne) {
  StoredDocument span = stored(R"({"id":"0000000000000051","name":"web","start_time":100.1,"end_time":109})");
  span.text.clear();
  span.foreign = span.is_segment = true;
  span.service = "web";
  ServiceGraph graph(kAccount);
  Places places;
  add_trace(graph, places, trace_of({stored(kSegment), span}));
  const Array services = graph.services();
  EXPECT_EQ(number_at(node(services, "web", ""), {"SummaryStatistics", "TotalCount"}), 1);
}

TEST(TimeSeries, StepsHaveOnlyWhatHappened) {
  const auto steps = [](std::string_view selector) {
    TimeSeries series(60, selector.empty() ? FilterPtr{} : parse_entity_selector(selector).value(), kAccount);
    Places places;
    add_trace(series, places, trace_of({stored(kCalling), stored(kAnswering)}));
    return series.steps(false);
  };
  ASSERT_EQ(steps("").size(), 1U);
  EXPECT_EQ(number_at(steps("")[0], {"EdgeSummaryStatistics", "TotalCount"}), 1);
  EXPECT_EQ(number_at(steps("")[0], {"Timestamp"}), 60.0);
  EXPECT_EQ(number_at(steps("service(\"orders\")")[0], {"ServiceSummaryStatistics", "TotalCount"}), 1);
  EXPECT_EQ(number_at(steps("edge(\"web\", \"games\")")[0], {"EdgeSummaryStatistics", "OkCount"}), 1);
  EXPECT_TRUE(steps("service(\"none\")").empty());
}

TEST(Summary, OfTheRoot) {
  const Trace trace = trace_of({stored(kCalling), stored(kAnswering)});
  const Value summary = summary_of(trace, kAccount, 0);
  EXPECT_EQ(number_at(summary, {"ResponseTime"}), 10.0);
  EXPECT_FALSE(flag_at(summary, {"HasError"}));
  EXPECT_TRUE(flag_at(summary, {"HasThrottle"}));
  EXPECT_NE(member(summary, "Http"), nullptr);
  EXPECT_EQ(text_at(summary, {"EntryPoint", "Name"}), "web");
  EXPECT_EQ(array_at(summary, {"ErrorRootCauses"})->size(), 1U);
}

}  // namespace
}  // namespace tetrascope::xray
