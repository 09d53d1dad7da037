#pragma once
// What every query language compiles to: values only. docs/adr/0003-plan.md says why it has this form and what it will
// carry later; sql_writer.h turns it into SQL; check.h says whether it makes sense.
//
//   Plan = reads (tables → named columns, united) → stages, each a table in and a table out
//
// Missing values are SQL's: a function of a missing value is missing, a filter keeps only what is true. A language with
// another rule says so with is_missing, coalesce and if_, so that the rule stands in the plan and not in the writer.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/field_catalogue.h"
#include "model/value.h"

namespace tetrascope::plan {

/// Static type of an expression.
///   kInt     64 bits; arithmetic wraps around as two's complement
///   kDouble  IEEE 754, NaN and infinities included
///   kTime    nanoseconds since 1970 (UTC)
///   kId      8 or 16 raw bytes: compared for equality, grouped, written by kIdText; a cell is Bytes
///   k…Array  never missing: an array that was not sent is empty
///   kAny     of any type at run time (an attribute that clients send in several): it can be grouped, counted, sorted,
///            tested for being missing, and converted; nothing else
enum class Type { kBool, kInt, kDouble, kString, kTime, kId, kIntArray, kDoubleArray, kStringArray, kIdArray, kAny };

/// Where an attribute stands. Item: the span, log record, metric point or event itself.
enum class Level { kItem, kScope, kResource };

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;
struct Plan;

/// A constant. Never part of the SQL text: it travels as a parameter.
struct Literal {
  Value value;  ///< missing, bool, int, double, string, Bytes (kId) or an Array of one of these (for Function::kIn)
  Type type;    ///< what it is; kTime for an int that is nanoseconds; k…Array for an Array; with kAny any value
};
/// A column of the table being read (model/schema.h). Only in a TableRead.
struct TableColumn {
  std::string name;
};
/// An attribute of the row being read, as one type (bool, int, double, string or any): missing when absent or of
/// another type. kAny takes whichever there is. kInt and kDouble do not meet here: a language that mixes them asks for
/// both and coalesces (query/fields.h does). In a read that opens span events, kItem is the event. Only in a TableRead.
struct Attribute {
  Level level = Level::kItem;
  std::string key;
  Type type = Type::kAny;
  /// For kAny: the types that the key is known to come in, so that no other place is looked at.
  FieldTypes types = FieldTypes::all();
  /// Not empty: of the span's first event of this name instead. Only of kItem, in a read of spans that opens nothing.
  std::string of_event = {};
};
/// All attributes of one level, as one kAny that is an object; missing when the level has none. Only in a TableRead.
struct AllAttributes {
  Level level = Level::kItem;
};
/// A column that an earlier stage, or the read, named. Not in a TableRead.
struct Field {
  std::string name;
};

enum class Function {
  // logic
  kAnd,
  kOr,
  kNot,
  kIf,        ///< (condition, then, …condition, then, else): a missing condition is not true
  kCoalesce,  ///< the first that is not missing
  kIsMissing,
  // Where branches of kIf and kCoalesce differ: int and double meet as double, other scalars as kAny.
  // comparison: two of one type (int and double meet as double, an id is equal or not); kIn takes a literal array
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIn,
  // arithmetic: ints stay ints, with a double all is double; kDiv is always a double. Division and modulo by zero, the
  // logarithm of what is not positive and the root of what is negative are missing. Time ± int and time − time work.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kNegate,
  kAbs,
  kFloor,
  kCeil,
  kLog10,
  kSqrt,
  kRound,      ///< half away from zero
  kHaversine,  ///< (latitude, longitude, latitude, longitude in degrees) → kilometres along the great circle
  kLeast,
  kGreatest,  ///< of those that are not missing
  // text: lengths and positions in characters
  kConcat,
  kStartsWith,
  kEndsWith,
  kContains,
  kContainsAnyCase,  ///< (text, part): upper and lower case are one
  kLower,
  kUpper,
  kLength,
  kByteLength,
  kSubstring,       ///< (text, first from 0[, length])
  kReplace,         ///< (text, what, by): every occurrence
  kReplaceMatches,  ///< (text, RE2 literal, literal text): every match by that text
  kTrim,            ///< (text[, characters, a literal]): white space unless said
  kMatches,         ///< (text, RE2 literal) → bool; in patterns `.` is no line end unless (?s) says so
  kExtract,  ///< (text, RE2 literal) → first group, or the whole match where there is none; missing without a match
  kCountMatches,  ///< (text, RE2 literal) → int
  kAllMatches,    ///< (text, RE2 literal) → texts: every whole match, from the left
  kNaturalKey,    ///< text whose order by bytes is the other's with runs of digits compared as numbers
  // encodings of text; a decoder's answer is missing for what it cannot decode, and has U+FFFD for bytes that are no
  // text
  kUrlEncode,
  kUrlDecode,
  kBase64Encode,
  kBase64Decode,
  kHexDecode,  ///< digits, also behind `0x`, as the text whose bytes they are
  kHexToInt,   ///< the same as a number; missing for more than 63 bits
  kIntToHex,   ///< `0x1f`, `-0x1f`
  kMd5,
  kSha256,  ///< both in lower-case hex
  kHash,    ///< (text, int, time or id) → int from 0 to 2^63-1, evenly spread and for ever the same of the same value
  // conversion of any scalar but times and ids: missing where it makes no sense ("abc" as a number). Doubles and
  // numbers
  // in text lose their fraction as ints; true is 1; numbers but 0 and the text "true" are true, 0 and "false" false
  kToInt,
  kToDouble,
  kToString,
  kToBool,
  kToAny,
  kTypeName,  ///< "string", "int", "double", "bool", "json"; missing for missing
  // time
  kTimeBucket,     ///< (time, width in nanoseconds, a literal) → the start of its bucket, counted from the epoch
  kFormatTime,     ///< (time, strftime format literal[, name of a time zone, a literal]): in UTC unless said
  kParseTime,      ///< (text) → time: RFC 3339, with `T` or a blank; missing for anything else
  kParseTimeLike,  ///< (text, literal pattern of letters as `yyyy-MM-dd`, literal name of a time zone) → time
  kToNanos,
  kFromNanos,  ///< time ↔ int
  // structure
  kJsonGet,   ///< (text or kAny holding JSON, literals: key or index from 0 …) → kAny; missing for what is no JSON
  kJsonText,  ///< the same → text, read in one pass: a string's own, a number's shortest, true and false as 1 and 0,
              ///< anything else as JSON; missing also for null
  kJsonElements,  ///< (text or kAny holding JSON) → the elements of a list, each as kJsonText gives it; what is no list
                  ///< is a list of one
  kJsonSplit,     ///< (text, text) → kAny: the list of the parts between occurrences of the second
  kJsonLength,    ///< (text or kAny holding JSON) → int: elements of a list; missing for anything else
  kJsonHas,       ///< (text or kAny holding JSON, text) → whether it is a list with such an element
  kIdText,        ///< (id column of 8 or 16 bytes) → lower-case hex, "" for all zero
  kArrayLength,
  // IP addresses in text: kIpInSubnet takes a literal, `10.0.0.0/8` or `fd00::/8`; it and kIpIsPrivate (RFC 1918 and
  // 4193) are missing for what is no address
  kIpIsV4,
  kIpIsV6,
  kIpToInt,  ///< of version 4; missing for anything else
  kIpInSubnet,
  kIpIsPrivate,
};
struct Call {
  Function function;
  std::vector<ExprPtr> arguments;
};
/// True for rows whose `needle` is among the values of the only column of `plan`: trace-level conditions
/// ("a trace that has a span such that …") and every other semi-join.
struct InPlan {
  ExprPtr needle;
  std::shared_ptr<const Plan> plan;
};

struct Expr {
  std::variant<Literal, TableColumn, Attribute, AllAttributes, Field, Call, InPlan> node;
};

struct Named {
  std::string name;
  ExprPtr expr;
};

// ---- stages ----

/// Keeps rows for which `condition` is true.
struct Filter {
  ExprPtr condition;
};
/// Adds columns, or replaces those of the same name. Each sees the columns that came in, not its neighbours.
struct Compute {
  std::vector<Named> columns;
};
/// Takes new text columns out of `input` by one RE2 pattern: group i becomes `names[i]`. Rows without a match keep
/// missing ones.
struct Parse {
  ExprPtr input;
  std::string pattern;
  std::vector<std::string> names;
};

enum class AggregateOp {
  kCount,          ///< rows (no argument) or rows where the argument is not missing
  kCountDistinct,  ///< never weighted; exact for small sets, within a percent for large ones
  kSum,            ///< of ints an int, missing when it does not fit
  kAverage,
  kMin,
  kMax,
  kQuantile,   ///< `level` 0 … 1; a value of the group, or, of millions of rows, by t-digest: within a fraction of a
               ///< percent of rank, seven digits (sql_writer.h: Quantiles)
  kHistogram,  ///< counts of `bins` equal steps from `low`, each `step` wide; the first and last take what lies outside
  kFirst,
  kLast,               ///< of the argument where it is not missing, by the time column named in Aggregate::time
  kAnyValue,           ///< one that is not missing
  kStandardDeviation,  ///< of the population
  kVariance,           ///< of the population
  kValues,             ///< the distinct values as text, sorted, at most `bins` of them → kAny holding a list
  kTopValues,          ///< the `bins` most frequent values as text, approximately → kAny holding a list
  kRanges,  ///< counts in `bins` ranges of equal width from the least to the greatest number → kAny: an object whose
            ///< members are `from-to`
  kConcurrency,  ///< argument: duration in ns; covered time of each time bucket divided by its width. Needs one key
                 ///< that is kTimeBucket of the column Aggregate::time; rows then reach into every bucket that they
                 ///< cover
};
struct AggregateCall {
  std::string name;
  AggregateOp op = AggregateOp::kCount;
  ExprPtr argument;  ///< null for kCount of rows
  ExprPtr where;     ///< null, or only rows for which it is true
  double level = 0;
  double low = 0;
  double step = 1;
  int bins = 0;
};
/// One row a distinct value of `keys` (one in all without keys). Output columns: keys, `level` if it has a name, calls.
struct Aggregate {
  std::vector<Named> keys;
  std::vector<AggregateCall> calls;
  /// Each adds rows by only these of the keys, in the same pass over the rows; the others are missing there. No two the
  /// same, none with all keys; needs `level`. Not beside kConcurrency.
  std::vector<std::vector<std::string>> rollups = {};
  /// Names an integer column: 0 in a row by all keys, i + 1 in one of rollups[i].
  std::string level = {};
  /// An integer column: how many rows each row stands for (sample rate; missing = 1). "" = 1. kCount, kSum, kAverage,
  /// kQuantile, kHistogram and kConcurrency are weighted by it, the others never.
  std::string weight = {};
  std::string time = {};  ///< for kFirst, kLast and kConcurrency
};

enum class MissingOrder { kFirst, kLast };
struct SortKey {
  ExprPtr expr;
  bool descending = false;
  MissingOrder missing = MissingOrder::kLast;
};
/// Values of one type by their order; kAny: numbers, then text, then booleans, then the rest. Text by bytes. The order
/// holds until an Aggregate, and is the answer's order.
struct Sort {
  std::vector<SortKey> keys;
};
struct Limit {
  std::uint64_t count = 0;
  std::uint64_t offset = 0;
  std::vector<std::string> by;  ///< not empty: so many for each distinct value of these columns
};
/// Keeps the first row of each distinct value of `columns`, in the order that holds.
struct Dedup {
  std::vector<std::string> columns;
};
/// Keeps these columns, in this order.
struct Project {
  std::vector<std::string> columns;
};
/// One row an element of the array column, which takes the element's type; rows with an empty array vanish.
struct Unnest {
  std::string column;
};
enum class JoinKind { kInner, kLeft };
/// Columns of `right` come in under its own names; its keys do not. At most one row of the right side meets a row of
/// the left, but with `all` every one.
struct Join {
  JoinKind kind = JoinKind::kLeft;
  std::shared_ptr<const Plan> right;
  std::vector<std::pair<std::string, std::string>> keys;  ///< left column, right column
  bool all = false;
};

/// kRowNumber counts from 1; kRunningSum is of this row and those before it; kLag is the value `distance` rows before,
/// missing where there is none; kLastKnown the last that is not missing, up to this row.
enum class WindowOp { kRowNumber, kRunningSum, kLag, kLastKnown };
struct WindowCall {
  std::string name;
  WindowOp op = WindowOp::kRowNumber;
  ExprPtr argument;  ///< null for kRowNumber; no list
  std::uint64_t distance = 1;
};
/// Adds columns that look at the rows before, in the order that holds; with `by`, of equal values in these columns.
struct Window {
  std::vector<WindowCall> calls;
  std::vector<std::string> by;
};

using Stage = std::variant<Filter, Compute, Parse, Aggregate, Sort, Limit, Dedup, Project, Unnest, Join, Window>;

// ---- the plan ----

/// kDocuments have no attributes: only their columns can be asked for.
enum class Table { kSpans, kLogs, kOccurrences, kMetrics, kDocuments };

/// Event time, half open: from ≤ t < to. Of span events their own time, if their span began at most an hour before
/// `from`.
struct TimeRange {
  UnixNanos from;
  UnixNanos to;
};
/// All times that a store can hold: a side that stands here asks for no condition.
inline constexpr TimeRange kAllTime{{std::numeric_limits<std::int64_t>::min()},
                                    {std::numeric_limits<std::int64_t>::max()}};
struct TableRead {
  Table table = Table::kSpans;
  /// Array columns that open side by side, one row an element: span events (event_time, event_name, …) or links
  /// (link_trace_id, …). In `columns` and `where` they are then scalars.
  std::vector<std::string> unnest;
  std::vector<Named> columns;  ///< every read of a plan has the same names, in the same order, and types that meet
  ExprPtr where;               ///< null: all
  std::optional<TimeRange> range = {};  ///< in the place of the plan's
};
struct Plan {
  TimeRange range;
  std::vector<TableRead> reads;
  std::vector<Stage> stages;
};

// ---- short ways to say it ----

/// Its type is the value's: an array has its elements' (ints among doubles are doubles), a missing one is kAny.
ExprPtr literal(Value value);
/// For instance a missing value of a type.
ExprPtr literal(Value value, Type type);
ExprPtr time_literal(UnixNanos time);
ExprPtr column(std::string name);
ExprPtr field(std::string name);
ExprPtr attribute(Level level, std::string key, Type type = Type::kAny);
ExprPtr all_attributes(Level level);
ExprPtr call(Function function, std::vector<ExprPtr> arguments);
ExprPtr in_plan(ExprPtr needle, Plan plan);
/// `left` AND `right`; either may be null, which is no condition.
ExprPtr both(ExprPtr left, ExprPtr right);

}  // namespace tetrascope::plan
