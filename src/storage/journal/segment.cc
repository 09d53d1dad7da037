#include "storage/journal/segment.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/log.h"

namespace tetrascope {
namespace {

/// kRows, one table's rows of no known partition, was written by versions before kCommit.
constexpr std::uint8_t kRows = 1, kSending = 2, kStored = 3, kRefused = 4, kCommit = 5;

/// Of a file that may not grow further, so much is left for notes: what is in it could not be sent without them.
constexpr std::size_t kRoomForNotes = std::size_t{64} << 10;

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

/// How large a file of this process may become.
std::size_t most_file_bytes() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur;
}

/// Of the parts one behind the other.
std::uint64_t hash_of(std::span<const std::string_view> parts, std::uint64_t seed) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_64bits_reset_withSeed(state.get(), seed);
  for (const std::string_view part : parts) XXH3_64bits_update(state.get(), part.data(), part.size());
  return XXH3_64bits_digest(state.get());
}

std::uint64_t hash_of(std::string_view head_behind_hash, std::string_view table,
                      std::span<const std::string_view> content) {
  std::uint64_t hash = XXH3_64bits_withSeed(head_behind_hash.data(), head_behind_hash.size(), 0);
  hash = XXH3_64bits_withSeed(table.data(), table.size(), hash);
  return hash_of(content, hash);
}

std::size_t total_size(std::span<const std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  return size;
}

