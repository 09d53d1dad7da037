#include "storage/statement.h"

namespace tetrascope {
namespace {

/// Whether values of this type are read as quoted elements between brackets, in which tabs and line ends stand for
/// themselves.
bool is_bracketed(std::string_view type) {
  return type.starts_with("Array(") || type.starts_with("Tuple(") || type.starts_with("Map(");
}

}  // namespace

std::string array_literal(std::span<const std::string> values) {
  std::string out = "[";
  for (const std::string& value : values) {
    if (out.size() > 1) out += ',';
    out += '\'';
    for (const char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    out += '\'';
  }
  out += ']';
  return out;
}

std::string escape_parameter(const Statement::Parameter& parameter) {
  if (is_bracketed(parameter.type)) return parameter.value;
  std::string out;
  out.reserve(parameter.value.size());
  for (const char c : parameter.value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\0':
        out += "\\0";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace tetrascope
