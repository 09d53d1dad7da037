#include "slices/xray/trace_facts.h"

#include <gtest/gtest.h>

#include <map>

#include "slices/xray/document_number.h"
#include "slices/xray/fact_filter.h"
#include "slices/xray/service_graph.h"

namespace tetrascope::xray {
namespace {

Trace trace_of(std::initializer_list<std::string_view> documents) {
  std::vector<StoredDocument> stored;
  for (const std::string_view json : documents) {
    StoredDocument document;
    document.text = json;
    document.body = value_from_json(json).value();
    stored.push_back(std::move(document));
  }
  return {trace_id_from_text("1-5759e988-bd862e3fe1be46a994272793").id, std::move(stored)};
}

constexpr std::string_view kWeb =
    R"({"id":"0000000000000001","name":"web","start_time":100.25,"end_time":101,"subsegments":[
        {"id":"0000000000000002","name":"orders","namespace":"remote","start_time":100.5,"end_time":102.125,"fault":true}]})";
constexpr std::string_view kOrders =
    R"({"id":"0000000000000003","parent_id":"0000000000000002","name":"orders","start_time":100.5,"end_time":100.75})";
constexpr std::string_view kRunning = R"({"id":"0000000000000004","name":"batch","start_time":100,"in_progress":true})";

TEST(Facts, OneARequestAndOneACall) {
  Places places;
  double base = 0;
  const auto facts = facts_of(trace_of({kWeb, kOrders}), places, base);
  EXPECT_EQ(base, 100.0) << "whole seconds";
  ASSERT_EQ(facts.size(), 4U);
  const auto of = [&](const Place& wanted) {
    for (const Fact& fact : facts) {
      if (places.at(fact.place) == wanted) return fact;
    }
    ADD_FAILURE() << wanted.from.first << " → " << wanted.to.first;
    return Fact{};
  };
  const Fact web = of({Place::Kind::kRequest, {}, {"web", ""}});
  EXPECT_TRUE(web.root);
  EXPECT_EQ(web.begin, 25'000);
  EXPECT_EQ(web.end, 212'500) << "the call went on after the answer";
  EXPECT_EQ(web.answered, 100'000);
  EXPECT_EQ(web.seconds, 0.75);
  EXPECT_EQ(of({Place::Kind::kRequest, {}, {"orders", ""}}).outcome, Fact::Outcome::kOk);
  EXPECT_EQ(of({Place::Kind::kCall, {"web", ""}, {"orders", ""}}).outcome, Fact::Outcome::kFault)
      << "the caller's view";
  EXPECT_EQ(of({Place::Kind::kCall, {"web", "client"}, {"web", ""}}).seconds, 0.75);
}

/// Two SDKs in `web`: one request, with the callers and calls that either of them reports, each once.
TEST(Facts, ARequestOfTwoSdksIsOneWithTheCallsOfBoth) {
  const auto span = [](std::string_view json, std::string_view service, bool is_segment) {
    StoredDocument document;
    document.body = value_from_json(json).value();
    document.foreign = true;
    document.is_segment = is_segment;
    document.service = service;
    return document;
  };
  std::vector<StoredDocument> stored;
  stored.push_back(
      span(R"({"id":"00000000000000a1","name":"browser","start_time":100,"end_time":103})", "browser", true));
  stored.push_back(span(R"({"id":"00000000000000a2","parent_id":"00000000000000a1","name":"web","start_time":100.2,
                            "end_time":102.2})",
                        "web", true));
  for (const std::string_view call : {R"({"id":"00000000000000a3","parent_id":"00000000000000a2","name":"orders",
      "type":"subsegment","namespace":"remote","start_time":100.5,"end_time":102})",
                                      R"({"id":"00000000000000a4",
      "parent_id":"00000000000000a2","name":"db","type":"subsegment","namespace":"remote","start_time":100.5,
      "end_time":100.75})"})
    stored.push_back(span(call, "web", false));
  StoredDocument segment;
  segment.text = kWeb;
  segment.body = value_from_json(kWeb).value();
  stored.push_back(std::move(segment));
  const Trace trace(trace_id_from_text("1-5759e988-bd862e3fe1be46a994272793").id, std::move(stored));
  Places places;
  double base = 0;
  std::map<std::string, int> found;
  for (const Fact& fact : facts_of(trace, places, base)) {
    const Place& place = places.at(fact.place);
    ++found[(place.kind == Place::Kind::kRequest ? "" : place.from.first + " " + place.from.second + "→") +
            place.to.first];
  }
  EXPECT_EQ(found, (std::map<std::string, int>{{"browser", 1},
                                               {"web", 1},
                                               {"orders", 1},
                                               {"db", 1},
                                               {"browser client→browser", 1},
                                               {"browser →web", 1},
                                               {"web →orders", 1},
                                               {"web →db", 1}}));
}

