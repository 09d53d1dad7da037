#pragma once
// Values in SQL: literals as parameters, conversions between types, and kAny, which the engine sees as Nullable(String)
// holding the store's JSON (model/value.h).

#include <string>

#include "query/plan.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// SQL of one expression, ready to stand as an argument: a name, a call, a placeholder or something in parentheses.
struct TypedSql {
  std::string text;
  Type type = Type::kAny;
};

/// The SQL type that holds a plan type: `Nullable(Int64)`.
std::string_view engine_type(Type type);

TypedSql literal_sql(const Literal& literal, StatementBuilder& out);
/// A list as an array.
std::string list_sql(const Literal& list, Type needle, StatementBuilder& out);
/// The list of a kIn, which is not empty, as the right side of IN. `needle`: what is looked for. Of an array the engine
/// makes a search from its beginning to its end, once a row, and asks no index: a thousand ids in 2 M rows took 17 s.
/// Of a subquery it makes a set (22 ms), so arrays are for short lists alone, of what no index knows.
std::string set_sql(const Literal& list, Type needle, StatementBuilder& out);
std::string missing_sql(Type type);

/// `from` and `to` meet (types.h) in `to`.
std::string convert_sql(TypedSql value, Type to);
/// kToInt, kToDouble, kToString, kToBool, kToAny and kTypeName.
std::string cast_sql(Function function, const TypedSql& value);

/// `literal`: what `part` is, where the plan says it.
std::string contains_any_case_sql(const std::string& text, const std::string& part, const std::string* literal);

/// A Float64, Nullable or not, as JSON from which a double comes back: `1.0`, `{"$double":"NaN"}`.
std::string double_to_json(const std::string& value);

}  // namespace tetrascope::plan
