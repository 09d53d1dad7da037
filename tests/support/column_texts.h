#pragma once
// What stands in columns, as text that a test can compare.

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

/// Keys of a map column, in order, over all rows.
template <class Values>
Texts keys(const MapColumn<Values>& map) {
  Texts out;
  const Dictionary& keys = map.keys().dictionary();
  for (std::uint32_t id = 1; id < keys.size(); ++id) out.emplace_back(keys.at(id));
  return out;
}

}  // namespace tetrascope::column_texts
