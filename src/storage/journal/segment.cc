#include "storage/journal/segment.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/log.h"

namespace tetrascope {
namespace {

constexpr std::uint8_t kRows = 1, kSending = 2, kStored = 3, kRefused = 4;

/// What stands before a record's table and content.
struct Head {
  std::uint64_t hash;
  std::uint32_t size;  // of table and content
  std::uint8_t kind;
  std::uint8_t table_size;
};
constexpr std::size_t kHashSize = sizeof(Head::hash);
constexpr std::size_t kHeadSize = kHashSize + sizeof(Head::size) + sizeof(Head::kind) + sizeof(Head::table_size);

std::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& path) {
  log_error("journal: cannot {} {}: {}", what, path.string(), std::strerror(errno));
  return fail(ErrorCode::kUnavailable, "cannot store this now; send it again later");
}

std::uint64_t hash_of(std::string_view head_behind_hash, std::string_view table, std::string_view content) {
  std::uint64_t hash = 0;
  for (const std::string_view part : {head_behind_hash, table, content})
    hash = XXH3_64bits_withSeed(part.data(), part.size(), hash);
  return hash;
}

std::array<char, kHeadSize> encode_head(std::uint8_t kind, std::string_view table, std::string_view content) {
  std::array<char, kHeadSize> bytes{};
  const auto size = static_cast<std::uint32_t>(table.size() + content.size());
  char* to = bytes.data() + kHashSize;
  std::memcpy(to, &size, sizeof size);
  to[sizeof size] = static_cast<char>(kind);
  to[sizeof size + 1] = static_cast<char>(table.size());
  const std::uint64_t hash = hash_of({to, kHeadSize - kHashSize}, table, content);
  std::memcpy(bytes.data(), &hash, sizeof hash);
  return bytes;
}

struct Record {
  std::uint8_t kind;
  std::string_view table;
  std::string_view content;
};

/// The record at the front of `bytes`, which is taken off; nullopt when there is no whole one.
std::optional<Record> take_record(std::string_view& bytes) {
  if (bytes.size() < kHeadSize) return std::nullopt;
  Head head{};
  std::memcpy(&head.hash, bytes.data(), sizeof head.hash);
  std::memcpy(&head.size, bytes.data() + kHashSize, sizeof head.size);
  head.kind = static_cast<std::uint8_t>(bytes[kHashSize + sizeof head.size]);
  head.table_size = static_cast<std::uint8_t>(bytes[kHashSize + sizeof head.size + 1]);
  if (bytes.size() - kHeadSize < head.size || head.size < head.table_size) return std::nullopt;
  const Record record{head.kind, bytes.substr(kHeadSize, head.table_size),
                      bytes.substr(kHeadSize + head.table_size, head.size - head.table_size)};
  if (hash_of(bytes.substr(kHashSize, kHeadSize - kHashSize), record.table, record.content) != head.hash)
    return std::nullopt;
  bytes.remove_prefix(kHeadSize + head.size);
  return record;
}

std::string encode_sending(const SegmentTable::Sending& sending) {
  std::string bytes(sizeof sending.first + sizeof sending.count + sizeof sending.newest_block, '\0');
  std::memcpy(bytes.data(), &sending.first, sizeof sending.first);
  std::memcpy(bytes.data() + 4, &sending.count, sizeof sending.count);
  std::memcpy(bytes.data() + 8, &sending.newest_block, sizeof sending.newest_block);
  return bytes;
}

std::optional<SegmentTable::Sending> decode_sending(std::string_view bytes) {
  SegmentTable::Sending sending;
  if (bytes.size() != encode_sending(sending).size()) return std::nullopt;
  std::memcpy(&sending.first, bytes.data(), sizeof sending.first);
  std::memcpy(&sending.count, bytes.data() + 4, sizeof sending.count);
  std::memcpy(&sending.newest_block, bytes.data() + 8, sizeof sending.newest_block);
  return sending;
}

void apply(const Record& record, SegmentContent& content) {
  SegmentTable& table = content.try_emplace(std::string(record.table)).first->second;
  if (record.kind == kRows) {
    table.native += record.content;
    table.ends.push_back(table.native.size());
    return;
  }
  const auto sending = decode_sending(record.content);
  if (!sending || std::uint64_t{sending->first} + sending->count > table.ends.size()) return;
  const auto known = std::ranges::find_if(
      table.sendings, [&](const SegmentTable::Sending& other) { return same_rows(other, *sending); });
  if (record.kind == kSending && known == table.sendings.end()) table.sendings.push_back(*sending);
  if (record.kind == kStored && known != table.sendings.end()) known->stored = true;
  if (record.kind == kRefused && known != table.sendings.end()) table.sendings.erase(known);
}

}  // namespace

