#include "storage/chdb/data_dir.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace tetrascope {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

std::unexpected<Error> cannot_write(const std::filesystem::path& directory, const std::string& reason) {
  return fail(ErrorCode::kUnavailable,
              fmt::format("cannot write to the data directory {}: {}; change its permissions or choose another one",
                          directory.string(), reason));
}

/// Who wrote the lock file: "process 123", or no more than that there is one.
std::string holder(int file) {
  std::array<char, 32> text{};
  const ssize_t size = pread(file, text.data(), text.size() - 1, 0);
  const std::string id(text.data(), std::find_if(text.data(), text.data() + std::max<ssize_t>(size, 0),
                                                 [](char c) { return c < '0' || c > '9'; }));
  return id.empty() ? "another process" : "process " + id;
}

}  // namespace

Result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return cannot_write(directory, error.message());
  return {};
}

Result<DataDirLock> DataDirLock::take(const std::filesystem::path& directory) {
  RETURN_IF_ERROR(make_directory(directory));
  const int file = ::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return cannot_write(directory, std::strerror(errno));
  DataDirLock lock(file);
  // flock, not a file's presence: the kernel takes it back from a killed process.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("the data directory {} is in use by {}: stop that one or choose another directory",
                            directory.string(), holder(file)));
  }
  const std::string id = std::to_string(getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    return cannot_write(directory, std::strerror(errno));
  }
  return lock;
}

DataDirLock::~DataDirLock() {
  if (file_ >= 0) ::close(file_);
}

DataDirLock::DataDirLock(DataDirLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

std::string engine_config_xml(std::size_t memory_bytes, std::size_t threads) {
  const std::size_t merges = std::max<std::size_t>(threads, 1);
  // Caches hold what small answers need again and again (marks, primary keys, which granules cannot match); the
  // contents of files are the kernel's to cache. Merges leave room for inserts and queries. They sync what they write,
  // since only then the engine finds out that it could not be written (write_errors.h).
  return fmt::format(R"(<clickhouse>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <memory_worker_use_cgroup>0</memory_worker_use_cgroup>
  <memory_worker_period_ms>86400000</memory_worker_period_ms>
  <mark_cache_size>{marks}</mark_cache_size>
  <index_mark_cache_size>{small}</index_mark_cache_size>
  <primary_index_cache_size>{marks}</primary_index_cache_size>
  <query_condition_cache_size>{small}</query_condition_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_uncompressed_cache_size>{small}</index_uncompressed_cache_size>
  <compiled_expression_cache_size>{small}</compiled_expression_cache_size>
  <mmap_cache_size>0</mmap_cache_size>
  <background_pool_size>{merges}</background_pool_size>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
  <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
  <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
  <max_thread_pool_free_size>8</max_thread_pool_free_size>
  <merge_tree>
    <min_rows_to_fsync_after_merge>1</min_rows_to_fsync_after_merge>
    <min_compressed_bytes_to_fsync_after_merge>1</min_compressed_bytes_to_fsync_after_merge>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
)",
                     fmt::arg("memory", memory_bytes), fmt::arg("merges", merges),
                     fmt::arg("marks", std::min(memory_bytes / 16, 64 * kMegabyte)),
                     fmt::arg("small", std::min(memory_bytes / 64, 16 * kMegabyte)));
}

Result<void> write_file(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(fresh, file, error);
  if (!out || error) return cannot_write(file.parent_path(), error ? error.message() : std::strerror(errno));
  return {};
}

}  // namespace tetrascope
