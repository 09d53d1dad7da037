#include "storage/journal/engine_feed.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"

namespace tetrascope {
namespace {

constexpr std::string_view kDocuments = "documents";
constexpr std::uint64_t kMostPutAside = 1'000;  // files a process writes; beyond that it only says so

bool for_now(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded;
}

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

/// Inserts that no sending covers yet: [first, first + count).
struct Unsent {
  std::uint32_t first = 0, count = 0;
};

/// The first run of them that are of one partition: an insert is then one part, which is there or not.
std::optional<Unsent> find_unsent(const SegmentTable& rows) {
  std::vector<bool> sent(rows.ends.size());
  for (const auto& sending : rows.sendings)
    std::fill_n(sent.begin() + static_cast<std::ptrdiff_t>(sending.first), sending.count, true);
  const auto begin = std::ranges::find(sent, false);
  if (begin == sent.end()) return std::nullopt;
  const auto first = static_cast<std::uint32_t>(begin - sent.begin());
  std::uint32_t end = first + 1;
  while (end < sent.size() && !sent[end] && rows.ends[end].partition == rows.ends[first].partition) ++end;
  return Unsent{first, end - first};
}

/// The first sending of which nobody knows that its rows are there.
std::optional<std::size_t> find_unstored(const SegmentTable& rows) {
  const auto found = std::ranges::find(rows.sendings, false, &SegmentTable::Sending::stored);
  if (found == rows.sendings.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rows.sendings.begin());
}

}  // namespace

EngineFeed::EngineFeed(Storage& engine, std::filesystem::path refused)
    : engine_(engine), refused_(std::move(refused)), token_prefix_(random_word()) {}

Result<void> EngineFeed::store(JournalSegment& segment, SegmentContent& content, Attempts attempts) {
  if (const auto documents = content.find(kDocuments); documents != content.end())
    RETURN_IF_ERROR(store_table({segment, documents->first, documents->second}, attempts));
  for (auto& [table, rows] : content) RETURN_IF_ERROR(store_table({segment, table, rows}, attempts));
  return {};
}

Result<void> EngineFeed::store_table(const Place& place, Attempts attempts) {
  // Found again each time: a split puts others in its place.
  while (const auto open = find_unstored(place.rows))
    RETURN_IF_ERROR(attempts == Attempts::kAnothers ? settle_doubt(place, *open) : insert_or_split(place, *open));
  while (const auto unsent = find_unsent(place.rows)) RETURN_IF_ERROR(send(place, unsent->first, unsent->count));
  return {};
}

Result<void> EngineFeed::send(const Place& place, std::uint32_t first, std::uint32_t count) {
  ASSIGN_OR_RETURN(const std::int64_t newest, newest_block(place.table));
  const SegmentTable::Sending sending{first, count, newest};
  RETURN_IF_ERROR(place.segment.note_sending(place.table, sending));
  place.rows.sendings.push_back(sending);
  return insert_or_split(place, place.rows.sendings.size() - 1);
}

/// A sending is one part (all its rows are of one partition, and the engine cuts no insert: engine_settings.cc), which
/// is there or not.
Result<void> EngineFeed::settle_doubt(const Place& place, std::size_t sending) {
  SegmentTable::Sending& doubtful = place.rows.sendings[sending];
  ASSIGN_OR_RETURN(const std::int64_t newest, newest_block(place.table));
  if (newest <= doubtful.newest_block) return insert_or_split(place, sending);
  doubtful.stored = true;
  place.segment.note_stored(place.table, doubtful);
  return {};
}

Result<void> EngineFeed::insert_or_split(const Place& place, std::size_t sending) {
  SegmentTable::Sending& sent = place.rows.sendings[sending];
  const auto stored = engine_.insert(
      {place.table, place.rows.rows(sent.first, sent.count),
       fmt::format("{}-{}-{}-{}", token_prefix_, place.segment.path().stem().string(), sent.first, sent.count)});
  if (stored) {
    sent.stored = true;
    place.segment.note_stored(place.table, sent);
    return {};
  }
  if (for_now(stored.error())) return std::unexpected(stored.error());
  return sent.count > 1 ? split(place, sending, stored.error()) : put_aside(place, sending, stored.error());
}

/// One insert's rows are not what the engine takes, or all together are too much for it: each goes for itself.
Result<void> EngineFeed::split(const Place& place, std::size_t sending, const Error& why) {
  const SegmentTable::Sending refused = place.rows.sendings[sending];
  log_warning("journal: {} inserts into {} are sent one by one: {}", refused.count, place.table, why.message);
  RETURN_IF_ERROR(place.segment.note_refused(place.table, refused));
  place.rows.sendings.erase(place.rows.sendings.begin() + static_cast<std::ptrdiff_t>(sending));
  for (std::uint32_t i = 0; i < refused.count; ++i) RETURN_IF_ERROR(send(place, refused.first + i, 1));
  return {};
}

Result<std::int64_t> EngineFeed::newest_block(std::string_view table) {
  ASSIGN_OR_RETURN(const Rows rows, engine_.execute({"SELECT max(max_block_number) FROM system.parts WHERE active"
                                                     " AND database = currentDatabase() AND table = {table:String}",
                                                     {{"table", std::string(table)}}},
                                                    {.of_the_store = true}));
  if (rows.rows.size() != 1 || rows.rows[0].size() != 1) return fail(ErrorCode::kInternal, "newest block: no answer");
  const auto* block = rows.rows[0][0].as<std::int64_t>();
  return block == nullptr ? 0 : *block;
}

Result<void> EngineFeed::put_aside(const Place& place, std::size_t sending, const Error& why) {
  SegmentTable::Sending& refused = place.rows.sendings[sending];
  const std::string_view native = place.rows.rows(refused.first, refused.count);
  if (why.code == ErrorCode::kTooLarge) return fail(ErrorCode::kUnavailable, why.message);  // of memory: later
  ++put_aside_;
  if (put_aside_ <= kMostPutAside) {
    std::error_code error;
    std::filesystem::create_directories(refused_, error);
    const auto file =
        refused_ / fmt::format("{}-{}-{}.native", place.segment.path().stem().string(), place.table, refused.first);
    std::ofstream out(file, std::ios::binary);
    out.write(native.data(), static_cast<std::streamsize>(native.size()));
    if (!out.flush()) return fail(ErrorCode::kUnavailable, "rows that the engine refuses cannot be put aside");
    log_error("journal: the engine never takes {} bytes for {} ({}); they are in {}", native.size(), place.table,
              why.message, file.string());
  } else {
    log_error("journal: the engine never takes {} bytes for {} ({}); dropped, {} were put aside before", native.size(),
              place.table, why.message, kMostPutAside);
  }
  refused.stored = true;
  place.segment.note_stored(place.table, refused);
  return {};
}

}  // namespace tetrascope
