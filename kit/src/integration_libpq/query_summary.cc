#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "tetrascope/kit/integrations/libpq.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kLongest = 255;

bool is_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<signed char>(c) < 0;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Takes words off the front of a statement: names with their qualifiers and quotes as one, other characters singly.
class Words {
 public:
  explicit Words(std::string_view sql) : rest_(sql) {}

  /// Empty at the end.
  std::string_view next() {
    skip_space();
    std::size_t end = 0;
    while (end < rest_.size() && (is_name(rest_[end]) || rest_[end] == '"' || (end > 0 && rest_[end] == '.'))) {
      const bool quoted = rest_[end] == '"';
      const auto close = quoted ? rest_.find('"', end + 1) : end;
      end = close == std::string_view::npos ? rest_.size() : close + 1;
    }
    if (end == 0 && !rest_.empty()) end = 1;
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }
  char peek() {
    skip_space();
    return rest_.empty() ? '\0' : rest_.front();
  }

 private:
  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

/// One statement, word by word: operations and the tables they name, in their order.
class Summary {
 public:
  void take(std::string_view word, char following) {
    const std::string key = to_lower(word);
    if (wants_ != Wants::kNothing && take_target(word, key, following)) return;
    if (key == "(") {
      levels_.push_back(false);
    } else if (key == ")") {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (key == ",") {
      if (in_list_) wants_ = Wants::kTable;
    } else {
      take_word(word, key);
    }
    if (key == ";") levels_.back() = false;
    begins_ = key == "(" || key == ";" || (key == ")" && !levels_.back());
  }
  std::string text() && { return std::move(text_); }

 private:
  enum class Wants { kNothing, kTable, kTarget, kObject, kNobody };

  void take_word(std::string_view word, const std::string& key) {
    in_list_ = false;
    const bool reads_tables = key == "from" || key == "join" || key == "using";
    if (key == "select" || (begins_ && (key == "delete" || key == "merge" || key == "table"))) {
      operation(word);
      if (key == "table") wants_ = Wants::kTable;
    } else if (begins_ && (key == "insert" || key == "update" || key == "truncate" || key == "copy" || key == "call")) {
      operation(word);
      wants_ = key == "insert" ? Wants::kNothing : Wants::kTarget;
      if (key == "copy") levels_.back() = false;  // FROM names a file
    } else if (begins_ && (key == "create" || key == "alter" || key == "drop")) {
      operation(word);
      wants_ = Wants::kObject;
    } else if (levels_.back() && (reads_tables || key == "into")) {  // not `extract(year FROM …)`
      wants_ = key == "into" ? Wants::kTarget : Wants::kTable;
    } else if (begins_ && key == "with") {
      wants_ = Wants::kNobody;
    } else if (begins_ && levels_.size() == 1 && is_name(word.front())) {
      operation(word);
    }
  }

  /// True when `word` was the name that was waited for, or stands before it.
  bool take_target(std::string_view word, const std::string& key, char following) {
    if (key == "only" || key == "lateral" || key == "if" || key == "not" || key == "exists" || key == "concurrently" ||
        key == "or" || key == "replace" || key == "unique" || key == "temporary" || key == "temp" ||
        key == "recursive") {
      return true;
    }
    const Wants wanted = std::exchange(wants_, Wants::kNothing);
    if (!is_name(word.front()) && word.front() != '"') return false;
    if (wanted == Wants::kObject) {  // CREATE INDEX name
      add(word);
      wants_ = Wants::kTarget;
      return true;
    }
    if (wanted == Wants::kTarget && key == "table") {  // TRUNCATE TABLE name
      wants_ = Wants::kTarget;
      return true;
    }
    in_list_ = wanted == Wants::kTable;
    const bool is_function = wanted == Wants::kTable && following == '(';
    if (!is_function && wanted != Wants::kNobody) add(word);
    begins_ = false;
    return true;
  }

  void operation(std::string_view word) {
    levels_.back() = true;
    add(word);
  }
  void add(std::string_view word) {
    if (full_ || text_.size() + 1 + word.size() > kLongest) {
      full_ = true;  // a name is never cut, and none comes after one that is missing
      return;
    }
    if (!text_.empty()) text_ += ' ';
    text_ += word;
  }

  std::string text_;
  std::vector<bool> levels_ = {false};  // of each open parenthesis: a statement has begun in it
  Wants wants_ = Wants::kNothing;
  bool begins_ = true;    // a statement may begin here
  bool in_list_ = false;  // behind a comma comes a table
  bool full_ = false;
};

}  // namespace

std::string query_summary(std::string_view sql) {
  Words words(sql);
  Summary summary;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) summary.take(word, words.peek());
  return std::move(summary).text();
}

}  // namespace tetrascope::kit
