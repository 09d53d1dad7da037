#include "slices/xray/foreign_spans.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "slices/xray/document_number.h"
#include "slices/xray/service_graph.h"

namespace tetrascope::xray {
namespace {

constexpr std::int64_t kServer = 2, kClient = 3, kInternal = 1;

struct SpanRow {
  std::string id, parent, service, name;
  std::int64_t kind = kServer;
  Object attributes = {};
  std::int64_t status = 0;
  std::int64_t start = 100, end = 110;  ///< seconds
};

/// What the store would give for an attribute that is asked for as text or as a number.
Value attribute_cell(const SpanRow& span, const plan::Named& column) {
  const bool as_text = std::holds_alternative<plan::Attribute>(column.expr->node);
  const auto found = std::ranges::find(span.attributes, column.name, &Object::value_type::first);
  if (found == span.attributes.end()) return {};
  if (as_text) return found->second.as<std::string>() == nullptr ? Value() : found->second;
  const auto* integer = found->second.as<std::int64_t>();
  return integer == nullptr ? Value() : Value(static_cast<double>(*integer));
}

/// A row with the cells that the store would give.
StoredDocument document(const SpanRow& span, Detail detail = Detail::kWhole) {
  std::vector<Value> row;
  for (const plan::Named& column : foreign_columns(detail)) {
    const auto id = [](const std::string& hex) { return Value(Bytes{from_hex(hex).value()}); };
    if (std::holds_alternative<plan::Literal>(column.expr->node)) {
      row.emplace_back();
    } else if (column.name == "trace_id") {
      row.push_back(id("5759e988bd862e3fe1be46a994272793"));
    } else if (column.name == "span_id") {
      row.push_back(id(span.id));
    } else if (column.name == "parent_span_id") {
      row.push_back(id(span.parent.empty() ? "0000000000000000" : span.parent));
    } else if (column.name == "start") {
      row.emplace_back(span.start * kNanosPerSecond);
    } else if (column.name == "duration") {
      row.emplace_back((span.end - span.start) * kNanosPerSecond);
    } else if (column.name == "name") {
      row.emplace_back(span.name);
    } else if (column.name == "kind") {
      row.emplace_back(span.kind);
    } else if (column.name == "status") {
      row.emplace_back(span.status);
    } else if (column.name == "service") {
      row.emplace_back(span.service);
    } else if (column.name == "received") {
      row.emplace_back(std::int64_t{1});
    } else if (column.name == "attributes") {
      row.emplace_back(span.attributes);
    } else if (column.name == "event_name") {
      row.emplace_back(Array{Value("exception")});
    } else if (column.name == "event_attributes") {
      row.emplace_back(Array{Value(R"({"exception.type":"E","exception.message":"m"})")});
    } else if (column.name.starts_with("link_")) {
      row.emplace_back(Array{});
    } else if (column.name == "status_message") {
      row.emplace_back("");
    } else {
      row.push_back(attribute_cell(span, column));
    }
  }
  return document_of_span(row);
}

TEST(ForeignSpan, AServerSpanIsASegmentOfItsService) {
  const auto made = document({.id = "0000000000000001",
                              .parent = "00000000000000ff",
                              .service = "backend-flask",
                              .name = "GET /api",
                              .attributes = {{"http.method", Value("GET")},
                                             {"http.scheme", Value("http")},
                                             {"http.host", Value("h:4567")},
                                             {"http.target", Value("/api?x=1")},
                                             {"http.status_code", Value(std::int64_t{503})},
                                             {"list", Value(Array{Value(true)})}}});
  EXPECT_TRUE(made.is_segment);
  EXPECT_EQ(text_at(made.body, {"name"}), "backend-flask");
  EXPECT_EQ(text_at(made.body, {"http", "request", "url"}), "http://h:4567/api?x=1");
  EXPECT_EQ(number_at(made.body, {"http", "response", "status"}), 503);
  EXPECT_TRUE(flag_at(made.body, {"fault"}));
  EXPECT_EQ(text_at(made.body, {"annotations", "http.method"}), "GET");
  EXPECT_NE(member(made.body, {"metadata", "default", "list"}), nullptr);
  EXPECT_EQ(text_at(made.body, {"metadata", "default", "span.name"}), "GET /api");
  EXPECT_EQ(text_at(array_at(made.body, {"cause", "exceptions"})->front(), {"type"}), "E");
}

TEST(ForeignSpan, CallsHaveANamespace) {
  const auto name_and_space = [](Object attributes) {
    const auto made = document({.id = "0000000000000002",
                                .parent = "0000000000000001",
                                .service = "web",
                                .name = "call",
                                .kind = kClient,
                                .attributes = std::move(attributes)});
    EXPECT_FALSE(made.is_segment);
    return std::string(text_at(made.body, {"name"})) + " " + std::string(text_at(made.body, {"namespace"}));
  };
  EXPECT_EQ(name_and_space({{"peer.service", Value("orders")}}), "orders remote");
  EXPECT_EQ(name_and_space({{"server.address", Value("api.example.com")}}), "api.example.com remote");
  EXPECT_EQ(
      name_and_space({{"db.system", Value("postgresql")}, {"db.name", Value("shop")}, {"net.peer.name", Value("pg")}}),
      "shop@pg remote");
  EXPECT_EQ(name_and_space({{"rpc.system", Value("aws-api")}, {"aws.service", Value("S3")}}), "S3 aws");
  EXPECT_EQ(name_and_space({}), "call remote");
}

/// A request of `web` that asks `orders`, which asks its database and answers 503.
Trace tree(Detail detail) {
  std::vector<StoredDocument> spans;
  const auto document = [&](const SpanRow& span) { return xray::document(span, detail); };
  spans.push_back(document({.id = "0000000000000001", .parent = "", .service = "web", .name = "GET /"}));
  spans.push_back(document(
      {.id = "0000000000000002", .parent = "0000000000000001", .service = "web", .name = "inner", .kind = kInternal}));
  spans.push_back(document({.id = "0000000000000003",
                            .parent = "0000000000000002",
                            .service = "web",
                            .name = "GET",
                            .kind = kClient,
                            .attributes = {{"server.address", Value("orders:80")}}}));
  spans.push_back(document({.id = "0000000000000004",
                            .parent = "0000000000000003",
                            .service = "orders",
                            .name = "GET /o",
                            .attributes = {{"http.response.status_code", Value(std::int64_t{503})}}}));
  spans.push_back(document({.id = "0000000000000005",
                            .parent = "0000000000000004",
                            .service = "orders",
                            .name = "SELECT",
                            .kind = kClient,
                            .attributes = {{"db.system", Value("postgresql")}, {"db.name", Value("shop")}}}));
  return {trace_id_from_text("5759e988bd862e3fe1be46a994272793").id, std::move(spans)};
}

TEST(ForeignSpan, TheirTraceIsATreeOfServices) {
  const Trace trace = tree(Detail::kWhole);
  std::vector<std::string> nodes;
  for (const Part* segment : trace.segments()) nodes.push_back(node_name(*segment) + "|" + node_type(*segment));
  EXPECT_EQ(nodes, (std::vector<std::string>{"web|", "orders|", "shop|Database::SQL"}));
  EXPECT_TRUE(trace.orphans().empty());
  const auto document = value_from_json(document_of(trace, *trace.segments()[0])).value();
  EXPECT_EQ(text_at(document, {"trace_id"}), "1-5759e988-bd862e3fe1be46a994272793");
  EXPECT_EQ(text_at(array_at(document, {"subsegments"})->front(), {"name"}), "inner");
  ServiceGraph graph("1");
  Places places;
  add_trace(graph, places, trace);
  EXPECT_EQ(graph.services().size(), 4U) << "the client, web, orders, the database";
}

TEST(ForeignSpan, GraphsAreTheSameFromWhatTheyNeedAsFromTheWhole) {
  const auto facts = [](Detail detail) {
    Places places;
    double base = 0;
    std::vector<std::string> shown;
    for (const Fact& fact : facts_of(tree(detail), places, base)) {
      const Place& place = places.at(fact.place);
      shown.push_back(place.from.first + "|" + place.from.second + " " + place.to.first + "|" + place.to.second + " " +
                      std::to_string(static_cast<int>(fact.outcome)) + " " + std::to_string(fact.begin) + " " +
                      std::to_string(fact.end) + " " + std::to_string(fact.seconds));
    }
    return shown;
  };
  EXPECT_EQ(facts(Detail::kGraph), facts(Detail::kWhole));
  EXPECT_EQ(facts(Detail::kGraph).size(), 6U);
}

}  // namespace
}  // namespace tetrascope::xray
