#include "storage/metered_storage.h"

#include <utility>

namespace tetrascope {
namespace {

class MeteredStorage final : public ForwardingStorage {
 public:
  MeteredStorage(std::unique_ptr<Storage> inner, InsertStats& stats)
      : ForwardingStorage(std::move(inner)), stats_(stats) {}

  Result<void> insert(const Insert& rows) override {
    const auto begin = Histogram::Clock::now();
    auto stored = inner().insert(rows);
    stats_.note(rows.table, rows.native.size(), begin, stored.has_value());
    return stored;
  }

  Result<void> commit(std::span<const Insert> inserts) override {
    const auto begin = Histogram::Clock::now();
    auto stored = inner().commit(inserts);
    for (const Insert& rows : inserts) stats_.note(rows.table, rows.native.size(), begin, stored.has_value());
    return stored;
  }

 private:
  InsertStats& stats_;
};

}  // namespace

void InsertStats::note(std::string_view table, std::size_t bytes, Histogram::Clock::time_point begin, bool stored) {
  seconds_.observe_since(begin);
  if (!stored) {
    ++failed_;
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto found = bytes_.find(table);
  if (found == bytes_.end())
    bytes_.emplace(table, bytes);
  else
    found->second += bytes;
}

std::map<std::string, std::uint64_t, std::less<>> InsertStats::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::unique_ptr<Storage> metered(std::unique_ptr<Storage> inner, InsertStats& stats) {
  return std::make_unique<MeteredStorage>(std::move(inner), stats);
}

}  // namespace tetrascope
