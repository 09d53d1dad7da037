// What the case files (tests/cases/query) cannot say: bounds that need large plans, and the small parts by themselves.

#include "query/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/fields.h"
#include "query/sql_writer.h"
#include "query/subnet.h"
#include "query/time_format.h"
#include "query/types.h"

namespace tetrascope::plan {
namespace {

using ::testing::HasSubstr;

Plan plan_of(ExprPtr expr) {
  Plan plan;
  plan.range = {UnixNanos{0}, UnixNanos{kNanosPerSecond}};
  plan.reads.push_back({Table::kSpans, {}, {{"x", std::move(expr)}}, nullptr});
  return plan;
}

ExprPtr nested(int depth) {
  ExprPtr expr = column("duration");
  for (int i = 0; i < depth; ++i) expr = call(Function::kNegate, {std::move(expr)});
  return expr;
}

std::string error_of(const Plan& plan) {
  const auto checked = check(plan);
  return checked ? "" : checked.error().message;
}

TEST(Check, DepthIsBounded) {
  EXPECT_EQ(error_of(plan_of(nested(kMaxExprDepth))), "");
  EXPECT_THAT(error_of(plan_of(nested(kMaxExprDepth + 1))), HasSubstr("deeper than 64"));
}

TEST(Check, AnExpressionThatIsSharedCountsEachTime) {
  ExprPtr expr = column("duration");
  for (int i = 0; i < 40; ++i) expr = call(Function::kAdd, {expr, expr});  // 2^40 leaves in 40 nodes
  EXPECT_THAT(error_of(plan_of(std::move(expr))), HasSubstr("more than 10000 expressions"));
}

TEST(Check, TextIsBounded) {
  EXPECT_EQ(error_of(plan_of(literal(Value(std::string(kMaxTextBytes - 100, 'x'))))), "");
  EXPECT_THAT(error_of(plan_of(literal(Value(std::string(kMaxTextBytes, 'x'))))), HasSubstr("bytes of text"));
}

TEST(Check, SqlIsBounded) {
  ExprPtr expr = attribute(Level::kItem, "x");
  for (int i = 0; i < 20; ++i) expr = call(Function::kToAny, {call(Function::kToDouble, {std::move(expr)})});
  EXPECT_THAT(error_of(plan_of(std::move(expr))), HasSubstr("too much to ask"));
}

TEST(Check, EmptyPointersAreErrors) {
  EXPECT_EQ(error_of(plan_of(nullptr)), "column 'x': no expression");
  EXPECT_EQ(error_of(plan_of(call(Function::kNot, {nullptr}))), "column 'x': not: no expression");
  EXPECT_EQ(error_of(plan_of(std::make_shared<const Expr>(Expr{InPlan{column("name"), nullptr}}))),
            "column 'x': no plan to look into");
  Plan plan = plan_of(column("name"));
  plan.stages.emplace_back(Join{JoinKind::kLeft, nullptr, {{"x", "x"}}});
  EXPECT_EQ(error_of(plan), "join: no right side or no keys");
  plan.stages = {Filter{nullptr}};
  EXPECT_EQ(error_of(plan), "filter: no expression");
}

TEST(Check, NamesInMessagesAreCut) {
  Plan plan = plan_of(column(std::string(100'000, 'n')));
  EXPECT_LT(error_of(plan).size(), 200U);
}

TEST(Writer, UserTextIsNeverInTheSql) {
  Plan plan = plan_of(attribute(Level::kResource, "key-MARK", Type::kString));
  plan.reads[0].columns[0].name = "name-MARK";
  plan.stages.emplace_back(
      Filter{call(Function::kEq, {field("name-MARK"), literal(Value(std::string("value-MARK")))})});
  const auto written = write_sql(plan);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(written->statement.sql, ::testing::Not(HasSubstr("MARK")));
}

/// The stages that a language puts one after another may use each column twice.
TEST(Writer, ConditionsThatWouldGrowWithoutEndStopAtABarrier) {
  Plan plan = plan_of(column("duration"));
  for (int i = 0; i < 30; ++i) {
    plan.stages.emplace_back(Compute{{{"x", call(Function::kAdd, {field("x"), field("x")})}}});
  }
  plan.stages.emplace_back(Filter{call(Function::kGt, {field("x"), literal(Value(std::int64_t{1}))})});
  const auto written = write_sql(plan);
  ASSERT_TRUE(written);
  EXPECT_THAT(written->statement.sql, HasSubstr("LIMIT 9223372036854775807"));
  plan.stages.resize(3);
  plan.stages.emplace_back(Filter{call(Function::kGt, {field("x"), literal(Value(std::int64_t{1}))})});
  EXPECT_THAT(write_sql(plan)->statement.sql, ::testing::Not(HasSubstr("LIMIT")));
}

TEST(Types, Meet) {
  EXPECT_EQ(meet(Type::kInt, Type::kDouble), Type::kDouble);
  EXPECT_EQ(meet(Type::kInt, Type::kString), Type::kAny);
  EXPECT_EQ(meet(Type::kAny, Type::kBool), Type::kAny);
  EXPECT_EQ(meet(Type::kTime, Type::kTime), Type::kTime);
  EXPECT_EQ(meet(Type::kTime, Type::kInt), std::nullopt);
  EXPECT_EQ(meet(Type::kId, Type::kAny), std::nullopt);
  EXPECT_EQ(meet(Type::kIntArray, Type::kInt), std::nullopt);
}

TEST(Subnet, FirstAndLast) {
  struct Row {
    std::string_view text, first, last;
  };
  for (const Row& row :
       {Row{"10.0.0.0/8", "::ffff:10.0.0.0", "::ffff:10.255.255.255"},
        Row{"10.1.2.3/31", "::ffff:10.1.2.2", "::ffff:10.1.2.3"}, Row{"1.2.3.4", "::ffff:1.2.3.4", "::ffff:1.2.3.4"},
        Row{"0.0.0.0/0", "::ffff:0.0.0.0", "::ffff:255.255.255.255"},
        Row{"fd00::/9", "fd00::", "fd7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, Row{"::1/128", "::1", "::1"}}) {
    const auto range = parse_subnet(row.text);
    ASSERT_TRUE(range) << row.text;
    EXPECT_EQ(range->first, row.first) << row.text;
    EXPECT_EQ(range->last, row.last) << row.text;
  }
  for (const std::string_view bad :
       std::initializer_list<std::string_view>{"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                                               "10.0.0", "::1/129", "x", std::string_view("1.2.3.4\0", 8)}) {
    EXPECT_FALSE(parse_subnet(bad)) << bad;
  }
}

TEST(TimeFormat, Letters) {
  EXPECT_EQ(*engine_time_format("%Y-%m-%d %H:%M:%S %% %B"), "%Y-%m-%d %H:%i:%S %% %M");
  EXPECT_EQ(*engine_time_format(""), "");
  EXPECT_EQ(engine_time_format("%").error().message, "format ends in a single %");
  EXPECT_EQ(engine_time_format("%U").error().message, "unknown conversion %U in the format");
  EXPECT_FALSE(engine_time_format(std::string(1025, 'x')));
}

FieldTypes types(std::initializer_list<FieldType> list) {
  FieldTypes out;
  for (const FieldType type : list) out.add(type);
  return out;
}

std::string sql_of(ExprPtr expr) {
  const auto written = write_sql(plan_of(std::move(expr)));
  if (!written) return written.error().message;
  const std::size_t begin = written->statement.sql.find("SELECT ") + 7;
  return written->statement.sql.substr(begin, written->statement.sql.find(" AS c0") - begin);
}

TEST(Fields, OnlyPlacesWhereTheKeyOccursAreRead) {
  const FieldTypes none;
  const auto one = attribute_of_known_types("k", {types({FieldType::kInt}), none, none});
  EXPECT_EQ(one.type, Type::kInt);
  EXPECT_EQ(sql_of(one.expr), "reinterpretAsInt64(attributes[{p0:String}])");

  const auto numbers = attribute_of_known_types("k", {types({FieldType::kInt, FieldType::kDouble}), none, none});
  EXPECT_EQ(numbers.type, Type::kDouble);
  EXPECT_EQ(sql_of(numbers.expr),
            "coalesce(reinterpretAsFloat64(attributes[{p0:String}]), "
            "toFloat64(reinterpretAsInt64(attributes[{p1:String}])))");

  const auto levels = attribute_of_known_types("k", {types({FieldType::kInt}), none, types({FieldType::kDouble})});
  EXPECT_EQ(levels.type, Type::kDouble);
  EXPECT_THAT(
      sql_of(levels.expr),
      HasSubstr("coalesce(toFloat64(reinterpretAsInt64(attributes[{p0:String}])), if(match(JSON_QUERY(resource"));

  const auto mixed = attribute_of_known_types("k", {types({FieldType::kString, FieldType::kJson}), none, none});
  EXPECT_EQ(mixed.type, Type::kAny);
  EXPECT_EQ(sql_of(mixed.expr),
            "coalesce(nullIf(toJSONString(attributes[{p0:String}]), 'null'), nullIf(attributes[{p1:String}], 'null'))");

  const auto unknown = attribute_of_known_types("k", {none, none, none});
  EXPECT_EQ(sql_of(unknown.expr), "CAST(NULL, 'Nullable(String)')");
  EXPECT_EQ(sql_of(attribute_of_known_types("k", {none, none, none}, Type::kInt)), "CAST(NULL, 'Nullable(Int64)')");
  EXPECT_EQ(sql_of(attribute_of_known_types("k", {types({FieldType::kInt}), none, none}, Type::kString)),
            "toString(reinterpretAsInt64(attributes[{p0:String}]))");
}

TEST(Fields, IdsInEveryClientsWriting) {
  const std::string want = "(trace_id = toFixedString(unhex({p0:String}), 16))";
  EXPECT_EQ(sql_of(trace_id_is("trace_id", "5759e988bd862e3fe1be46a994272793")), want);
  EXPECT_EQ(sql_of(trace_id_is("trace_id", "1-5759e988-bd862e3fe1be46a994272793")), want);
  EXPECT_EQ(sql_of(span_id_is("span_id", "any text")), "(span_id = toFixedString(unhex({p0:String}), 8))");
}

}  // namespace
}  // namespace tetrascope::plan