std::array<char, kHeadSize> encode_head(std::uint8_t kind, std::string_view table,
                                        std::span<const std::string_view> content) {
  std::array<char, kHeadSize> bytes{};
  const auto size = static_cast<std::uint32_t>(table.size() + total_size(content));
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
  if (hash_of(bytes.substr(kHashSize, kHeadSize - kHashSize), record.table, {&record.content, 1}) != head.hash)
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

/// What stands in a commit's record before the rows of each insert.
struct InsertHead {
  std::int64_t partition;
  std::uint32_t native_size;
  std::uint8_t table_size;
};
constexpr std::size_t kInsertHeadSize =
    sizeof(InsertHead::partition) + sizeof(InsertHead::native_size) + sizeof(InsertHead::table_size);

std::string encode_insert_head(const SegmentRows& rows) {
  const auto native_size = static_cast<std::uint32_t>(rows.native.size());
  std::string bytes(kInsertHeadSize, '\0');
  std::memcpy(bytes.data(), &rows.partition, sizeof rows.partition);
  std::memcpy(bytes.data() + sizeof rows.partition, &native_size, sizeof native_size);
  bytes.back() = static_cast<char>(rows.table.size());
  bytes.append(rows.table);
  return bytes;
}

/// The insert at the front of a commit's content, which is taken off; nullopt when there is no whole one.
std::optional<SegmentRows> take_insert(std::string_view& bytes) {
  if (bytes.size() < kInsertHeadSize) return std::nullopt;
  InsertHead head{};
  std::memcpy(&head.partition, bytes.data(), sizeof head.partition);
  std::memcpy(&head.native_size, bytes.data() + sizeof head.partition, sizeof head.native_size);
  head.table_size = static_cast<std::uint8_t>(bytes[kInsertHeadSize - 1]);
  bytes.remove_prefix(kInsertHeadSize);
  if (bytes.size() < std::size_t{head.table_size} + head.native_size) return std::nullopt;
  const SegmentRows rows{bytes.substr(0, head.table_size), bytes.substr(head.table_size, head.native_size),
                         head.partition};
  bytes.remove_prefix(head.table_size + head.native_size);
  return rows;
}

void add_rows(const SegmentRows& rows, SegmentContent& content) {
  content.try_emplace(std::string(rows.table)).first->second.add(rows, 0);
}

void apply(const Record& record, SegmentContent& content) {
  if (record.kind == kCommit) {
    std::string_view rest = record.content;
    while (const auto rows = take_insert(rest)) add_rows(*rows, content);
    return;
  }
  if (record.kind == kRows) return add_rows({record.table, record.content}, content);
  SegmentTable& table = content.try_emplace(std::string(record.table)).first->second;
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
  const int why = errno;
  if (directory >= 0) ::close(directory);
  if (synced) return segment;
  segment->remove();
  errno = why;
  return cannot("sync the directory of", path);
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

Result<std::size_t> JournalSegment::append(std::span<const SegmentRows> commit) {
  std::vector<std::string> heads;
  std::vector<std::string_view> content;
  heads.reserve(commit.size());
  std::size_t bytes = 0;
  for (const SegmentRows& rows : commit) {
    heads.push_back(encode_insert_head(rows));
    content.push_back(heads.back());
    content.push_back(rows.native);
    bytes += heads.back().size() + rows.native.size();
  }
  if (bytes > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorCode::kInvalid, fmt::format("{} bytes are more than the journal takes at once", bytes));
  if (broken_) return fail(ErrorCode::kUnavailable, "cannot store this now; send it again later");
  if (const std::size_t most = most_file_bytes(); most < kRoomForNotes || size_ + bytes > most - kRoomForNotes) {
    errno = EFBIG;
    return cannot("write to", path_);
  }
  RETURN_IF_ERROR(write(kCommit, {}, content));
  return size_.load();
}

Result<void> JournalSegment::write(std::uint8_t kind, std::string_view table,
                                   std::span<const std::string_view> content) {
  auto head = encode_head(kind, table, content);
  std::vector<iovec> parts = {{head.data(), head.size()}, {const_cast<char*>(table.data()), table.size()}};
  for (const std::string_view part : content) parts.push_back({const_cast<char*>(part.data()), part.size()});
  std::size_t left = head.size() + table.size() + total_size(content);
  auto offset = static_cast<off_t>(size_.load());
  std::size_t part = 0;
  while (left > 0) {
    const ssize_t wrote = ::pwritev(file_, &parts[part], static_cast<int>(parts.size() - part), offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      auto failed = cannot("write to", path_);
      cut(size_);  // what follows must not stand behind half a record
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

void JournalSegment::cut(std::size_t size) {
  size_ = size;
  if (::ftruncate(file_, static_cast<off_t>(size)) != 0) (void)cannot("shorten", path_);
}

Result<void> JournalSegment::sync(std::size_t place) {
  const std::lock_guard lock(sync_mutex_);
  if (place <= synced_) return {};
  if (broken_ || closed_) return fail(ErrorCode::kUnavailable, "cannot store this now; send it again later");
  const std::size_t now = size_;
  if (::fdatasync(file_) != 0) {
    broken_ = true;
    return cannot("sync", path_);
  }
  synced_ = now;
  return {};
}

std::size_t JournalSegment::close_rows() {
  (void)sync(size_);
  const std::lock_guard lock(sync_mutex_);
  closed_ = true;
  if (size_ > synced_) cut(synced_);
  return synced_;
}

/// A note that cannot be synced is taken back: what follows is written over it, to pages that are then dirty again.
Result<void> JournalSegment::write_synced(std::uint8_t kind, std::string_view table,
                                          const SegmentTable::Sending& sending) {
  const std::size_t before = size_;
  const std::string note = encode_sending(sending);
  const std::string_view content = note;
  RETURN_IF_ERROR(write(kind, table, {&content, 1}));
  if (::fdatasync(file_) == 0) return {};
  auto failed = cannot("sync", path_);
  cut(before);
  return failed;
}

Result<void> JournalSegment::note_sending(std::string_view table, const SegmentTable::Sending& sending) {
  return write_synced(kSending, table, sending);
}

void JournalSegment::note_stored(std::string_view table, const SegmentTable::Sending& sending) {
  const std::string note = encode_sending(sending);
  const std::string_view content = note;
  (void)write(kStored, table, {&content, 1});
}

Result<void> JournalSegment::note_refused(std::string_view table, const SegmentTable::Sending& sending) {
  return write_synced(kRefused, table, sending);
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
