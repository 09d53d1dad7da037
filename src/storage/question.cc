#include "storage/question.h"

#include <optional>

namespace tetrascope {
namespace {

thread_local int depth = 0;
thread_local std::chrono::steady_clock::time_point outermost;

}  // namespace

Question::Question(std::chrono::steady_clock::time_point began) {
  if (depth++ == 0) outermost = began;
}

Question::~Question() { --depth; }

std::chrono::steady_clock::time_point Question::began() {
  return depth > 0 ? outermost : std::chrono::steady_clock::now();
}

}  // namespace tetrascope
