#include "model/columns.h"

namespace tetrascope {
namespace {

template <class Index>
void encode_indexes(NativeWriter& out, const std::vector<std::uint32_t>& ids, std::size_t begin, std::size_t end) {
  std::vector<Index> narrow(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                            ids.begin() + static_cast<std::ptrdiff_t>(end));
  out.raw(narrow.data(), narrow.size() * sizeof(Index));
}

}  // namespace

void LowCardinalityColumn::encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
  if (begin == end) return;  // an empty nested dictionary is written as nothing at all
  // Width of the indexes: 0 = one byte, 1 = two, 2 = four. Bit 9: the keys stand here, there is no shared dictionary.
  const std::uint64_t width = dictionary_.size() <= 0x100 ? 0 : dictionary_.size() <= 0x10000 ? 1 : 2;
  out.number<std::uint64_t>(width | (1U << 9));
  out.number<std::uint64_t>(dictionary_.size());
  for (std::uint32_t id = 0; id < dictionary_.size(); ++id) out.text(dictionary_.at(id));
  out.number<std::uint64_t>(end - begin);
  if (width == 0) encode_indexes<std::uint8_t>(out, ids_, begin, end);
  if (width == 1) encode_indexes<std::uint16_t>(out, ids_, begin, end);
  if (width == 2) out.raw(ids_.data() + begin, (end - begin) * sizeof(std::uint32_t));
}

void MapColumn::encode(NativeWriter& out, std::size_t begin, std::size_t end) const {
  const std::size_t first = begin == 0 ? 0 : ends_[begin - 1];
  for (std::size_t row = begin; row < end; ++row) out.number<std::uint64_t>(ends_[row] - first);
  const std::size_t last = end == 0 ? 0 : ends_[end - 1];
  keys_.encode(out, first, last);
  out.fill('\0', last - first);  // none is NULL
  values_.encode(out, first, last);
}

}  // namespace tetrascope
