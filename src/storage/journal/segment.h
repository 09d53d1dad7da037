#pragma once
// One file of the journal: what was acknowledged and is not yet in the engine's tables.
//
// Records follow one another, each `xxh3 of what follows : u64, size : u32, kind : u8, table : u8 size + text,
// content`, integers as this machine has them: a journal is read where it was written. A record that the end of the
// file cuts short, or whose hash is wrong, was never acknowledged; nothing behind it is read. All rows of a commit are
// one record, so that a process that dies leaves all of them or none.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tetrascope {

/// The rows of one insert() as they go into a segment.
struct SegmentRows {
  std::string_view table;
  std::string_view native;
  std::int64_t partition = 0;  ///< of the table; rows of different ones are never sent to the engine together
};

/// The rows of one table in a segment.
struct SegmentTable {
  /// Where one insert() ends.
  struct End {
    std::size_t native = 0;  ///< in `native`
    std::int64_t partition = 0;
    std::size_t file = 0;  ///< in the segment's file; 0 for what was read from it
  };
  std::string native;     ///< Native blocks, one behind the other
  std::vector<End> ends;  ///< of each insert()

  /// Inserts [first, first + count) that were sent to the engine as one.
  struct Sending {
    std::uint32_t first = 0, count = 0;
    std::int64_t newest_block = 0;  ///< of the table, before: a newer one is theirs
    bool stored = false;
    friend bool same_rows(const Sending& a, const Sending& b) { return a.first == b.first && a.count == b.count; }
  };
  std::vector<Sending> sendings;

  [[nodiscard]] std::string_view rows(std::uint32_t first, std::uint32_t count) const {
    const std::size_t begin = first == 0 ? 0 : ends[first - 1].native;
    return std::string_view(native).substr(begin, ends[first + count - 1].native - begin);
  }
  void add(const SegmentRows& rows, std::size_t file_end) {
    native += rows.native;
    ends.push_back({native.size(), rows.partition, file_end});
  }
  /// Takes back what stands behind the first `bytes` of the file.
  void cut(std::size_t file_bytes) {
    while (!ends.empty() && ends.back().file > file_bytes) ends.pop_back();
    native.resize(ends.empty() ? 0 : ends.back().native);
  }
};

/// By table's name.
using SegmentContent = std::map<std::string, SegmentTable, std::less<>>;

/// append() may be called by many threads one after the other, sync() by many at a time. After close_rows() one thread
/// notes how far the rows came.
class JournalSegment {
 public:
  /// Errors: kUnavailable (no space, no permission); there is no file then.
  static Result<std::unique_ptr<JournalSegment>> create(const std::filesystem::path& path);
  /// One that another process left. Errors: kUnavailable (cannot be read).
  static Result<std::unique_ptr<JournalSegment>> open(const std::filesystem::path& path);
  ~JournalSegment();
  JournalSegment(const JournalSegment&) = delete;
  JournalSegment& operator=(const JournalSegment&) = delete;

  /// Writes the rows of one commit; they are durable after a sync() of the place that it returns: the file's size. When
  /// it fails nothing was written. Errors: kUnavailable; kInvalid (more than a record can hold).
  Result<std::size_t> append(std::span<const SegmentRows> commit);
  /// Everything up to `place` is on disk afterwards. Callers at the same time share the work. Errors: kUnavailable: it
  /// is not, and never will be; append() fails from then on. (After a sync that failed the kernel takes the pages for
  /// written: another one would say that all is well.)
  Result<void> sync(std::size_t place);
  /// No rows come any more. Syncs what was appended, cuts off what cannot be synced, and says what is left: the file's
  /// bytes of which every sync() says, or has said, that they are on disk.
  std::size_t close_rows();

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
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  JournalSegment(std::filesystem::path path, int file, std::size_t size)
      : path_(std::move(path)), file_(file), size_(size) {}
  Result<void> write(std::uint8_t kind, std::string_view table, std::span<const std::string_view> content);
  Result<void> write_synced(std::uint8_t kind, std::string_view table, const SegmentTable::Sending& sending);
  void cut(std::size_t size);

  std::filesystem::path path_;
  int file_;
  std::atomic<std::size_t> size_;  ///< of whole records
  std::atomic<bool> broken_ = false;

  std::mutex sync_mutex_;   // guards what follows, and is held while the disk works: who waits for it is served by it
  std::size_t synced_ = 0;  ///< of rows
  bool closed_ = false;
};

}  // namespace tetrascope
