#include "ingest/ingest_stats.h"

#include <algorithm>

namespace tetrascope {

void IngestStats::accepted(std::string_view protocol, std::string_view signal, std::uint64_t records, UnixNanos now) {
  const std::lock_guard lock(mutex_);
  auto& entry = accepted_[Key(protocol, signal)];
  entry.protocol = protocol;
  entry.signal = signal;
  ++entry.requests;
  entry.records += records;
  entry.last = std::max(entry.last, now);
}

void IngestStats::rejected(const Rejection& rejection, std::uint64_t records, UnixNanos now) {
  const std::lock_guard lock(mutex_);
  auto found = rejected_.find(Key(rejection.protocol, rejection.reason));
  if (found == rejected_.end()) {
    const std::string_view reason = rejected_.size() < kMaxReasons ? rejection.reason : "other";
    found = rejected_.try_emplace(Key(rejection.protocol, reason)).first;
    found->second.reason = reason;
    found->second.first = now;
  }
  auto& entry = found->second;
  entry.protocol = rejection.protocol;
  entry.detail = rejection.detail;
  entry.remedy = rejection.remedy;
  entry.client = rejection.client;
  entry.example = rejection.example.substr(0, kExampleBytes);
  ++entry.requests;
  entry.records += records;
  entry.last = std::max(entry.last, now);
}

std::vector<IngestStats::Accepted> IngestStats::all_accepted() const {
  const std::lock_guard lock(mutex_);
  std::vector<Accepted> all;
  for (const auto& [key, entry] : accepted_) all.push_back(entry);
  return all;
}

std::vector<IngestStats::Rejected> IngestStats::all_rejected() const {
  const std::lock_guard lock(mutex_);
  std::vector<Rejected> all;
  for (const auto& [key, entry] : rejected_) all.push_back(entry);
  std::ranges::sort(all, std::greater<>{}, &Rejected::last);
  return all;
}

}  // namespace tetrascope
