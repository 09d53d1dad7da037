#pragma once
// ClickHouse as a reader and a writer of Parquet files, without a store: for commands.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/rows.h"

namespace tetrascope {

/// A file that is being written. Dropped before finish(), it is left as it is: no Parquet file.
class ParquetWriter {
 public:
  virtual ~ParquetWriter() = default;
  /// RowBinaryWithNamesAndTypes, in pieces of any size: row_binary_head() once, then rows.
  /// Errors: kUnavailable (the disk is full, or the bytes are no rows of the columns).
  virtual Result<void> append(std::string_view bytes) = 0;
  /// Writes what is left and the file's end, and waits until all of it is on disk. Errors: the same.
  virtual Result<void> finish() = 0;
};

/// Used by one thread. One at a time in a process, and none beside open_chdb(). Some 200 MB of library and process,
/// and 400 for a row group, however large the file.
class FileEngine {
 public:
  virtual ~FileEngine() = default;
  /// Errors: kUnavailable with one line for the operator: no library, the engine does not start.
  static Result<std::unique_ptr<FileEngine>> open();

  /// A new file, or an emptied one. Row groups of at most 100,000 rows or 64 MiB, pages compressed with Zstandard.
  /// Nothing else may be asked of the engine while it is written. Errors: kUnavailable.
  virtual Result<std::unique_ptr<ParquetWriter>> write_parquet(const std::filesystem::path& file,
                                                               const std::vector<Rows::Column>& columns) = 0;

  /// Errors: kNotFound; kInvalid when it is no Parquet file.
  virtual Result<std::vector<std::string>> columns_of(const std::filesystem::path& file) = 0;

  /// Calls `take` with rows of the file one after the other, a few thousand at a time, from `first_row` on. A column
  /// that the file has not is empty or zero. Errors: those of columns_of(), of `take`; kInvalid: a column that cannot
  /// be of its type.
  virtual Result<void> read_parquet(const std::filesystem::path& file, const std::vector<Rows::Column>& columns,
                                    std::uint64_t first_row, const std::function<Result<void>(Rows&&)>& take) = 0;
};

}  // namespace tetrascope
