#pragma once
// Brings the rows of a journal segment into the engine's tables: once each, also when a process dies in between.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "storage/journal/segment.h"
#include "storage/storage.h"

namespace tetrascope {

/// Used by one thread.
class EngineFeed {
 public:
  /// Rows that the engine never takes are put into files in `refused`.
  EngineFeed(Storage& engine, std::filesystem::path refused);

  /// Whose attempts the content's sendings are.
  enum class Attempts {
    kMine,      ///< this process's: an insert may be repeated, the engine knows its token
    kAnothers,  ///< a process that died: the engine is asked whether they arrived
  };
  /// Stores what is not marked as stored, documents first: a row must never stand without the document that it leads
  /// to. Notes each step in the segment and in `content`, so that it goes on from there when it is called again.
  /// Errors: kUnavailable (the engine, or the journal, does not take anything just now).
  Result<void> store(JournalSegment& segment, SegmentContent& content, Attempts attempts);

 private:
  struct Place {
    JournalSegment& segment;
    std::string_view table;
    SegmentTable& rows;
  };
  Result<void> store_table(const Place& place, Attempts attempts);
  Result<void> send(const Place& place, std::uint32_t first, std::uint32_t count);
  Result<void> settle_doubt(const Place& place, std::size_t sending);
  Result<void> insert_or_split(const Place& place, std::size_t sending);
  Result<void> split(const Place& place, std::size_t sending, const Error& why);
  Result<std::int64_t> newest_block(std::string_view table);
  Result<void> put_aside(const Place& place, std::size_t sending, const Error& why);

  Storage& engine_;
  const std::filesystem::path refused_;
  const std::string token_prefix_;
  std::uint64_t put_aside_ = 0;
};

}  // namespace tetrascope
