#pragma once
// Events of a group as a plan reads them, and in pages.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "query/plan.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {

/// Rows of the group: those sent to it and, for a service's group, the service's OTLP records. With its retention, and
/// without the streams that were deleted.
Outcome<plan::ExprPtr> group_condition(Call& call, const LogGroup& group);
/// The name of the row's stream: as it was sent; of OTLP records their instance, else `otlp`. For a TableRead.
plan::ExprPtr stream_name_expr();
/// When the row came in, as an order: of two rows of one time, the later has the larger one. For a TableRead.
plan::ExprPtr order_expr();

inline constexpr std::string_view kOtlpStream = "otlp";

/// A gap between events in the order (time, order, message), among those that share `time` and `order` (as OTLP records
/// of one request may).
struct Position {
  std::int64_t time = 0;
  std::int64_t order = 0;
  std::int64_t skip = 0;  ///< so many of them lie before it; below zero, -1 - skip lie behind it
};

struct LogEvent {
  std::int64_t time = 0;  ///< nanoseconds
  std::int64_t order = 0;
  std::int64_t received = 0;
  std::string stream;
  std::string message;
  Position before;  ///< the gap in front of it
  [[nodiscard]] Position after() const { return {before.time, before.order, before.skip + 1}; }
  /// 56 digits: unique, and the same whenever it is read.
  [[nodiscard]] std::string id() const;
};

struct EventSelection {
  plan::ExprPtr condition;  ///< of a TableRead; group_condition() and more
  /// A part of `condition` that needs no message to be read: by it rows are counted, to read only a part of a long
  /// time where that holds enough. Null: all of the time is read at once, which is best for what only the engine tests
  /// and what is rare.
  plan::ExprPtr counted = nullptr;
  /// Not 0: so many rows, at least, are read first where they are counted, and then all others.
  std::size_t first_rows = 0;
  /// Milliseconds, both inclusive.
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  bool backward = false;          ///< newest first
  std::optional<Position> start;  ///< forward: what comes after the gap; backward: before it
  std::size_t limit = 0;
  /// Not null: events for which it is false are left out.
  std::function<bool(std::string_view message)> matches = {};
};

struct EventPage {
  std::vector<LogEvent> events;  ///< in the direction of reading
  bool more = false;             ///< there are, or may be, events beyond `end`
  std::optional<Position> end;   ///< where the next page starts; set when anything was looked at
};

/// A page of at most `limit` events and about a megabyte of messages. It may be shorter, even empty, with `more`: what
/// is looked at for a page is bounded in time.
Result<EventPage> read_events(const plan::Runner& runner, const EventSelection& selection);

}  // namespace tetrascope::cloudwatch_logs
