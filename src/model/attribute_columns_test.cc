#include "model/attribute_columns.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/column_texts.h"

namespace tetrascope {
namespace {

/// `key type` of each sighting of a dataset.
std::vector<std::string> seen(const AttributeColumns& columns, std::string_view dataset) {
  constexpr std::array<std::string_view, kFieldTypes> kNames = {"string", "int", "double", "bool", "json"};
  FieldSightings sightings;
  columns.collect(sightings);
  std::vector<std::string> out;
  for (const auto& sighting : sightings) {
    EXPECT_EQ(sighting.environment, "default");
    EXPECT_EQ(sighting.level, FieldLevel::kItem);
    if (sighting.dataset != dataset || sighting.key.empty()) continue;
    out.push_back(sighting.key + " " + std::string(kNames[static_cast<std::size_t>(sighting.type)]));
  }
  std::ranges::sort(out);
  return out;
}

using Texts = std::vector<std::string>;

TEST(AttributeColumns, TheMapKeepsEachType) {
  AttributeColumns columns;
  columns.use_dataset("default", "shop");
  columns.add("s", std::string("text"));
  columns.add("i", std::int64_t{4});
  columns.add("d", 1.5);
  columns.add("b", true);
  columns.add("none", Value());
  columns.add("bytes", Bytes{"x"});
  columns.add("array", Array{true});
  columns.add("", std::string("no key"));
  columns.end_row();
  EXPECT_EQ(column_texts::elements(columns.others), (Texts{"s s=text", "i i=4", "d d=1.5", "b b=1", "j none=null",
                                                           R"(j bytes={"$bytes":"eA=="})", "j array=[true]"}));
  EXPECT_EQ(seen(columns, "shop"),
            (Texts{"array json", "b bool", "bytes json", "d double", "i int", "none json", "s string"}));
}

TEST(AttributeColumns, MapsLeaveTheirLeavesDownToFiveLevels) {
  AttributeColumns columns;
  columns.use_dataset("default", "shop");
  Value deep = std::string("bottom");
  for (const char* name : {"f", "e", "d", "c", "b"}) {
    Object around;
    around.emplace_back(name, std::move(deep));
    deep = std::move(around);
  }
  columns.add("a", deep);  // a.b.c.d.e.f, whose leaf lies on the sixth level
  columns.add("m", Object{{"x", std::int64_t{1}}, {"none", Value()}, {"list", Array{true}}});
  columns.end_row();
  EXPECT_EQ(seen(columns, "shop"), (Texts{"a json", "a.b.c.d.e.f string", "m json", "m.list json", "m.x int"}));

  AttributeColumns deeper;
  deeper.use_dataset("default", "shop");
  Object around;
  around.emplace_back("0", deep);
  deeper.add("a", around);
  deeper.end_row();
  EXPECT_EQ(seen(deeper, "shop"), (Texts{"a json", "a.0.b.c.d.e json"}));
}

TEST(AttributeColumns, SightingsBelongToTheDatasetThatIsOn) {
  AttributeColumns columns;
  for (int round = 0; round < 3; ++round) {
    for (const std::string dataset : {"cart", "shop"}) {
      columns.use_dataset("default", dataset);
      columns.add_string("both", "x");
      columns.add_int(dataset + ".only", 1);
      columns.end_row();
    }
  }
  EXPECT_EQ(seen(columns, "cart"), (Texts{"both string", "cart.only int"}));
  EXPECT_EQ(seen(columns, "shop"), (Texts{"both string", "shop.only int"}));
  FieldSightings sightings;
  columns.collect(sightings);
  const auto datasets = std::ranges::count_if(sightings, [](const auto& sighting) { return sighting.key.empty(); });
  EXPECT_EQ(datasets, 2) << "a dataset is seen even where its rows have no attribute";
}

TEST(AttributeColumns, KeysTooLongForTheCatalogueAreStoredOnly) {
  AttributeColumns columns;
  columns.use_dataset("default", "shop");
  columns.add_int(std::string(kMaxFieldKey, 'k'), 1);
  columns.add_int(std::string(kMaxFieldKey + 1, 'k'), 2);
  columns.end_row();
  EXPECT_EQ(columns.others.keys().size(), 2U);
  EXPECT_EQ(seen(columns, "shop").size(), 1U);
}

TEST(AttributeColumns, ManyDatasetsAndKeysStayBounded) {
  AttributeColumns columns;
  for (std::size_t i = 0; i < kMaxFields + 1000; ++i) {
    columns.use_dataset("default", "service " + std::to_string(i));
    columns.add_bool("key " + std::to_string(i), true);
    columns.end_row();
  }
  FieldSightings sightings;
  columns.collect(sightings);
  EXPECT_LE(sightings.size(), 2 * (kMaxFields + 1));
  EXPECT_GT(sightings.size(), kMaxFields) << "the catalogue must notice that it is full";
  EXPECT_EQ(columns.others.keys().size(), kMaxFields + 1000);
}

}  // namespace
}  // namespace tetrascope
