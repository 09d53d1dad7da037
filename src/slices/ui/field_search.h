#pragma once
// What a filter can be completed with: keys of attributes, and the values of one.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/field_catalogue.h"
#include "query/plan.h"
#include "query/runner.h"

namespace tetrascope::ui {

/// Types that the key has been seen with in any environment.
FieldTypes seen_types(const FieldCatalogue& fields, Signal signal, FieldLevel level, std::string_view key);

struct FieldSearch {
  Signal signal = Signal::kSpans;  ///< kSpans or kLogs
  std::string text;                ///< part of the key, in either case; "": any
  std::size_t limit = 100;
};
/// JSON text: keys of rows and of their resources. First those that begin with the text, then by the alphabet.
std::string list_fields(const FieldCatalogue& fields, const FieldSearch& search);

struct ValueSearch {
  FieldSearch field;  ///< its text is part of the value
  std::string key;
  plan::TimeRange range;
};
inline constexpr std::size_t kValueRows = 100'000;
/// JSON text: the most frequent values among kValueRows rows of the range that have the key, as text.
/// Errors: those of ask().
Result<std::string> list_values(const plan::Runner& runner, const FieldCatalogue& fields, const ValueSearch& search);

}  // namespace tetrascope::ui