TEST(Facts, WhatIsInProgressIsShownAndNotCounted) {
  ServiceGraph graph("1");
  Places places;
  add_trace(graph, places, trace_of({kRunning}));
  const Array services = graph.services();
  ASSERT_EQ(services.size(), 2U);
  EXPECT_EQ(number_at(services[0], {"SummaryStatistics", "TotalCount"}), 0);
}

/// Facts of two tables of places, as when a range lies half in memory.
TEST(Facts, OfSeveralPlacesAddUp) {
  ServiceGraph graph("1");
  Places memory, store;
  store.number({Place::Kind::kRequest, {}, {"another", ""}});
  add_trace(graph, memory, trace_of({kWeb, kOrders}));
  add_trace(graph, store, trace_of({kWeb, kOrders}));
  add_trace(graph, memory, trace_of({kWeb, kOrders}));
  for (const Value& service : graph.services()) {
    EXPECT_NE(text_at(service, {"Name"}), "another");
    if (text_at(service, {"Type"}) == "client") continue;
    EXPECT_EQ(number_at(service, {"SummaryStatistics", "TotalCount"}), 3) << text_at(service, {"Name"});
  }
}

TEST(FactFilter, AsksForServicesAlone) {
  struct Case {
    std::string_view filter;
    bool enough, web, batch;
  };
  for (const Case& one : {Case{R"(service("web"))", true, true, false}, Case{R"(!service("web"))", true, false, true},
                          Case{R"(service("web") AND service("orders"))", true, true, false},
                          Case{R"(service("web") AND service("batch"))", true, false, false},
                          Case{R"(service("orders") OR service("batch"))", true, true, true},
                          Case{R"(!(service("nobody") OR service("batch")) AND service("web"))", true, true, false},
                          Case{R"(service("web") { fault })", false, false, false},
                          Case{R"(service(id(type: "client")))", false, false, false},
                          Case{R"(service("web") AND ok)", false, false, false}, Case{"fault", false, false, false}}) {
    const FilterPtr filter = parse_filter(one.filter).value();
    EXPECT_EQ(FactFilter::is_enough(*filter), one.enough) << one.filter;
    if (!one.enough) continue;
    struct Count : FactSink {
      int traces = 0;
      void add(const Places&, double, std::span<const Fact>) override { ++traces; }
    } web, batch;
    Places places;
    FactFilter of_web(*filter, web), of_batch(*filter, batch);
    add_trace(of_web, places, trace_of({kWeb, kOrders}));
    add_trace(of_batch, places, trace_of({kRunning}));
    EXPECT_EQ(web.traces, one.web ? 1 : 0) << one.filter;
    EXPECT_EQ(batch.traces, one.batch ? 1 : 0) << one.filter;
  }
}

TEST(Times, CountsAlikeHoweverMany) {
  Times few, many;
  for (int i = 0; i < 100; ++i) few.add(i % 10 * 0.001);
  for (int i = 0; i < 10'000; ++i) many.add(i % 10 * 0.001);
  many.add(1'000);
  const Value of_few = few.histogram(), of_many = many.histogram();
  ASSERT_EQ(of_few.as<Array>()->size(), 10U);
  ASSERT_EQ(of_many.as<Array>()->size(), 11U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(number_at((*of_few.as<Array>())[i], {"Count"}), 10);
    EXPECT_EQ(number_at((*of_many.as<Array>())[i], {"Count"}), 1'000);
    EXPECT_EQ(number_at((*of_many.as<Array>())[i], {"Value"}), static_cast<double>(i) / 1'000);
  }
}

}  // namespace
}  // namespace tetrascope::xray
