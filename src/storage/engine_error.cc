#include "storage/engine_error.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>

#include "base/log.h"
#include "storage/engine_settings.h"

namespace tetrascope {
namespace {

enum Number {
  kTooManyRows = 158,
  kTimeoutExceeded = 159,
  kTooSlow = 160,
  kMemoryLimitExceeded = 241,
  kTooManyParts = 252,
  kTooManyBytes = 307,
  kThrownByQuery = 395,
  kTooManyRowsOrBytes = 396,
};

/// The engine is whole and may take the same later: full disk, full process list, a server or a network that is away.
constexpr std::array kLater = {
    74,   // CANNOT_READ_FROM_FILE_DESCRIPTOR
    75,   // CANNOT_WRITE_TO_FILE_DESCRIPTOR: no space left on device
    76,   // CANNOT_OPEN_FILE
    77,   // CANNOT_CLOSE_FILE
    87,   // CANNOT_SEEK_THROUGH_FILE
    88,   // CANNOT_TRUNCATE_FILE
    159,  // TIMEOUT_EXCEEDED: of an insert; queries are asked first
    172,  // CANNOT_CREATE_DIRECTORY
    173,  // CANNOT_ALLOCATE_MEMORY
    198,  // DNS_ERROR
    202,  // TOO_MANY_SIMULTANEOUS_QUERIES
    203,  // NO_FREE_CONNECTION
    204,  // CANNOT_FSYNC: what a disk says that is full or breaks
    209,  // SOCKET_TIMEOUT
    210,  // NETWORK_ERROR
    214,  // CANNOT_STATVFS
    236,  // ABORTED
    241,  // MEMORY_LIMIT_EXCEEDED
    242,  // TABLE_IS_READ_ONLY
    243,  // NOT_ENOUGH_SPACE
    252,  // TOO_MANY_PARTS
    279,  // ALL_CONNECTION_TRIES_FAILED
    285,  // TOO_FEW_LIVE_REPLICAS
    294,  // CANNOT_WRITE_TO_FILE
    319,  // UNKNOWN_STATUS_OF_INSERT
    394,  // QUERY_WAS_CANCELLED
    400,  // CANNOT_STAT
    425,  // SYSTEM_ERROR
    439,  // CANNOT_SCHEDULE_TASK
    458,  // CANNOT_UNLINK
    521,  // ATOMIC_RENAME_FAIL
    531,  // CANNOT_FSTAT
    586,  // CANNOT_CREATE_FILE
    999,  // KEEPER_EXCEPTION
};

/// The rows themselves are not what the table takes.
constexpr std::array kBadRows = {
    6,    // CANNOT_PARSE_TEXT
    10,   // NOT_FOUND_COLUMN_IN_BLOCK
    16,   // NO_SUCH_COLUMN_IN_TABLE
    27,   // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    32,   // ATTEMPT_TO_READ_AFTER_EOF
    33,   // CANNOT_READ_ALL_DATA
    50,   // UNKNOWN_TYPE
    53,   // TYPE_MISMATCH
    70,   // CANNOT_CONVERT_TYPE
    117,  // INCORRECT_DATA
    128,  // TOO_LARGE_ARRAY_SIZE
    131,  // TOO_LARGE_STRING_SIZE
    248,  // INVALID_PARTITION_VALUE
    321,  // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349,  // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    469,  // VIOLATED_CONSTRAINT
};

template <class Numbers>
bool among(const Numbers& numbers, int number) {
  return std::find(std::begin(numbers), std::end(numbers), number) != std::end(numbers);
}

/// A library's exception, which has no number of its own for it.
bool is_of_the_file_system(std::string_view text) { return text.find("filesystem error") != std::string_view::npos; }

bool is_for_now(int number, std::string_view text) { return among(kLater, number) || is_of_the_file_system(text); }

void log_engine_error(std::string_view what, std::string_view text) {
  log_warning("engine: {}: {}", what, text.substr(0, 2000));
}

}  // namespace

int engine_error_number(std::string_view text) {
  constexpr std::string_view kBefore = "Code: ";
  const std::size_t at = text.find(kBefore);
  int number = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kBefore.size(), text.data() + text.size(), number);
  return number;
}

Error insert_error(std::string_view table, std::string_view text) {
  log_engine_error(table, text);
  const int number = engine_error_number(text);
  // One number for "the table has too many parts now" and for "these rows fall into too many partitions", which stays
  // so.
  const bool scattered = number == kTooManyParts && text.find("partitions for single INSERT") != std::string_view::npos;
  if (scattered) return {ErrorCode::kInvalid, "the times of these records lie too far apart to be stored together"};
  // Of an insert: the journal then sends fewer rows at once.
  if (number == kMemoryLimitExceeded) return {ErrorCode::kTooLarge, "cannot store this now; send it again later"};
  if (is_for_now(number, text)) return {ErrorCode::kUnavailable, "cannot store this now; send it again later"};
  if (among(kBadRows, number)) return {ErrorCode::kInvalid, "these records cannot be stored"};
  return {ErrorCode::kInternal, "insert failed"};
}

Error query_error(const QueryBounds& bounds, std::string_view text) {
  const int number = engine_error_number(text);
  if (number == kThrownByQuery) return {ErrorCode::kInvalid, "the rows are not as the query takes them to be"};
  // A bound on the rows that are read or grouped is set by who has another way to ask: no reason to warn.
  if (number != kTooManyRows) log_engine_error("query", text);
  // The server's own http_max_field_value_size, 128 KiB unless its operator chose another; it has no number of its own.
  if (text.find("Field value too long") != std::string_view::npos) {
    return {ErrorCode::kTooLarge, "a value in the query is too long"};
  }
  switch (number) {
    case kTimeoutExceeded:
    case kTooSlow:
      return {ErrorCode::kDeadlineExceeded, "the query took longer than " + std::to_string(bounds.time.count()) +
                                                " ms; ask for a shorter time range or for less"};
    case kTooManyRows:
    case kTooManyBytes:
    case kTooManyRowsOrBytes:
      return {ErrorCode::kTooLarge,
              fmt::format("the answer has more than {} rows or {} MiB; ask for fewer groups or set a limit",
                          bounds.result_rows, result_bytes(bounds) >> 20)};
    case kMemoryLimitExceeded:
      // "(total)" is the whole server's limit: then it is not this query that asks for too much.
      if (text.find("(total)") != std::string_view::npos) break;
      return {ErrorCode::kTooLarge,
              "the query needs too much memory; ask for a shorter time range or for fewer groups"};
    default:
      break;
  }
  if (is_for_now(number, text)) return {ErrorCode::kUnavailable, "cannot answer now; ask again later"};
  return {ErrorCode::kInternal, "query failed"};
}

Error ddl_error(std::string_view text) {
  log_engine_error("schema", text);
  if (is_for_now(engine_error_number(text), text))
    return {ErrorCode::kUnavailable, "cannot change the store's tables now"};
  return {ErrorCode::kInternal, "cannot change the store's tables"};
}

}  // namespace tetrascope
