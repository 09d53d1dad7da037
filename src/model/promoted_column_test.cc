#include "model/promoted_column.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "model/attribute_columns.h"
#include "support/column_texts.h"

namespace tetrascope {
namespace {

using namespace std::string_literals;

std::string encoded(const PromotedColumn& column, std::size_t begin, std::size_t end) {
  NativeWriter out;
  column.encode(out, begin, end);
  return std::string(out.view());
}

std::string number(std::int64_t value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); }

TEST(PromotedColumn, RowsWithoutAValueHaveOneThatSaysSo) {
  PromotedColumn texts({"k", FieldType::kString, false});
  EXPECT_TRUE(texts.add(1, "ab"));
  EXPECT_FALSE(texts.add(1, "second of the same row"));
  EXPECT_TRUE(texts.add(2, ""));
  EXPECT_EQ(encoded(texts, 0, 4), "\1\0\0\1\0\2ab\0\0"s);
  EXPECT_EQ(encoded(texts, 1, 2), "\0\2ab"s);
  EXPECT_EQ(encoded(texts, 3, 5), "\1\1\0\0"s);

  PromotedColumn numbers({"k", FieldType::kInt, false});
  EXPECT_TRUE(numbers.add(1, std::int64_t{7}));
  EXPECT_EQ(encoded(numbers, 0, 3), number(kMissingInt) + number(7) + number(kMissingInt));
  EXPECT_EQ(encoded(numbers, 5, 6), number(kMissingInt));

  PromotedColumn flags({"k", FieldType::kBool, false});
  EXPECT_TRUE(flags.add(1, false));
  EXPECT_TRUE(flags.add(2, true));
  EXPECT_EQ(encoded(flags, 0, 4), "\2\0\1\2"s);
}

TEST(PromotedColumn, DoesNotTakeAValueThatWouldSayMissing) {
  PromotedColumn numbers({"k", FieldType::kInt, false});
  EXPECT_FALSE(numbers.add(0, std::numeric_limits<std::int64_t>::min()));
  PromotedColumn doubles({"k", FieldType::kDouble, false});
  EXPECT_FALSE(doubles.add(0, std::bit_cast<double>(kMissingDoubleBits)));
  EXPECT_TRUE(doubles.add(0, std::numeric_limits<double>::quiet_NaN()));
  PromotedColumn repeating({"k", FieldType::kInt, true});
  EXPECT_TRUE(repeating.add(0, std::numeric_limits<std::int64_t>::min())) << "NULL says missing there";
}

TEST(PromotedColumn, RepeatingValuesAreNumbersIntoADictionaryWhoseFirstKeyIsNull) {
  PromotedColumn texts({"k", FieldType::kString, true});
  EXPECT_TRUE(texts.add(1, "a"));
  EXPECT_TRUE(texts.add(3, ""));
  EXPECT_TRUE(texts.add(4, "a"));
  EXPECT_EQ(encoded(texts, 0, 6), number(1 << 9) + number(3) + "\0\0\1a"s + number(6) + "\0\2\0\1\2\0"s);
  PromotedColumn numbers({"k", FieldType::kInt, true});
  EXPECT_TRUE(numbers.add(0, std::int64_t{9}));
  EXPECT_EQ(encoded(numbers, 0, 2),
            number(1 << 9) + number(3) + number(0) + number(0) + number(9) + number(2) + "\2\0"s);
}

TEST(PromotedColumn, WhatIsTakenBackCanBeAddedAnew) {
  for (const bool repeats : {false, true}) {
    PromotedColumn column({"k", FieldType::kInt, repeats});
    PromotedColumn want({"k", FieldType::kInt, repeats});
    column.add(0, std::int64_t{1});
    column.add(2, std::int64_t{3});
    column.truncate(1);
    for (PromotedColumn* one : {&column, &want}) {
      if (one == &want) one->add(0, std::int64_t{1});
      if (one == &want) one->add(0, std::int64_t{3});  // its dictionary has seen as much
      EXPECT_TRUE(one->add(1, std::int64_t{3}));
    }
    EXPECT_EQ(encoded(column, 0, 3), encoded(want, 0, 3)) << repeats;
  }
}

TEST(AttributeLayout, AColumnsNameSaysItsKeyAndType) {
  for (const AttributeColumn& column :
       {AttributeColumn{"http.route", FieldType::kString, true}, AttributeColumn{"a/b-c_d", FieldType::kInt, false},
        AttributeColumn{"x", FieldType::kDouble, false}, AttributeColumn{"y.z", FieldType::kBool, false}}) {
    const auto read = attribute_column(column.name(), column.engine_type());
    ASSERT_TRUE(read) << column.name();
    EXPECT_EQ(read->key, column.key);
    EXPECT_EQ(read->type, column.type);
    EXPECT_EQ(read->repeats, column.repeats);
  }
  EXPECT_FALSE(attribute_column("trace_id", "FixedString(16)"));
  EXPECT_FALSE(attribute_column("int x", "String"));
  EXPECT_EQ((AttributeColumn{"http.route", FieldType::kString, true}).name(), "string http:route");
}

TEST(AttributeLayout, KeysThatAreNoNamesHaveNoColumn) {
  for (const std::string_view key : {"", "a b", "a:b", "ü", "a`b", "a\\b", "x'y"})
    EXPECT_FALSE(can_have_column(key)) << key;
  EXPECT_FALSE(can_have_column(std::string(129, 'k')));
  EXPECT_TRUE(can_have_column("http.request.header.x-id"));
}

TEST(AttributeColumns, KeysOfTheLayoutLeaveTheMap) {
  AttributeColumns columns;
  columns.use_layout(std::make_shared<AttributeLayout>(
      std::vector<AttributeColumn>{{"s", FieldType::kString, false}, {"n", FieldType::kInt, true}}));
  columns.use_dataset("default", "shop");
  columns.add_string("s", "text");
  columns.add_string("s", "the same key again");
  columns.add_string("n", "another type");
  columns.add_int("n", 5);
  columns.add_int("other", 6);
  columns.end_row();
  EXPECT_EQ(column_texts::elements(columns.others),
            (column_texts::Texts{"s s=the same key again", "s n=another type", "i other=6"}));
  std::vector<std::string> names;
  AttributeColumns::each(columns, [&](const ColumnInfo& info, const auto& column) {
    EXPECT_EQ(column.size(), 1U);
    names.emplace_back(info.name);
  });
  EXPECT_EQ(names, (std::vector<std::string>{"attributes", "string s", "int n"}));
  FieldSightings seen;
  columns.collect(seen);
  EXPECT_EQ(seen.size(), 5U);  // the dataset itself, s, n twice, other
}

}  // namespace
}  // namespace tetrascope