Result<std::unique_ptr<JournalSegment>> JournalSegment::create(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return cannot("create", path);
  std::unique_ptr<JournalSegment> segment(new JournalSegment(path, file, 0));
  // The directory entry too must be on disk before anything in the file is acknowledged.
  const int directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  if (!synced) return cannot("sync the directory of", path);
  return segment;
}

Result<std::unique_ptr<JournalSegment>> JournalSegment::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return cannot("open", path);
  struct stat status{};
  std::unique_ptr<JournalSegment> segment(new JournalSegment(path, file, 0));
  if (::fstat(file, &status) != 0) return cannot("read", path);
  segment->size_ = static_cast<std::size_t>(status.st_size);
  return segment;
}

JournalSegment::~JournalSegment() { ::close(file_); }

Result<void> JournalSegment::append(std::string_view table, std::string_view native) {
  return write(kRows, table, native);
}

Result<void> JournalSegment::write(std::uint8_t kind, std::string_view table, std::string_view content) {
  auto head = encode_head(kind, table, content);
  std::array<iovec, 3> parts{{{head.data(), head.size()},
                              {const_cast<char*>(table.data()), table.size()},
                              {const_cast<char*>(content.data()), content.size()}}};
  std::size_t left = head.size() + table.size() + content.size();
  auto offset = static_cast<off_t>(size_.load());
  std::size_t part = 0;
  while (left > 0) {
    const ssize_t wrote = ::pwritev(file_, &parts[part], static_cast<int>(parts.size() - part), offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      auto failed = cannot("write to", path_);
      // What follows must not stand behind half a record.
      if (::ftruncate(file_, static_cast<off_t>(size_.load())) != 0) (void)cannot("shorten", path_);
      return failed;
    }
    offset += wrote;
    left -= static_cast<std::size_t>(wrote);
    for (auto done = static_cast<std::size_t>(wrote); done > 0;) {
      const std::size_t here = std::min(done, parts[part].iov_len);
      parts[part].iov_base = static_cast<char*>(parts[part].iov_base) + here;
      parts[part].iov_len -= here;
      done -= here;
      while (part + 1 < parts.size() && parts[part].iov_len == 0) ++part;
    }
  }
  size_ = static_cast<std::size_t>(offset);
  return {};
}

Result<void> JournalSegment::sync() {
  const std::size_t mine = size_;
  const std::lock_guard lock(sync_mutex_);
  if (synced_ >= mine) return {};
  const std::size_t now = size_;
  if (::fdatasync(file_) != 0) return cannot("sync", path_);
  synced_ = now;
  return {};
}

Result<void> JournalSegment::note_sending(std::string_view table, const SegmentTable::Sending& sending) {
  RETURN_IF_ERROR(write(kSending, table, encode_sending(sending)));
  return sync();
}

void JournalSegment::note_stored(std::string_view table, const SegmentTable::Sending& sending) {
  (void)write(kStored, table, encode_sending(sending));
}

Result<void> JournalSegment::note_refused(std::string_view table, const SegmentTable::Sending& sending) {
  RETURN_IF_ERROR(write(kRefused, table, encode_sending(sending)));
  return sync();
}

Result<JournalSegment::Reading> JournalSegment::read() {
  std::string bytes(size_, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(file_, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return cannot("read", path_);
    filled += static_cast<std::size_t>(got);
  }
  Reading reading;
  std::string_view rest = bytes;
  while (const auto record = take_record(rest)) apply(*record, reading.content);
  reading.lost = rest.size();
  size_ -= reading.lost;
  if (reading.lost > 0 && ::ftruncate(file_, static_cast<off_t>(size_.load())) != 0) return cannot("shorten", path_);
  return reading;
}

void JournalSegment::remove() {
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (error) log_error("journal: cannot delete {}: {}", path_.string(), error.message());
}

}  // namespace tetrascope
