#include "model/field_catalogue.h"

#include <gtest/gtest.h>

namespace tetrascope {
namespace {

constexpr UnixNanos kNow{1'790'000'000 * kNanosPerSecond};

UnixNanos later(std::int64_t seconds) { return {kNow.value + seconds * kNanosPerSecond}; }

FieldSighting sighting(std::string dataset, std::string key, FieldType type, FieldLevel level = FieldLevel::kItem) {
  return {"default", std::move(dataset), level, std::move(key), type};
}

FieldTypes types(std::initializer_list<FieldType> list) {
  FieldTypes all;
  for (const auto type : list) all.add(type);
  return all;
}

TEST(FieldCatalogue, KnowsTheTypesOfAKey) {
  FieldCatalogue catalogue;
  catalogue.merge(
      Signal::kSpans,
      {sighting("shop", "code", FieldType::kInt), sighting("cart", "code", FieldType::kString),
       sighting("shop", "host", FieldType::kString, FieldLevel::kResource), sighting("shop", "cod", FieldType::kBool)},
      kNow);
  const auto ask = [&](std::string_view dataset, FieldLevel level, std::string_view key) {
    return catalogue.types(Signal::kSpans, "default", dataset, level, key);
  };
  EXPECT_EQ(ask("shop", FieldLevel::kItem, "code"), types({FieldType::kInt}));
  EXPECT_EQ(ask("", FieldLevel::kItem, "code"), types({FieldType::kInt, FieldType::kString}));
  EXPECT_EQ(ask("shop", FieldLevel::kResource, "code"), FieldTypes());
  EXPECT_EQ(ask("shop", FieldLevel::kResource, "host"), types({FieldType::kString}));
  EXPECT_EQ(ask("other", FieldLevel::kItem, "code"), FieldTypes());
  EXPECT_EQ(catalogue.types(Signal::kLogs, "default", "", FieldLevel::kItem, "code"), FieldTypes());
  EXPECT_EQ(catalogue.types(Signal::kSpans, "other", "", FieldLevel::kItem, "code"), FieldTypes());
}

TEST(FieldCatalogue, AsksToStoreWhatIsNewAndAfterAnHour) {
  FieldCatalogue catalogue;
  const FieldSightings code = {sighting("shop", "code", FieldType::kInt)};
  EXPECT_EQ(catalogue.merge(Signal::kSpans, code, kNow).size(), 1U);
  EXPECT_EQ(catalogue.merge(Signal::kSpans, code, later(3599)).size(), 0U);
  const auto again = catalogue.merge(Signal::kSpans, code, later(3600));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].first_seen, kNow);
  EXPECT_EQ(again[0].last_seen, later(3600));
  // A clock that went back changes nothing.
  EXPECT_EQ(catalogue.merge(Signal::kSpans, code, kNow).size(), 0U);
  EXPECT_EQ(catalogue.list("default", "shop").at(0).last_seen, later(3600));
}

TEST(FieldCatalogue, LoadsWithoutForgetting) {
  FieldCatalogue catalogue;
  catalogue.merge(Signal::kSpans, {sighting("shop", "code", FieldType::kInt)}, later(100));
  catalogue.load({{Signal::kSpans, "default", "shop", FieldLevel::kItem, "code", FieldType::kInt, kNow, later(50)},
                  {Signal::kLogs, "default", "cart", FieldLevel::kItem, "", FieldType::kString, kNow, kNow}});
  const auto fields = catalogue.list("default", "");
  ASSERT_EQ(fields.size(), 1U) << "a dataset is no field";
  EXPECT_EQ(fields[0].first_seen, kNow);
  EXPECT_EQ(fields[0].last_seen, later(100));
  ASSERT_EQ(catalogue.datasets().size(), 2U);
  EXPECT_EQ(catalogue.datasets()[0].name, "cart");
  EXPECT_EQ(catalogue.datasets()[1].first_seen, kNow);
}

TEST(FieldCatalogue, OneDatasetCanFillItselfOnly) {
  FieldCatalogue catalogue;
  FieldSightings many;
  for (std::size_t i = 0; i <= kMaxFieldsPerDataset; ++i)
    many.push_back(sighting("noisy", std::to_string(i), FieldType::kInt));
  EXPECT_EQ(catalogue.merge(Signal::kSpans, many, kNow).size(), kMaxFieldsPerDataset);
  EXPECT_EQ(catalogue.list("default", "noisy").size(), kMaxFieldsPerDataset);
  catalogue.merge(Signal::kSpans, {sighting("shop", "code", FieldType::kInt)}, kNow);
  EXPECT_EQ(catalogue.list("default", "shop").size(), 1U);
  // From now on nobody can say that a key has no values of some type.
  EXPECT_EQ(catalogue.types(Signal::kSpans, "default", "shop", FieldLevel::kItem, "unheard of"), FieldTypes::all());
}

TEST(FieldCatalogue, AllDatasetsTogetherAreBounded) {
  FieldCatalogue catalogue;
  FieldSightings many;
  for (std::size_t i = 0; i < kMaxFields + 10; ++i)
    many.push_back(sighting("dataset " + std::to_string(i), "k", FieldType::kInt));
  EXPECT_EQ(catalogue.merge(Signal::kSpans, many, kNow).size(), kMaxFields);
  EXPECT_EQ(catalogue.datasets().size(), kMaxFields);
}

TEST(FieldCatalogue, LongKeysAreNotKeptAndMayBeAnything) {
  FieldCatalogue catalogue;
  const std::string key(kMaxFieldKey + 1, 'k');
  EXPECT_TRUE(catalogue.merge(Signal::kSpans, {sighting("shop", key, FieldType::kInt)}, kNow).empty());
  EXPECT_EQ(catalogue.types(Signal::kSpans, "default", "shop", FieldLevel::kItem, key), FieldTypes::all());
  EXPECT_EQ(catalogue.types(Signal::kSpans, "default", "shop", FieldLevel::kItem, "k"), FieldTypes());
}

}  // namespace
}  // namespace tetrascope
