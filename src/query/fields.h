#pragma once
// From the name of a field to an expression: what every language does with a name that a user wrote.

#include <string>
#include <string_view>

#include "model/field_catalogue.h"
#include "query/plan.h"

namespace tetrascope::plan {

/// In which types a key has been seen, at each level.
struct KnownTypes {
  FieldTypes item;
  FieldTypes scope;
  FieldTypes resource;

  /// Nothing is known: every place is looked at.
  static KnownTypes all() { return {FieldTypes::all(), FieldTypes::all(), FieldTypes::all()}; }
  [[nodiscard]] bool empty() const { return item.empty() && scope.empty() && resource.empty(); }
};

/// `dataset` "" = all of the environment.
KnownTypes known_types(const FieldCatalogue& catalogue, Signal signal, std::string_view environment,
                       std::string_view dataset, const std::string& key);

struct TypedExpr {
  ExprPtr expr;
  Type type;
};

/// The attribute `key`, for a TableRead: the item's before the scope's before the resource's. Reads only places in
/// which the key occurs. Its type is the one that all of them have (double for ints and doubles), else kAny; a key that
/// is not known is a missing kAny.
TypedExpr attribute_of_known_types(const std::string& key, const KnownTypes& known);
/// The same, converted (kToDouble …) to a type that the language wants.
ExprPtr attribute_of_known_types(const std::string& key, const KnownTypes& known, Type wanted);

/// `expr` converted from one type to another by kToInt, kToDouble, kToString, kToBool or kToAny.
ExprPtr convert(ExprPtr expr, Type from, Type to);

/// `column` is one of 16 or 8 raw bytes. `text`: an id in any client's writing (base/ids.h). The condition uses the
/// index on trace ids, which a comparison of kIdText with text cannot.
ExprPtr trace_id_is(std::string column, std::string_view text);
ExprPtr span_id_is(std::string column, std::string_view text);

}  // namespace tetrascope::plan
