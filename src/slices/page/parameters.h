#pragma once
// What stands behind the `?` of a question, read and bounded.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "query/plan.h"

namespace tetrascope::ui {

inline constexpr std::size_t kMaxText = 1024;      ///< bytes of any one parameter
inline constexpr std::size_t kMaxAttributes = 16;  ///< attribute filters of one question
inline constexpr std::int64_t kMaxPage = 500;      ///< rows of one page

/// Errors: kInvalid with the name of a parameter that is not in `names`, comes twice (but for those that end with
/// `attribute`), or is too long.
Result<void> check_names(const Request& request, std::initializer_list<std::string_view> names);

/// `last=15m` (s, m, h or d) is so long until `now`; `from` and `to` are Unix nanoseconds, half open; without any, the
/// last hour. `ahead`: how far `last` reaches beyond now, for clients whose clock is ahead.
Result<plan::TimeRange> read_range(const Request& request, UnixNanos now, std::chrono::nanoseconds ahead = {});

/// A whole number from `least` to `most`, else `otherwise` when it is absent.
Result<std::int64_t> read_number(const Request& request, std::string_view name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise);
/// `true` or `false`; absent is false.
Result<bool> read_flag(const Request& request, std::string_view name);
/// "" when absent.
std::string read_text(const Request& request, std::string_view name);
/// Each `attribute=key=value`, or of another name, split at its first `=`.
Result<std::vector<std::pair<std::string, std::string>>> read_attributes(const Request& request,
                                                                         std::string_view name = "attribute");

/// A place in a list that is sorted by time and then by something.
struct Cursor {
  UnixNanos time;
  std::string rest;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};
/// Which list, and which question about it: the path and every parameter but `cursor` and `limit`, in any order. A
/// cursor carries it, so that none is taken for a place in another list.
std::string question_mark(const Request& request);
/// Errors: kInvalid for text that is no cursor, and for the cursor of another question.
Result<std::optional<Cursor>> read_cursor(const Request& request);
/// `mark`: question_mark() of the request that this cursor goes on from.
std::string write_cursor(std::string_view mark, const Cursor& cursor);

/// All digits of `text` as a number; nullopt for anything else, an overflow too.
std::optional<std::int64_t> parse_int(std::string_view text);

}  // namespace tetrascope::ui
