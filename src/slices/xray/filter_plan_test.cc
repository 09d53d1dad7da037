#include "slices/xray/filter_plan.h"

#include <gtest/gtest.h>

#include "query/check.h"
#include "query/sql_writer.h"

namespace tetrascope::xray {
namespace {

/// Whether the store can leave traces out; what it is asked is a plan that check() takes.
bool narrows(std::string_view expression) {
  const auto filter = parse_filter(expression);
  EXPECT_TRUE(filter) << expression << ": " << (filter ? "" : filter.error());
  if (!filter) return false;
  const plan::TimeRange range{UnixNanos{0}, UnixNanos{kNanosPerSecond}};
  plan::TableRead read;
  read.columns = {{"id", plan::column("trace_id")}};
  read.where = candidates(**filter, range);
  const auto checked = plan::check({range, {read}, {}});
  EXPECT_TRUE(checked) << expression << ": " << (checked ? "" : checked.error().message);
  return read.where != nullptr;
}

TEST(Candidates, AreFewer) {
  for (const std::string_view expression : {"fault",
                                            "error = true",
                                            "throttle",
                                            "ok = false",
                                            "fault != false",
                                            "responsetime > 0.5",
                                            "responsetime < 2",
                                            "http.status = 404",
                                            "http.status",
                                            R"(http.url CONTAINS "api")",
                                            R"(http.method != "GET")",
                                            R"(user = "alice")",
                                            "user",
                                            R"(annotation.handle = "worf")",
                                            "annotation.age > 29",
                                            "annotation.flag = false",
                                            "annotation.age",
                                            R"(annotation[cart.total] = 12.5)",
                                            R"(service("web"))",
                                            R"(service("web") { fault })",
                                            R"(service(id(name: "web", type: "client")))",
                                            R"(edge("web", "orders"))",
                                            R"(edge("web", id(type: "remote")))",
                                            "rootcause.fault.service",
                                            R"(rootcause.error.entity { name = "x" })",
                                            "fault AND partial",
                                            R"(fault OR service("web"))",
                                            R"(fault AND !(user = "alice"))"}) {
    EXPECT_TRUE(narrows(expression)) << expression;
  }
}

TEST(Candidates, AreAllWhereSpansCannotTell) {
  for (const std::string_view expression :
       {"ok", "!ok", "!fault", "fault = false", "partial", "inferred", "duration > 5", "responsetime >= 0",
        "responsetime != 1", R"(account.id = "123456789012")", "service()", R"(service(id(type: "AWS::SQS::Queue")))",
        R"(!service("web"))", "rootcause.responsetime.service", "fault OR partial", "fault OR !error",
        R"(annotation[http.status_code] = 500)", R"(name = "web")", R"(rootcause.json = #[{"Services":[]}])"}) {
    EXPECT_FALSE(narrows(expression)) << expression;
  }
}

/// What no span has is not looked for; a fault of X-Ray's own needs no attribute at all.
TEST(Candidates, ReadOnlyTypesThatAreKnown) {
  FieldCatalogue fields;
  const auto sql_of = [&](std::string_view expression) {
    const plan::TimeRange range{UnixNanos{0}, UnixNanos{kNanosPerSecond}};
    plan::TableRead read;
    read.columns = {{"id", plan::column("trace_id")}};
    read.where = candidates(**parse_filter(expression), range, known_types(fields));
    const Statement statement = plan::write_sql({range, {read}, {}}).value().statement;
    std::string text = statement.sql;
    for (const Statement::Parameter& parameter : statement.parameters) text += "\n" + parameter.value;
    return text;
  };
  EXPECT_FALSE(sql_of("fault").contains("status_code"));
  EXPECT_FALSE(sql_of("http.status = 404").contains("status_code"));
  fields.merge(Signal::kSpans, {{"default", "", FieldLevel::kItem, "http.status_code", FieldType::kInt}}, {1});
  EXPECT_TRUE(sql_of("fault").contains("http.status_code"));
  EXPECT_FALSE(sql_of("fault").contains("http.response.status_code"));
  const std::string one_type = sql_of("http.status = 404");
  fields.merge(Signal::kSpans, {{"other", "shop", FieldLevel::kItem, "http.response.status_code", FieldType::kString}},
               {1});
  EXPECT_FALSE(one_type.contains("http.response.status_code"));
  EXPECT_TRUE(sql_of("http.status = 404").contains("http.response.status_code"));
}

/// Conditions cost a scan each: a long expression is still asked.
TEST(Candidates, AreBoundedInTheirConditions) {
  std::string all = "fault", any = "fault";
  for (int i = 0; i < 60; ++i) {
    all += " AND annotation.k" + std::to_string(i) + " = 1";
    any += " OR annotation.k" + std::to_string(i) + " = 1";
  }
  EXPECT_TRUE(narrows(all));
  EXPECT_FALSE(narrows(any)) << "one that is not looked for may be what fits";
}

}  // namespace
}  // namespace tetrascope::xray
