#include "storage/chdb/file_engine.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "storage/chdb/connection.h"
#include "storage/chdb/write_errors.h"

namespace tetrascope {
namespace {

/// Each block that is parsed becomes rows of a row group at once; none is held back to be joined with others.
const std::vector<std::string> kFileArguments = {
    "--progress=off",
    "--progress-table=off",
    "--session_timezone=UTC",
    "--max_threads=1",
    "--max_insert_threads=1",
    "--max_memory_usage=805306368",
    "--max_insert_block_size=20000",
    "--input_format_max_block_size_bytes=33554432",
    "--min_insert_block_size_rows=0",
    "--min_insert_block_size_bytes=0",
    "--output_format_parquet_row_group_size=100000",
    "--output_format_parquet_row_group_size_bytes=67108864",
    "--output_format_parquet_parallel_encoding=0",
    // In the file's order, so that how many were read says where to go on.
    "--input_format_parquet_preserve_order=1",
    "--input_format_parquet_max_block_size=5000",
    "--input_format_parquet_memory_high_watermark=268435456",
    // A descriptor's path is another file's by and by.
    "--schema_inference_use_cache_for_file=0",
    "--use_parquet_metadata_cache=0",
};

/// The engine is told a descriptor's path: it takes names as patterns (`*`, `{a,b}`).
class OpenFile {
 public:
  static Result<OpenFile> open(const std::filesystem::path& file, int flags) {
    const int descriptor = ::open(file.c_str(), flags | O_CLOEXEC, 0644);
    if (descriptor >= 0) return OpenFile(descriptor);
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return fail(code, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  /// False when something that was written is not on disk.
  [[nodiscard]] bool sync() const { return ::fsync(descriptor_) == 0; }
  [[nodiscard]] std::string source() const { return fmt::format("file('/proc/self/fd/{}', 'Parquet'", descriptor_); }

 private:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// As an argument of file(). Names and types are the program's own: without `$$`.
std::string structure_of(const std::vector<Rows::Column>& columns) {
  std::string text;
  for (const Rows::Column& column : columns)
    text += fmt::format("{}`{}` {}", text.empty() ? "" : ", ", column.name, column.type);
  return "$$" + text + "$$";
}

class Writer final : public ParquetWriter {
 public:
  Writer(std::filesystem::path path, OpenFile file, ChdbConnection::InsertStream stream)
      : path_(std::move(path)), file_(std::move(file)), stream_(std::move(stream)) {}
  Result<void> append(std::string_view bytes) override {
    if (stream_.append(bytes)) return {};
    return finish();  // which says why
  }
  Result<void> finish() override {
    const auto error = stream_.finish();
    // Writes that failed are told by the sync alone (write_errors.h).
    if (!error && file_.sync()) return {};
    if (error) log_debug("{}: {}", path_.string(), *error);
    return fail(ErrorCode::kUnavailable, path_.string() + " cannot be written: is the disk full?");
  }

 private:
  std::filesystem::path path_;
  OpenFile file_;  // destroyed last
  ChdbConnection::InsertStream stream_;
};

class Engine final : public FileEngine {
 public:
  explicit Engine(ChdbConnection connection) : connection_(std::move(connection)) {}

  Result<std::unique_ptr<ParquetWriter>> write_parquet(const std::filesystem::path& path,
                                                       const std::vector<Rows::Column>& columns) override {
    ASSIGN_OR_RETURN(OpenFile file, OpenFile::open(path, O_RDWR | O_CREAT | O_TRUNC));
    ChdbConnection::InsertStream stream =
        connection_.stream_insert(fmt::format("INSERT INTO FUNCTION {}, {})", file.source(), structure_of(columns)),
                                  "RowBinaryWithNamesAndTypes");
    return std::make_unique<Writer>(path, std::move(file), std::move(stream));
  }

  Result<std::vector<std::string>> columns_of(const std::filesystem::path& path) override {
    ASSIGN_OR_RETURN(const OpenFile file, OpenFile::open(path, O_RDONLY));
    ASSIGN_OR_RETURN(const ChdbConnection::Answer answer,
                     connection_.query({fmt::format("DESCRIBE {})", file.source()), {}}, nullptr));
    if (answer.error) return refused(path, *answer.error);
    std::vector<std::string> names;
    for (const auto& row : answer.rows.rows) names.push_back(*row.at(0).as<std::string>());
    return names;
  }

  Result<void> read_parquet(const std::filesystem::path& path, const std::vector<Rows::Column>& columns,
                            std::uint64_t first_row, const std::function<Result<void>(Rows&&)>& take) override {
    ASSIGN_OR_RETURN(const OpenFile file, OpenFile::open(path, O_RDONLY));
    const auto failed = connection_.stream_query(
        fmt::format("SELECT * FROM {}, {}) OFFSET {}", file.source(), structure_of(columns), first_row), take);
    if (!failed) return std::unexpected(failed.error());
    if (*failed) return refused(path, **failed);
    return {};
  }

 private:
  static std::unexpected<Error> refused(const std::filesystem::path& path, const std::string& error) {
    log_debug("{}: {}", path.string(), error);
    return fail(ErrorCode::kInvalid,
                path.string() + ": no Parquet file, damaged, or with columns of other types than an export's");
  }

  ChdbConnection connection_;
};

}  // namespace

Result<std::unique_ptr<FileEngine>> FileEngine::open() {
  (void)files_with_lost_writes();
  ASSIGN_OR_RETURN(const ChdbLibrary* library, load_chdb());
  ASSIGN_OR_RETURN(ChdbConnection connection, ChdbConnection::open(*library, kFileArguments));
  return std::make_unique<Engine>(std::move(connection));
}

}  // namespace tetrascope
