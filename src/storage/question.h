#pragma once
// One question to the server, however many statements it takes to answer it.

#include <chrono>

namespace tetrascope {

/// While it lives, every Storage::execute() of this thread sees at least what was acknowledged before it began, and
/// waits for nothing that came since: a page of five statements waits once under a stream of inserts, not five times.
/// For whoever does not store in between what is then asked for.
class Question {
 public:
  /// `began`: of the question that another thread helps to answer.
  explicit Question(std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now());
  ~Question();
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  /// Of this thread's outermost question; now where there is none.
  static std::chrono::steady_clock::time_point began();
};

}  // namespace tetrascope
