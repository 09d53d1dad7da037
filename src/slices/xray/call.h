#pragma once
// One call of the API, and what its operations share.

#include <optional>
#include <string>
#include <string_view>

#include "model/members.h"
#include "query/plan.h"
#include "slices/xray/answers.h"
#include "slices/xray/filter.h"

namespace tetrascope::xray {

struct Call {
  Middle& middle;
  const Request& request;
  Value body;  ///< an object
  std::string account;
  std::string region;

  [[nodiscard]] ControlStore& control() const { return middle.control; }
  [[nodiscard]] UnixNanos now() const { return request.received; }
  /// `arn:aws:xray:REGION:ACCOUNT:` and `rest`.
  [[nodiscard]] std::string arn(std::string_view rest) const;
};

/// Members of a call's body, checked as the service model has them. Absent ones are nullopt.
Outcomes<std::optional<std::string>> text_member(const Value& body, std::string_view name, std::size_t least,
                                                 std::size_t most);
Outcomes<std::string> required_text(const Value& body, std::string_view name, std::size_t least, std::size_t most);
Outcomes<std::optional<double>> number_member(const Value& body, std::string_view name, double least, double most);
Outcomes<std::optional<std::int64_t>> integer_member(const Value& body, std::string_view name, double least,
                                                     double most);
Outcomes<std::optional<bool>> flag_member(const Value& body, std::string_view name);

/// Epoch seconds, epoch milliseconds, or ISO 8601 (rule 4).
std::optional<UnixNanos> parse_time(const Value& value);
Outcomes<UnixNanos> required_time(const Value& body, std::string_view name);
/// StartTime and EndTime; `most_seconds` is the longest range that is taken.
Outcomes<plan::TimeRange> time_range(const Value& body, double most_seconds, std::string_view too_long);

/// `[start, end)` of the epoch as AWS writes times: a number of seconds.
Value time_value(UnixNanos time);

}  // namespace tetrascope::xray

/// As ASSIGN_OR_RETURN, for Outcomes.
#define XRAY_TRY(target, expression) XRAY_TRY_(target, expression, TETRASCOPE_JOIN(outcome_, __LINE__))
#define XRAY_TRY_(target, expression, outcome)                      \
  auto outcome = (expression);                                      \
  if (!outcome) return std::unexpected(std::move(outcome).error()); \
  target = *std::move(outcome)
/// For a Result of the middle: its error becomes X-Ray's.
#define XRAY_ASK(target, expression) XRAY_ASK_(target, expression, TETRASCOPE_JOIN(asked_, __LINE__))
#define XRAY_ASK_(target, expression, asked)                                         \
  auto asked = (expression);                                                         \
  if (!asked) return std::unexpected(::tetrascope::xray::failure_of(asked.error())); \
  target = *std::move(asked)
