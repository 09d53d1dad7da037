// An attribute that gets a column while rows come in reads the same before, between and after: as itself and among all.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "ingest/attribute_promoter.h"
#include "query/run.h"
#include "storage/migrations.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kHour = 3600 * kNanosPerSecond;

/// Rows `first` to `first + rows` of one story: every value follows from the row's number.
Batch batch_of(const AttributeLayouts& layouts, std::int64_t first, std::int64_t rows) {
  Batch batch;
  batch.use(layouts);
  batch.logs.attributes.use_dataset("default", "shop");
  for (std::int64_t n = first; n < first + rows; ++n) {
    const std::string number = std::to_string(n);
    batch.logs.origin.add({n}, {"otlp", "default", "shop", "shop", "{}", "{}", {kHour}});
    batch.logs.trace.add({}, {});
    batch.logs.add_times(UnixNanos{n}, UnixNanos{n}, {});
    batch.logs.severity_number.add(9);
    batch.logs.severity_text.add("INFO");
    batch.logs.event_name.add("");
    batch.logs.body.add("line " + number);
    batch.logs.body_type.add("string");
    batch.logs.flags.add(0);
    batch.logs.sample_rate.add(1);
    batch.logs.dropped_attributes.add(0);
    AttributeColumns& attributes = batch.logs.attributes;
    attributes.add_string("http.route", n % 3 == 0 ? "/" : "/home");
    attributes.add_string("user.id", "user " + number);
    if (n % 4 != 0) attributes.add_string("maybe", n % 4 == 1 ? "" : "said \"" + number + "\"\\\n");
    attributes.add_int("status", n % 2 == 0 ? 200 : 0);
    if (n % 5 == 0) {
      attributes.add_string("size", "of another type");
    } else {
      attributes.add_int("size", n * 1'000'003 - 5);
    }
    attributes.add_double("ratio", static_cast<double>(n) / 4);
    attributes.add_bool("ok", n % 2 == 1);
    attributes.add_string("no name 'for' a `column`", "text");
    attributes.add_json("list", "[1,2]");
    attributes.end_row();
  }
  return batch;
}

std::string native(const Batch& batch) {
  NativeWriter out;
  batch.logs.encode(out, 0, batch.logs.rows());
  return std::string(out.view());
}

/// Each row as text: its attributes one by one, and all of them as one object with sorted keys.
/// `asked_of`: the engine is asked something of that object too, so that it has to write it.
std::vector<std::string> answers(Storage& storage, const AttributeLayouts& layouts, bool asked_of = false) {
  using namespace plan;
  Plan plan;
  plan.range = kAllTime;
  TableRead read{Table::kLogs, {}, {{"time", column("time")}}, nullptr};
  const std::vector<std::pair<std::string, Type>> keys = {
      {"http.route", Type::kString}, {"user.id", Type::kString}, {"maybe", Type::kString}, {"status", Type::kInt},
      {"size", Type::kInt},          {"size", Type::kString},    {"size", Type::kAny},     {"ratio", Type::kDouble},
      {"ok", Type::kBool},           {"list", Type::kAny},       {"absent", Type::kAny}};
  for (const auto& [key, type] : keys) {
    read.columns.push_back({"c" + std::to_string(read.columns.size()), attribute(Level::kItem, key, type)});
  }
  read.columns.push_back({"all", all_attributes(Level::kItem)});
  plan.reads.push_back(std::move(read));
  plan.stages.emplace_back(Sort{{{field("time")}}});
  if (asked_of) plan.stages.emplace_back(Filter{call(Function::kNot, {call(Function::kIsMissing, {field("all")})})});
  const auto answer = run(storage, plan, {}, layouts);
  EXPECT_TRUE(answer) << answer.error().message;
  std::vector<std::string> rows;
  if (!answer) return rows;
  for (const auto& row : answer->rows) {
    std::string text;
    for (const Value& cell : row) {
      const auto* object = cell.as<Object>();
      if (object == nullptr) {
        text += to_json(cell) + " ";
        continue;
      }
      std::map<std::string, std::string> members;  // in an order that does not depend on where they stand
      for (const auto& [key, value] : *object) members[key] = to_json(value);
      for (const auto& [key, json] : members) text += "\"" + key + "\":" + json + " ";
    }
    rows.push_back(std::move(text));
  }
  return rows;
}

