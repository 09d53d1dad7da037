// Runs tests/cases/query/*.case: a plan, the SQL that it becomes, and what the engine answers over the rows of the
// case. With TETRASCOPE_UPDATE_CASES=1 it writes what it found into the files instead; read the difference before you
// keep it.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "query/case_file.h"
#include "query/case_rows.h"
#include "query/plan_text.h"
#include "query/run.h"
#include "query/sql_writer.h"
#include "query/types.h"
#include "storage/test_store.h"

namespace tetrascope {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(TETRASCOPE_TESTS_DIR) / "cases/query";

/// `rows` with `@name` lines replaced by that file's.
std::string expand(const std::string& rows) {
  std::string out;
  std::istringstream in(rows);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("@")) {
      out += line + "\n";
      continue;
    }
    std::ifstream file(kFolder / line.substr(1), std::ios::binary);
    if (!file) ADD_FAILURE() << "no file " << line;
    out += std::string(std::istreambuf_iterator<char>(file), {});
  }
  return out;
}

std::string shown(const Statement& statement) {
  constexpr std::size_t kShown = 300;
  std::string out = statement.sql + "\n";
  for (const Statement::Parameter& parameter : statement.parameters) {
    const std::string json = to_json(Value(parameter.value.substr(0, kShown)));
    out += fmt::format("{} {} = {}", parameter.name, parameter.type, json);
    out += parameter.value.size() > kShown ? fmt::format(" … {} bytes\n", parameter.value.size()) : "\n";
  }
  return out;
}

bool sorts(const plan::Plan& plan) {
  return std::ranges::any_of(plan.stages,
                             [](const plan::Stage& stage) { return std::holds_alternative<plan::Sort>(stage); });
}

/// One line a row; lines are sorted where the plan gives no order.
std::string shown(const plan::Answer& answer, bool ordered) {
  std::string out;
  for (const plan::OutputColumn& column : answer.columns) {
    std::string name = to_json(Value(column.name.substr(0, 40)));
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, plan::type_name(column.type));
  }
  std::vector<std::string> lines;
  for (const std::vector<Value>& row : answer.rows) {
    std::string line;
    for (const Value& cell : row) line += (line.empty() ? "" : ", ") + to_json(cell);
    lines.push_back(std::move(line));
  }
  if (!ordered) std::ranges::sort(lines);
  for (const std::string& line : lines) out += "\n" + line;
  return out + "\n";
}

/// The store that holds the rows of the case before; most cases share theirs.
class Store {
 public:
  static Storage& with(TestEngine engine, const std::string& rows) {
    Store& store = the();
    if (!store.store_ || store.rows_ != rows || store.engine_ != engine) {
      store.store_.reset();
      store.store_ = std::make_unique<TestStore>(engine);
      store.rows_ = rows;
      store.engine_ = engine;
      if (auto made = migrate(**store.store_); !made) ADD_FAILURE() << made.error().message;
      if (auto put = insert_rows(**store.store_, rows); !put) ADD_FAILURE() << put.error().message;
    }
    return **store.store_;
  }
  /// Before the program exits, as the engine wants it.
  static void close() { the().store_.reset(); }

 private:
  static Store& the() {
    static Store store;
    return store;
  }

  std::unique_ptr<TestStore> store_;
  std::string rows_;
  TestEngine engine_ = TestEngine::kChdb;
};

struct Found {
  std::string sql;
  std::string answer;
  std::string error;
};

/// Cases are about answers: on a busy machine the deepest plan takes longer than a client would wait.
constexpr QueryBounds kPatient{.time = std::chrono::minutes(1)};

Found look(Storage& storage, const std::string& text) {
  Found found;
  const auto plan = plan_from_text(text);
  if (!plan) {
    ADD_FAILURE() << "the plan is not understood: " << plan.error().message;
    return found;
  }
  const auto written = plan::write_sql(*plan);
  if (written) found.sql = shown(written->statement);
  const auto answer = plan::run(storage, *plan, kPatient);
  if (answer) {
    found.answer = shown(*answer, sorts(*plan));
  } else {
    // Only what check() refuses is a case; that the engine refuses a plan is a mistake of ours.
    if (written) ADD_FAILURE() << answer.error().message << "\n" << found.sql;
    found.error = answer.error().message + "\n";
  }
  return found;
}

class PlanCase : public ::testing::TestWithParam<std::tuple<TestEngine, std::filesystem::path>> {
 protected:
  static void TearDownTestSuite() { Store::close(); }
};

TEST_P(PlanCase, AnswersAsWritten) {
  const auto& [engine, path] = GetParam();
  const bool update = std::getenv("TETRASCOPE_UPDATE_CASES") != nullptr;
  CaseFile file = CaseFile::load(path);
  CaseFile updated{file.path, file.remark, {}};
  std::string rows;
  for (std::size_t i = 0; i < file.sections.size(); ++i) {
    const CaseSection& section = file.sections[i];
    if (section.name == "rows") rows = expand(section.body);
    if (section.name == "rows" || section.name == "plan") updated.sections.push_back(section);
    if (section.name != "plan") continue;
    SCOPED_TRACE(section.title);
    const Found found = look(Store::with(engine, rows), section.body);
    if (!found.error.empty()) {
      updated.sections.push_back({"error", "", found.error});
    } else {
      updated.sections.push_back({"sql", "", found.sql});
      updated.sections.push_back({"answer", "", found.answer});
    }
    if (update) continue;
    std::size_t expected = 0;
    for (std::size_t j = i + 1; j < file.sections.size() && file.sections[j].name != "plan"; ++j) {
      const CaseSection& want = file.sections[j];
      if (want.name != "sql" && want.name != "answer" && want.name != "error") continue;
      EXPECT_EQ(want.name == "sql" ? found.sql : want.name == "answer" ? found.answer : found.error, want.body);
      ++expected;
    }
    EXPECT_EQ(expected, found.error.empty() ? 2U : 1U) << "the case does not say what it expects";
  }
  if (update) updated.save();
}

std::string case_name(const ::testing::TestParamInfo<PlanCase::ParamType>& one) {
  std::string name = name_of(std::get<0>(one.param)) + "_" + std::get<1>(one.param).stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, PlanCase,
                         ::testing::Combine(::testing::ValuesIn(possible_test_engines()),
                                            ::testing::ValuesIn(case_files(kFolder))),
                         case_name);

}  // namespace
}  // namespace tetrascope
