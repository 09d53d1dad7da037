#pragma once
// From a formula to an expression of a plan (dossier honeycomb_otlp 5.2, 5.3).

#include <string>

#include "query/plan.h"
#include "slices/honeycomb/formula.h"

namespace tetrascope::honeycomb {

/// A part of a formula as an expression: its type is kBool, kInt, kDouble, kString, or kAny where branches differ.
struct FormulaValue {
  plan::ExprPtr expr;
  plan::Type type = plan::Type::kString;
  /// Of a text column that rows have numbers in too: those. Null elsewhere.
  plan::ExprPtr numbers = {};
  bool null = false;      ///< the word `null`: missing, and of whatever type is wanted
  bool constant = false;  ///< written in the formula
};

/// What the names of a formula stand for.
class FormulaNames {
 public:
  FormulaNames() = default;
  FormulaNames(const FormulaNames&) = delete;
  FormulaNames& operator=(const FormulaNames&) = delete;
  virtual ~FormulaNames() = default;

  /// Errors: kInvalid, in words about the formula.
  virtual Result<FormulaValue> column(const std::string& name) = 0;
  /// kBool: whether the row has the column, whatever its type.
  virtual Result<plan::ExprPtr> presence(const std::string& name) = 0;
  /// kTime: when the row happened.
  virtual Result<plan::ExprPtr> event_time() = 0;
  /// kTime: when it arrived.
  virtual Result<plan::ExprPtr> ingest_time() = 0;
};

/// Errors: those of `names`; kInvalid: an argument that must be written out is not, a pattern or a format that is none.
Result<FormulaValue> plan_formula(const Formula& formula, FormulaNames& names);

}  // namespace tetrascope::honeycomb
