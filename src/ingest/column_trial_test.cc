#include "ingest/column_trial.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "model/attribute_form.h"

namespace tetrascope {
namespace {

constexpr int kRows = 4'000;
constexpr int kKeys = 97;

AttributeLayoutPtr layout_of(int keys) {
  std::vector<AttributeColumn> columns;
  for (int key = 0; key < keys; ++key)
    columns.push_back({.key = fmt::format("key_{}", key), .type = FieldType::kString, .repeats = true});
  return std::make_shared<const AttributeLayout>(std::move(columns));
}

void add(MapColumn& map, int key, const std::string& value) {
  map.add(map_key(FieldType::kString, fmt::format("key_{}", key)), value);
}

TEST(ColumnTrial, SequencesThatGoRoundStayInTheMap) {
  MapColumn map;
  int next = 0;
  for (int row = 0; row < kRows; ++row) {
    for (int i = 0; i < 11; ++i, ++next) add(map, next % kKeys, fmt::format("value_{}", next % kKeys));
    map.end_row();
  }
  const ColumnTrial trial = try_columns(map, layout_of(kKeys));
  EXPECT_EQ(trial.rows, kRows);
  EXPECT_TRUE(trial.columns_are_dear()) << trial.column_bytes << " instead of " << trial.map_bytes;
}

TEST(ColumnTrial, ValuesThatFollowNoOrderGetColumns) {
  std::mt19937 random(7);
  MapColumn map;
  for (int row = 0; row < kRows; ++row) {
    for (int key = 0; key < 12; ++key) {
      if (random() % 4 != 0) add(map, key, fmt::format("value_{}", random() % 10));
    }
    map.end_row();
  }
  const ColumnTrial trial = try_columns(map, layout_of(12));
  EXPECT_LT(trial.column_bytes, trial.map_bytes);
  EXPECT_FALSE(trial.columns_are_dear());
}

TEST(ColumnTrial, WhatTakesNextToNothingEitherWayGetsColumns) {
  MapColumn map;
  for (int row = 0; row < kRows; ++row) {
    for (int key = 0; key < 40; ++key) add(map, key, "the same");
    map.end_row();
  }
  EXPECT_FALSE(try_columns(map, layout_of(40)).columns_are_dear());
}

TEST(ColumnTrial, EveryTypeIsTried) {
  std::vector<AttributeColumn> columns;
  for (const FieldType type : {FieldType::kString, FieldType::kInt, FieldType::kDouble, FieldType::kBool})
    columns.push_back({.key = "k", .type = type, .repeats = false});
  MapColumn map;
  for (std::int64_t row = 0; row < kRows; ++row) {
    map.add(map_key(FieldType::kString, "k"), fmt::format("{}", row));
    map.add(map_key(FieldType::kInt, "k"), number_bytes(row));
    const double ratio = static_cast<double>(row) / 3;
    map.add(map_key(FieldType::kDouble, "k"), number_bytes(ratio));
    map.add(map_key(FieldType::kBool, "k"), bool_bytes(row % 3 == 0));
    map.add(map_key(FieldType::kJson, "list"), "[1,2]");
    map.end_row();
  }
  const ColumnTrial trial = try_columns(map, std::make_shared<const AttributeLayout>(std::move(columns)));
  EXPECT_GT(trial.column_bytes, kRows);  // doubles and texts that do not repeat
  EXPECT_LT(trial.column_bytes, trial.map_bytes);
}

}  // namespace
}  // namespace tetrascope
