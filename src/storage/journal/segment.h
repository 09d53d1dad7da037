#pragma once
// One file of the journal: what was acknowledged and is not yet in the engine's tables.
//
// Records follow one another, each `xxh3 of what follows : u64, size : u32, kind : u8, table : u8 size + text,
// content`, integers as this machine has them: a journal is read where it was written. A record that the end of the
// file cuts short, or whose hash is wrong, was never acknowledged; nothing behind it is read.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tetrascope {

/// The rows of one table in a segment.
struct SegmentTable {
  std::string native;             ///< Native blocks, one behind the other
  std::vector<std::size_t> ends;  ///< where each insert() ends in it

  /// Inserts [first, first + count) that were sent to the engine as one.
  struct Sending {
    std::uint32_t first = 0, count = 0;
    std::int64_t newest_block = 0;  ///< of the table, before: a newer one is theirs
    bool stored = false;
    friend bool same_rows(const Sending& a, const Sending& b) { return a.first == b.first && a.count == b.count; }
  };
  std::vector<Sending> sendings;

  [[nodiscard]] std::string_view rows(std::uint32_t first, std::uint32_t count) const {
    const std::size_t begin = first == 0 ? 0 : ends[first - 1];
    return std::string_view(native).substr(begin, ends[first + count - 1] - begin);
  }
};

/// By table's name.
using SegmentContent = std::map<std::string, SegmentTable, std::less<>>;

/// append() may be called by many threads one after the other, sync() by many at a time; the rest by one.
class JournalSegment {
 public:
  /// Errors: kUnavailable (no space, no permission).
  static Result<std::unique_ptr<JournalSegment>> create(const std::filesystem::path& path);
  /// One that another process left. Errors: kUnavailable (cannot be read).
  static Result<std::unique_ptr<JournalSegment>> open(const std::filesystem::path& path);
  ~JournalSegment();
  JournalSegment(const JournalSegment&) = delete;
  JournalSegment& operator=(const JournalSegment&) = delete;

  /// Writes rows; they are durable after a sync(). When it fails nothing was written. Errors: kUnavailable.
  Result<void> append(std::string_view table, std::string_view native);
  /// Everything appended before this call is on disk afterwards. Callers at the same time share the work.
  Result<void> sync();
  /// Written before rows are sent to the engine, on disk when it returns. Errors: kUnavailable.
  Result<void> note_sending(std::string_view table, const SegmentTable::Sending& sending);
  /// Written when they are there. May get lost: then the engine is asked.
  void note_stored(std::string_view table, const SegmentTable::Sending& sending);
  /// Written when the engine has refused them: they will be sent otherwise. Errors: kUnavailable.
  Result<void> note_refused(std::string_view table, const SegmentTable::Sending& sending);

  /// All that was acknowledged, for a segment from open(). `lost` bytes at its end were not, and are cut off.
  struct Reading {
    SegmentContent content;
    std::size_t lost = 0;
  };
  Result<Reading> read();

  /// Deletes the file: all of it is in the engine's tables.
  void remove();
  [[nodiscard]] std::size_t bytes() const { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  JournalSegment(std::filesystem::path path, int file, std::size_t size)
      : path_(std::move(path)), file_(file), size_(size) {}
  Result<void> write(std::uint8_t kind, std::string_view table, std::string_view content);

  std::filesystem::path path_;
  int file_;
  std::atomic<std::size_t> size_;  ///< of whole records

  std::mutex sync_mutex_;  // guards what follows, and is held while the disk works: who waits for it is served by it
  std::size_t synced_ = 0;
};

}  // namespace tetrascope
