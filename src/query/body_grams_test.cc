#include "query/body_grams.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tetrascope::plan {
namespace {

using F = Function;

ExprPtr of(F function, std::string text) { return call(function, {column("body"), literal(Value(std::move(text)))}); }
ExprPtr of_field(F function, std::string text) {
  return call(function, {field("text"), literal(Value(std::move(text)))});
}

TableRead logs(ExprPtr where) {
  TableRead read;
  read.table = Table::kLogs;
  read.columns = {{"text", call(F::kIf, {call(F::kNe, {column("body_type"), literal(Value(std::string("")))}),
                                         column("body"), literal(Value(), Type::kString)})}};
  read.where = std::move(where);
  return read;
}

/// The condition with its values in it.
std::string asked(const TableRead& read, const std::vector<Stage>& stages = {}) {
  StatementBuilder out;
  std::string sql = body_grams_sql(read, stages, out);
  for (const auto& parameter : std::move(out).take().parameters) {
    const std::string place = "{" + parameter.name + ":String}";
    for (std::size_t at = 0; (at = sql.find(place)) != std::string::npos;)
      sql.replace(at, place.size(), parameter.value);
  }
  for (std::size_t at = 0; (at = sql.find("toValidUTF8(lower(body)) LIKE ")) != std::string::npos;) sql.erase(at, 30);
  return sql;
}

TEST(BodyGramsSql, TextsAreRunsOfAsciiInLowerCase) {
  const struct {
    F function;
    const char* text;
    const char* sql;
  } kCases[] = {
      {F::kContains, "Needle", "indexHint(%needle%)"},
      {F::kContainsAnyCase, "NEEDLE", "indexHint(%needle%)"},
      {F::kStartsWith, "needle", "indexHint(%needle%)"},
      {F::kEndsWith, "needle", "indexHint(%needle%)"},
      {F::kEq, "needle", "indexHint(%needle%)"},
      {F::kContains, "", ""},
      {F::kContains, "ab", ""},
      {F::kContains, "a%_\\", "indexHint(%a\\%\\_\\\\%)"},
      {F::kContains, "Kilo\u00C9west", "indexHint(%kilo%west%)"},
      {F::kContainsAnyCase, "kilo\u00E9west", "indexHint(%west%)"},
      {F::kContains, "ab\u00E9cd", ""},
      {F::kMatches, "time out", "indexHint(%time out%)"},
      {F::kMatches, "time.out", ""},
      {F::kMatches, "(?i)skybox", "indexHint(%ybox%)"},
      {F::kMatches, "ABC|abcd", ""},
      {F::kNe, "needle", ""},
  };
  for (const auto& one : kCases) EXPECT_EQ(asked(logs(of(one.function, one.text))), one.sql) << one.text;
}

TEST(BodyGramsSql, OfOrAllPartsAreKnownOfAndSome) {
  const ExprPtr unknown = call(F::kNot, {of(F::kContains, "never")});
  const ExprPtr one = of(F::kContains, "one");
  const ExprPtr two = of(F::kContains, "two");
  EXPECT_EQ(asked(logs(call(F::kAnd, {one, unknown, two}))), "indexHint(%one% AND %two%)");
  EXPECT_EQ(asked(logs(call(F::kOr, {one, two}))), "indexHint((%one% OR %two%))");
  EXPECT_EQ(asked(logs(call(F::kOr, {one, unknown}))), "");
  EXPECT_EQ(asked(logs(call(F::kOr, {call(F::kAnd, {one, unknown}), two}))), "indexHint((%one% OR %two%))");
  EXPECT_EQ(asked(logs(unknown)), "");
}

TEST(BodyGramsSql, FiltersOfStagesCountWhileTheBodyCanBeFollowed) {
  const Stage filter = Filter{of_field(F::kContains, "needle")};
  const std::string found = "indexHint(%needle%)";
  EXPECT_EQ(asked(logs(nullptr), {filter}), found);
  EXPECT_EQ(asked(logs(nullptr), {Sort{{{field("text")}}}, filter}), found);
  EXPECT_EQ(asked(logs(nullptr), {Compute{{{"other", field("text")}}}, filter}), found);
  EXPECT_EQ(asked(logs(nullptr), {Compute{{{"text", literal(Value(std::string("needle")))}}}, filter}), "");
  EXPECT_EQ(asked(logs(nullptr), {Parse{field("text"), "(needle)", {"text"}}, filter}), "");
  EXPECT_EQ(asked(logs(nullptr), {Limit{5, 0, {}}, filter}), "") << "it would be another five";
}

TEST(BodyGramsSql, OtherTablesHaveNone) {
  TableRead read = logs(nullptr);
  read.table = Table::kSpans;
  EXPECT_EQ(asked(read, {Filter{of_field(F::kContains, "needle")}}), "");
}

TEST(BodyGramsSql, SoManyTextsAreLookedUp) {
  std::vector<ExprPtr> texts;
  for (std::size_t i = 0; i <= kMaxBodyTexts; ++i) texts.push_back(of(F::kContains, "text" + std::to_string(i)));
  const std::string all = asked(logs(call(F::kAnd, texts)));
  EXPECT_NE(all.find("%text15%"), std::string::npos);
  EXPECT_EQ(all.find("%text16%"), std::string::npos);
  EXPECT_EQ(asked(logs(call(F::kOr, texts))), "") << "a part that is not asked for could be the one that holds";
  EXPECT_EQ(asked(logs(of(F::kContains, std::string(1000, 'a')))).size(), std::string("indexHint(%%)").size() + 256);
}

}  // namespace
}  // namespace tetrascope::plan
