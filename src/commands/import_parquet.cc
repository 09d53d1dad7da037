#include "commands/import_parquet.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "commands/file_copy.h"
#include "model/members.h"
#include "upkeep/parquet_rows.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "PAR1";
constexpr std::size_t kRowsOfRequest = 1'000;

struct ParquetImport {
  ServerLink& server;
  const std::string& file;
  const ImportWish& wanted;
  Progress& progress;
  upkeep::ExportSignal signal;
  std::uint64_t size = 0;  ///< of the file, bytes: another size is another file
  std::int64_t rows = 0;   ///< that were sent

  [[nodiscard]] fs::path state() const { return file + ".import.json"; }

  Result<void> go_on() {
    const auto text = read_whole(state());
    if (!text) return {};
    const auto noted = value_from_json(*text);
    if (!noted || integer_of(member(*noted, "size")).value_or(-1) != static_cast<std::int64_t>(size))
      return fail(ErrorCode::kInvalid, fmt::format("{} is of another file: remove it to begin anew", state().string()));
    rows = integer_of(member(*noted, "rows")).value_or(0);
    return {};
  }

  Result<void> send(Rows&& block) {
    auto answer = upkeep::answer_of_parquet(signal, block);
    if (!answer)
      return fail(answer.error().code, fmt::format("{}, behind row {}: {}", file, rows, answer.error().message));
    while (!answer->rows.empty()) {
      const auto count = std::min(answer->rows.size(), kRowsOfRequest);
      plan::Answer some{answer->columns, {}};
      const auto end = answer->rows.begin() + static_cast<std::ptrdiff_t>(count);
      some.rows.assign(std::move_iterator(answer->rows.begin()), std::move_iterator(end));
      answer->rows.erase(answer->rows.begin(), end);
      RETURN_IF_ERROR(send_rows(std::move(some)));
    }
    return {};
  }

 private:
  /// In one request, or in halves where that would be too large.
  Result<void> send_rows(plan::Answer some) {
    std::string line = upkeep::otlp_lines(signal, some);
    line.pop_back();
    if (line.size() > kMostRequest && some.rows.size() > 1) {
      const auto middle = some.rows.begin() + static_cast<std::ptrdiff_t>(some.rows.size() / 2);
      plan::Answer later{some.columns, {std::move_iterator(middle), std::move_iterator(some.rows.end())}};
      some.rows.erase(middle, some.rows.end());
      RETURN_IF_ERROR(send_rows(std::move(some)));
      return send_rows(std::move(later));
    }
    const auto count = static_cast<std::int64_t>(some.rows.size());
    RETURN_IF_ERROR(send_request(server, line, fmt::format("{}, rows {} to {}", file, rows + 1, rows + count), wanted));
    rows += count;
    progress.show(fmt::format("import: {}: {} rows", file, rows));
    return write_whole(
        state(),
        to_json(Value(Object{{"size", Value(static_cast<std::int64_t>(size))}, {"rows", Value(rows)}})) + "\n");
  }
};

}  // namespace

bool is_parquet(const std::string& file) {
  std::array<char, kMagic.size()> first{};
  std::ifstream in(file, std::ios::binary);
  in.read(first.data(), first.size());
  return in && std::string_view(first.data(), first.size()) == kMagic;
}

Result<std::int64_t> import_parquet(ServerLink& server, FileEngine& engine, const std::string& file,
                                    const ImportWish& wanted, Progress& progress) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  if (error) return fail(ErrorCode::kNotFound, fmt::format("{}: {}", file, error.message()));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, engine.columns_of(file));
  const auto signal = upkeep::signal_of_columns(names);
  if (!signal) return fail(signal.error().code, file + ": " + signal.error().message);
  ParquetImport work{server, file, wanted, progress, *signal, size};
  RETURN_IF_ERROR(work.go_on());
  RETURN_IF_ERROR(engine.read_parquet(file, upkeep::parquet_types(*signal), static_cast<std::uint64_t>(work.rows),
                                      [&](Rows&& block) { return work.send(std::move(block)); }));
  fs::remove(work.state(), error);
  return work.rows;
}

}  // namespace tetrascope::commands
