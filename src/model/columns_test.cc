#include "model/columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "model/schema.h"

namespace tetrascope {
namespace {

template <class Column>
std::string encoded(const Column& column, std::size_t begin, std::size_t end) {
  NativeWriter out;
  column.encode(out, begin, end);
  return std::string(out.view());
}

template <class T>
std::string number(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

TEST(NativeWriter, WritesVarintsAndTexts) {
  const struct {
    std::uint64_t value;
    std::string bytes;
  } table[] = {{0, std::string(1, '\0')},
               {127, "\x7F"},
               {128, std::string("\x80\x01")},
               {300, "\xAC\x02"},
               {~std::uint64_t{0}, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"}};
  for (const auto& [value, bytes] : table) {
    NativeWriter out;
    out.varint(value);
    EXPECT_EQ(out.view(), bytes);
  }
  NativeWriter out;
  out.text("ab");
  EXPECT_EQ(out.view(), std::string_view("\x02"
                                         "ab"));
}

TEST(Dictionary, GivesEachTextOneNumber) {
  Dictionary dictionary;
  EXPECT_EQ(dictionary.id(""), 0U);
  EXPECT_EQ(dictionary.size(), 1U);
  std::vector<std::uint32_t> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(dictionary.id("text " + std::to_string(i)));
  for (int i = 4999; i >= 0; --i) {
    EXPECT_EQ(dictionary.id("text " + std::to_string(i)), ids[static_cast<std::size_t>(i)]);
    EXPECT_EQ(dictionary.at(ids[static_cast<std::size_t>(i)]), "text " + std::to_string(i));
  }
  EXPECT_EQ(dictionary.size(), 5001U);
  EXPECT_EQ(dictionary.at(0), "");
  const std::string with_nul("a\0b", 3);
  EXPECT_NE(dictionary.id(with_nul), dictionary.id("a"));
  dictionary.clear();
  EXPECT_EQ(dictionary.size(), 1U);
  EXPECT_EQ(dictionary.id("text 7"), 1U);
}

TEST(StringColumn, EncodesARangeAndForgetsTakenBackRows) {
  StringColumn column;
  for (const std::string_view text : {"one", "", "three", "four"}) column.add(text);
  EXPECT_EQ(encoded(column, 1, 3), std::string("\0\x05three", 7));
  column.truncate(1);
  column.add("2");
  EXPECT_EQ(column.size(), 2U);
  EXPECT_EQ(encoded(column, 0, 2),
            "\x03one\x01"
            "2");
  column.truncate(0);
  EXPECT_EQ(column.size(), 0U);
  EXPECT_EQ(encoded(column, 0, 0), "");
}

TEST(LowCardinalityColumn, WritesItsDictionaryAndTheNarrowestIndexes) {
  LowCardinalityColumn column;
  for (const std::string_view text : {"a", "", "b", "a"}) column.add(text);
  const std::string head = number<std::uint64_t>(1U << 9) + number<std::uint64_t>(3) +
                           std::string(
                               "\0\x01"
                               "a\x01"
                               "b",
                               5);
  EXPECT_EQ(encoded(column, 0, 4), head + number<std::uint64_t>(4) + std::string("\x01\0\x02\x01", 4));
  EXPECT_EQ(encoded(column, 2, 4), head + number<std::uint64_t>(2) + std::string("\x02\x01", 2));
  EXPECT_EQ(encoded(column, 2, 2), "");
}

TEST(LowCardinalityColumn, WidensItsIndexes) {
  for (const auto& [texts, width, bytes] :
       {std::tuple{255, 0U, 1U}, std::tuple{256, 1U, 2U}, std::tuple{65535, 1U, 2U}, std::tuple{65536, 2U, 4U}}) {
    LowCardinalityColumn column;
    for (int i = 0; i < texts; ++i) column.add(std::to_string(i));
    const std::string out = encoded(column, 0, column.size());
    EXPECT_EQ(out.substr(0, 8), number<std::uint64_t>(width | (1U << 9))) << texts;
    EXPECT_EQ(out.substr(8, 8), number<std::uint64_t>(static_cast<std::uint64_t>(texts) + 1)) << texts;
    const std::string last = number<std::uint32_t>(static_cast<std::uint32_t>(texts)).substr(0, bytes);
    EXPECT_EQ(out.substr(out.size() - bytes), last) << texts;
  }
}

TEST(ArrayColumn, OffsetsBeginAtTheRange) {
  ArrayColumn<NumberColumn<std::uint8_t>> column;
  const auto add_row = [&](std::initializer_list<std::uint8_t> row) {
    for (const auto value : row) column.elements.add(value);
    column.end_row();
  };
  add_row({1, 2});
  add_row({});
  add_row({3});
  EXPECT_EQ(encoded(column, 1, 3), number<std::uint64_t>(0) + number<std::uint64_t>(1) + "\x03");
  // A row that failed half-way has elements but no end.
  column.elements.add(9);
  column.truncate(3);
  EXPECT_EQ(column.elements.size(), 3U);
  column.truncate(1);
  add_row({7});
  EXPECT_EQ(encoded(column, 0, 2), number<std::uint64_t>(2) + number<std::uint64_t>(3) + std::string("\x01\x02\x07"));
}

TEST(MapColumn, KeysAndValuesStayTogetherWhenRowsAreTakenBack) {
  MapColumn column;
  column.add("a", "1");
  column.end_row();
  column.add("b", "2");
  column.add("c", "3");  // no end_row: the request failed here
  column.truncate(1);
  column.add("c", "4");
  column.end_row();
  EXPECT_EQ(column.size(), 2U);
  const std::string offsets = number<std::uint64_t>(1) + number<std::uint64_t>(2);
  const std::string keys = number<std::uint64_t>(1U << 9) + number<std::uint64_t>(4) +
                           std::string(
                               "\0\x01"
                               "a\x01"
                               "b\x01"
                               "c",
                               7) +
                           number<std::uint64_t>(2) + "\x01\x03";
  const std::string none_is_null(2, '\0');
  EXPECT_EQ(encoded(column, 0, 2), offsets + keys + none_is_null +
                                       "\x01"
                                       "1"
                                       "\x01"
                                       "4");
}

TEST(TableColumns, FindsTheColumnThatADecoderForgot) {
  SpanColumns spans;
  EXPECT_EQ(spans.misaligned(), "");
  const Origin origin;
  spans.origin.add(UnixNanos{1}, origin);
  EXPECT_EQ(spans.rows(), 1U);
  EXPECT_EQ(spans.misaligned(), "trace_id");
  spans.truncate(0);
  EXPECT_EQ(spans.rows(), 0U);
  EXPECT_EQ(spans.misaligned(), "");
}

TEST(Schema, EveryTableDescribesEveryColumn) {
  ASSERT_EQ(all_tables().size(), 6U);
  for (const auto& table : all_tables()) {
    EXPECT_EQ(find_table(table.name), &table);
    std::vector<std::string> names;
    for (const auto& column : table.columns) {
      EXPECT_FALSE(column.type.empty()) << table.name << "." << column.name;
      EXPECT_FALSE(column.help.empty()) << table.name << "." << column.name;
      EXPECT_EQ(std::ranges::count(names, column.name), 0) << table.name << "." << column.name << " twice";
      names.push_back(column.name);
    }
  }
  EXPECT_EQ(find_table("no such table"), nullptr);
}

TEST(TimeBucket, RoundsDownAlsoBefore1970) {
  for (const std::int64_t step : {kBucketNanos, kSpanBucketNanos}) {
    EXPECT_EQ(time_bucket(UnixNanos{0}, step), 0);
    EXPECT_EQ(time_bucket(UnixNanos{step - 1}, step), 0);
    EXPECT_EQ(time_bucket(UnixNanos{step}, step), 1);
    EXPECT_EQ(time_bucket(UnixNanos{-1}, step), -1);
    EXPECT_EQ(time_bucket(UnixNanos{-step}, step), -1);
    EXPECT_EQ(time_bucket(UnixNanos{-step - 1}, step), -2);
  }
}

TEST(WholeSeconds, RoundDownAlsoBefore1970) {
  EXPECT_EQ(whole_seconds(UnixNanos{1'999'999'999}), 1);
  EXPECT_EQ(whole_seconds(UnixNanos{0}), 0);
  EXPECT_EQ(whole_seconds(UnixNanos{-1}), -1);
  EXPECT_EQ(whole_seconds(UnixNanos{-1'000'000'000}), -1);
  EXPECT_EQ(whole_seconds(UnixNanos{-1'000'000'001}), -2);
}

}  // namespace
}  // namespace tetrascope
