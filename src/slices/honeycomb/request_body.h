#pragma once
// Reading the JSON object of a management call, member by member, with every member that is wrong reported.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/honeycomb/answers.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

/// Whatever the Content-Type says (3.0). Errors: kMalformed.
Result<Object> read_body_object(const Request& request);

/// Counts the refusal and names every wrong member. `problems` is not empty.
Response refuse_fields(Middle& middle, const Request& request, const std::vector<FieldProblem>& problems);

/// A member that is absent or null is nullopt; one of another type is reported.
class BodyReader {
 public:
  /// Keeps a reference. `path`: in front of the names of members in problems.
  explicit BodyReader(const Object& object, std::string path = {}) : object_(object), path_(std::move(path)) {}

  std::optional<std::string> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  const Object* object(std::string_view name);

  void problem(std::string_view name, std::string_view code, std::string description) {
    problems_.push_back({path_ + std::string(name), code, std::move(description)});
  }
  void take_problems(const BodyReader& nested) {
    problems_.insert(problems_.end(), nested.problems_.begin(), nested.problems_.end());
  }
  [[nodiscard]] const std::vector<FieldProblem>& problems() const { return problems_; }

 private:
  [[nodiscard]] const Value* member(std::string_view name) const;

  const Object& object_;
  std::string path_;
  std::vector<FieldProblem> problems_;
};

}  // namespace tetrascope::honeycomb
