#pragma once
// SQL with its values apart: the only form in which a query reaches an engine.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tetrascope {

/// `sql` names its values `{p0:String}`; text that came from a user is only ever in `parameters`.
struct Statement {
  std::string sql;
  struct Parameter {
    std::string name;
    /// Plain text as the type reads it: any bytes, no quotes, no escapes; arrays as array_literal() writes them.
    /// Over HTTP at most 128 KiB once escaped (a server's http_max_field_value_size); longer is kTooLarge.
    std::string value;
    std::string type = "String";  ///< as in the placeholder: it decides how the value is escaped on its way
  };
  std::vector<Parameter> parameters;
};

/// The value of an Array(String) parameter: ['a','b'], with quotes and backslashes inside escaped. Any bytes.
std::string array_literal(std::span<const std::string> values);

/// A parameter's value as ClickHouse reads it from a request, inside the process and over HTTP alike: scalars as in a
/// field of TabSeparated, arrays, tuples and maps as they are.
/// Source: ClickHouse documentation, HTTP interface, "Tabs in URL parameters".
std::string escape_parameter(const Statement::Parameter& parameter);

/// Builds a Statement piece by piece. Literal SQL comes from this program's own text only.
class StatementBuilder {
 public:
  StatementBuilder& sql(std::string_view text) {
    statement_.sql += text;
    return *this;
  }
  /// Adds `{pN:type}` and the value. `type` is a ClickHouse type, e.g. String, Int64, Float64, Array(String).
  StatementBuilder& value(std::string_view type, std::string text) {
    statement_.sql += reference(type, std::move(text));
    return *this;
  }
  /// The same, but gives the reference back to be put into the SQL where it belongs. A value that is there already,
  /// with this type, is referred to again: servers bound the number of parameters, not of references.
  std::string reference(std::string_view type, std::string text) {
    for (const Statement::Parameter& parameter : statement_.parameters) {
      if (parameter.value == text && parameter.type == type) return placeholder(parameter);
    }
    statement_.parameters.push_back(
        {"p" + std::to_string(statement_.parameters.size()), std::move(text), std::string(type)});
    return placeholder(statement_.parameters.back());
  }
  [[nodiscard]] std::size_t parameters() const { return statement_.parameters.size(); }
  [[nodiscard]] Statement take() && { return std::move(statement_); }

 private:
  static std::string placeholder(const Statement::Parameter& parameter) {
    return "{" + parameter.name + ":" + parameter.type + "}";
  }

  Statement statement_;
};

}  // namespace tetrascope
