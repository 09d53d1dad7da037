#include "storage/column_type.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace tetrascope {
namespace {

constexpr int kMaxTypeDepth = 32;
constexpr std::size_t kMaxFixedString = 1 << 20;

struct Scalar {
  std::string_view name;
  Layout layout;
  std::size_t width;
};
constexpr Scalar kScalars[] = {
    {"String", Layout::kString, 0},   {"Bool", Layout::kBool, 1},       {"Int8", Layout::kInt, 1},
    {"Int16", Layout::kInt, 2},       {"Int32", Layout::kInt, 4},       {"Int64", Layout::kInt, 8},
    {"UInt8", Layout::kUnsigned, 1},  {"UInt16", Layout::kUnsigned, 2}, {"UInt32", Layout::kUnsigned, 4},
    {"UInt64", Layout::kUnsigned, 8}, {"Float32", Layout::kFloat, 4},   {"Float64", Layout::kFloat, 8},
    {"Date", Layout::kUnsigned, 2},   {"Date32", Layout::kInt, 4},      {"DateTime", Layout::kUnsigned, 4},
    {"DateTime64", Layout::kInt, 8},  {"Nothing", Layout::kNothing, 0},
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Arguments between the parentheses, split at commas that stand outside inner parentheses, quotes and backquotes.
std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '\'' || c == '`') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  if (const std::string_view last = trim(text.substr(begin)); !last.empty() || !parts.empty()) parts.push_back(last);
  return parts;
}

/// `a Int64` and `` `a b` Int64 `` without the name. A type's own name has a space only inside its parentheses.
std::string_view without_element_name(std::string_view element) {
  if (element.starts_with('`')) {
    for (std::size_t i = 1; i < element.size(); ++i) {
      if (element[i] == '\\') {
        ++i;
      } else if (element[i] == '`') {
        return trim(element.substr(i + 1));
      }
    }
    return {};
  }
  const std::size_t space = element.find_first_of(" (");
  if (space == std::string_view::npos || element[space] == '(') return element;
  return trim(element.substr(space));
}

std::unexpected<Error> unknown(std::string_view name) {
  return fail(ErrorCode::kInternal,
              "answer: column type " + std::string(name.substr(0, 100)) + " is not one that is read here");
}

Result<ColumnType> parse(std::string_view name, int depth);

Result<ColumnType> parse_compound(std::string_view family, std::string_view inside, std::string_view name, int depth) {
  const std::vector<std::string_view> arguments = split_arguments(inside);
  if (family == "FixedString") {
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), width);
    if (error != std::errc{} || end != inside.data() + inside.size() || width == 0 || width > kMaxFixedString)
      return unknown(name);
    return ColumnType{Layout::kFixedString, width, {}};
  }
  if (family == "DateTime") return ColumnType{Layout::kUnsigned, 4, {}};
  if (family == "DateTime64") return ColumnType{Layout::kInt, 8, {}};
  if (family == "Enum8") return ColumnType{Layout::kInt, 1, {}};
  if (family == "Enum16") return ColumnType{Layout::kInt, 2, {}};
  if (family == "LowCardinality" && arguments.size() == 1) return parse(arguments[0], depth + 1);
  if (family == "SimpleAggregateFunction" && arguments.size() == 2) return parse(arguments[1], depth + 1);

  ColumnType type;
  std::size_t least = 1;
  std::size_t most = 1;
  if (family == "Nullable") {
    type.layout = Layout::kNullable;
  } else if (family == "Array") {
    type.layout = Layout::kArray;
  } else if (family == "Map") {
    type.layout = Layout::kMap;
    least = most = 2;
  } else if (family == "Tuple") {
    type.layout = Layout::kTuple;
    most = 1000;
  } else {
    return unknown(name);
  }
  if (arguments.size() < least || arguments.size() > most) return unknown(name);
  for (const std::string_view argument : arguments) {
    ASSIGN_OR_RETURN(ColumnType child,
                     parse(type.layout == Layout::kTuple ? without_element_name(argument) : argument, depth + 1));
    type.children.push_back(std::move(child));
  }
  return type;
}

Result<ColumnType> parse(std::string_view name, int depth) {
  name = trim(name);
  if (depth > kMaxTypeDepth) return unknown(name);
  for (const Scalar& scalar : kScalars) {
    if (name == scalar.name) return ColumnType{scalar.layout, scalar.width, {}};
  }
  const std::size_t open = name.find('(');
  if (open == std::string_view::npos || name.back() != ')') return unknown(name);
  return parse_compound(name.substr(0, open), name.substr(open + 1, name.size() - open - 2), name, depth);
}

}  // namespace

std::size_t ColumnType::least_bytes() const {
  switch (layout) {
    case Layout::kNothing:
      return 0;
    case Layout::kString:
    case Layout::kNullable:
    case Layout::kArray:
    case Layout::kMap:
      return 1;
    case Layout::kTuple: {
      std::size_t sum = 0;
      for (const ColumnType& child : children) sum += child.least_bytes();
      return sum;
    }
    default:
      return width;
  }
}

Result<ColumnType> parse_column_type(std::string_view name) { return parse(name, 0); }

}  // namespace tetrascope