/// The first row that is another in `got`; "" when all are the same.
std::string difference(const std::vector<std::string>& got, const std::vector<std::string>& want) {
  for (std::size_t i = 0; i < std::min(got.size(), want.size()); ++i) {
    if (got[i] != want[i]) return got[i] + "\n  instead of\n" + want[i];
  }
  return got.size() == want.size() ? "" : std::to_string(got.size()) + " rows, want " + std::to_string(want.size());
}

class AttributePromotion : public ::testing::TestWithParam<TestEngine> {};

TEST_P(AttributePromotion, AnswersStayTheSame) {
  TestStore store(GetParam());
  ASSERT_TRUE(migrate(*store));
  AttributeLayouts none;
  AttributeLayouts layouts;
  AttributePromoter promoter(*store, layouts, {.window_rows = 40, .share = 2, .columns = 100});

  const Batch first = batch_of(layouts, 0, 40);
  ASSERT_TRUE(store->insert({"logs", native(first), "a"}));
  const std::vector<std::string> before = answers(*store, layouts);
  ASSERT_EQ(before.size(), 40U);
  EXPECT_THAT(before[2], HasSubstr(R"("user.id":"user 2")"));
  promoter.observe(first);

  const AttributeLayoutPtr layout = layouts.of(Signal::kLogs);
  std::vector<std::string> columns;
  for (const AttributeColumn& column : layout->columns()) columns.push_back(column.name() + " " + column.engine_type());
  EXPECT_THAT(columns, ::testing::UnorderedElementsAre(
                           "string http:route LowCardinality(Nullable(String))", "string user:id Nullable(String)",
                           "string maybe Nullable(String)", "int status LowCardinality(Nullable(Int64))",
                           "int size Int64", "double ratio Float64", "bool ok UInt8"));
  EXPECT_EQ(difference(answers(*store, layouts), before), "") << "from the map, by the column's default";

  // A batch that was opened before and one that was opened after, in one insert.
  ASSERT_TRUE(store->insert({"logs", native(batch_of(none, 40, 10)) + native(batch_of(layouts, 50, 10)), "b"}));
  ASSERT_TRUE(store->insert({"logs", native(batch_of(layouts, 60, 10)) + native(batch_of(none, 70, 10)), "c"}));
  const std::vector<std::string> mixed = answers(*store, layouts);
  TestStore plain(TestEngine::kServer);
  ASSERT_TRUE(migrate(*plain));
  ASSERT_TRUE(plain->insert({"logs", native(batch_of(none, 0, 80)), "a"}));
  EXPECT_EQ(difference(mixed, answers(*plain, none)), "");
  EXPECT_EQ(difference(answers(*store, layouts, true), mixed), "");

  ASSERT_TRUE(store->change_schema("OPTIMIZE TABLE logs FINAL"));
  EXPECT_EQ(difference(answers(*store, layouts), mixed), "");

  AttributeLayouts loaded;
  ASSERT_TRUE(load_layouts(*store, loaded));
  EXPECT_EQ(loaded.of(Signal::kLogs)->columns().size(), layout->columns().size());
  EXPECT_EQ(loaded.of(Signal::kSpans)->columns().size(), 0U);
  EXPECT_EQ(difference(answers(*store, loaded), mixed), "");
}

INSTANTIATE_TEST_SUITE_P(Engines, AttributePromotion, ::testing::ValuesIn(possible_test_engines()),
                         [](const auto& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace tetrascope
