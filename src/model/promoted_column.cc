#include "model/promoted_column.h"

#include <algorithm>
#include <span>

namespace tetrascope {
namespace {

std::string missing_bytes(FieldType type) {
  switch (type) {
    case FieldType::kInt:
      return std::string(number_bytes(kMissingInt));
    case FieldType::kDouble:
      return std::string(number_bytes(kMissingDoubleBits));
    case FieldType::kBool:
      return std::string(1, static_cast<char>(kMissingBool));
    case FieldType::kString:
    case FieldType::kJson:
      break;
  }
  return {};
}

/// Appends `ids` as `Index`es, and zeros up to `rows`.
template <class Index>
void append_indexes(NativeWriter& out, std::span<const std::uint32_t> ids, std::size_t rows) {
  std::vector<Index> narrow(ids.begin(), ids.end());
  narrow.resize(rows, 0);
  out.raw(narrow.data(), narrow.size() * sizeof(Index));
}

}  // namespace

PromotedColumn::PromotedColumn(const AttributeColumn& column)
    : column_(column), engine_type_(column.engine_type()), missing_(missing_bytes(column.type)) {}

void PromotedColumn::truncate(std::size_t rows) {
  if (ids_.size() > rows) ids_.resize(rows);
  if (ends_.size() > rows) {
    bytes_.resize(rows == 0 ? 0 : ends_[rows - 1]);
    ends_.resize(rows);
    nulls_.resize(rows);
  } else if (!is_text() && bytes_.size() > rows * missing_.size()) {
    bytes_.resize(rows * missing_.size());
  }
}

void PromotedColumn::encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
  if (column_.repeats) return encode_repeating(out, begin, end);
  if (is_text()) return encode_texts(out, begin, end);
  const std::size_t width = missing_.size();
  const std::size_t last = std::clamp(bytes_.size() / width, begin, end);  // behind it all are missing
  if (last > begin) out.raw(bytes_.data() + begin * width, (last - begin) * width);
  for (std::size_t row = last; row < end; ++row) out.raw(missing_.data(), width);
}

void PromotedColumn::encode_texts(NativeWriter& out, std::size_t begin, std::size_t end) const {
  const std::size_t last = std::clamp(ends_.size(), begin, end);  // behind it all are NULL
  if (last > begin) out.raw(nulls_.data() + begin, last - begin);
  out.fill('\1', end - last);
  for (std::size_t row = begin; row < last; ++row) {
    const std::size_t start = row == 0 ? 0 : ends_[row - 1];
    out.text(std::string_view(bytes_).substr(start, ends_[row] - start));
  }
  out.fill('\0', end - last);
}

/// As LowCardinalityColumn::encode, with two keys in front: one that stands for NULL, and the type's default.
void PromotedColumn::encode_repeating(NativeWriter& out, std::size_t begin, std::size_t end) const {
  if (begin == end) return;
  const std::size_t keys = dictionary_.size() + 1;
  const std::uint64_t width = keys <= 0x100 ? 0 : keys <= 0x10000 ? 1 : 2;
  out.number<std::uint64_t>(width | (1U << 9));
  out.number<std::uint64_t>(keys);
  if (is_text()) {
    out.text("");
    for (std::uint32_t id = 0; id < dictionary_.size(); ++id) out.text(dictionary_.at(id));
  } else {
    out.fill('\0', 2 * missing_.size());  // the dictionary's number 0, the empty text, is the default
    for (std::uint32_t id = 1; id < dictionary_.size(); ++id) out.raw(dictionary_.at(id).data(), missing_.size());
  }
  const std::size_t last = std::clamp(ids_.size(), begin, end);
  const std::span ids = last > begin ? std::span(ids_).subspan(begin, last - begin) : std::span<const std::uint32_t>();
  out.number<std::uint64_t>(end - begin);
  if (width == 0) append_indexes<std::uint8_t>(out, ids, end - begin);
  if (width == 1) append_indexes<std::uint16_t>(out, ids, end - begin);
  if (width == 2) append_indexes<std::uint32_t>(out, ids, end - begin);
}

}  // namespace tetrascope
