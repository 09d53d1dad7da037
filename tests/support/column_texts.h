#pragma once
// What stands in columns, as text that a test can compare.

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "model/columns.h"

namespace tetrascope::column_texts {

using Texts = std::vector<std::string>;

/// All rows of a column as the engine gets them.
template <class Column>
std::string encoded(const Column& column) {
  NativeWriter out;
  column.encode(out, 0, column.size());
  return std::string(out.view());
}

/// The rows of a text column as one list.
inline Texts texts(const StringColumn& column) {
  Texts out;
  const std::string bytes = encoded(column);
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) break;
    }
    out.push_back(bytes.substr(at, length));
    at += length;
  }
  return out;
}

/// The elements of a map of attributes over all rows, in order: `s http.route=/`, `i code=4`, `j list=[1]`.
inline Texts elements(const MapColumn& map) {
  Texts out;
  for (std::size_t i = 0; i < map.keys().size(); ++i) {
    const std::string_view key = map.keys()[i];
    std::string value(map.values()[i]);
    if (key.front() == 'i') {
      std::int64_t number = 0;
      std::memcpy(&number, value.data(), sizeof number);
      value = std::to_string(number);
    }
    if (key.front() == 'd') {
      double number = 0;
      std::memcpy(&number, value.data(), sizeof number);
      value = fmt::format("{}", number);
    }
    out.push_back(std::string(1, key.front()).append(" ").append(key.substr(1)).append("=").append(value));
  }
  return out;
}

}  // namespace tetrascope::column_texts
