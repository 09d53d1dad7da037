#include "commands/export_parquet.h"

#include <fmt/core.h>

#include <chrono>
#include <optional>
#include <system_error>

#include "commands/file_copy.h"
#include "storage/row_binary.h"
#include "upkeep/parquet_columns.h"

namespace tetrascope::commands {
namespace {

namespace fs = std::filesystem;

/// A file ends too after the window with which its rows have so many bytes before compression.
constexpr std::uint64_t kBytesOfFile = std::uint64_t{1} << 30;

/// `20261123T101500.000000Z`: names sort by time. Windows begin and end at whole microseconds, or where the question
/// does.
std::string time_in_name(std::int64_t nanos) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::nanoseconds> at{std::chrono::nanoseconds(nanos)};
  const auto day = floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(floor<std::chrono::microseconds>(at) - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

struct NamedTimes {
  std::string from, to;
};
std::string file_name(const std::string& signal, const NamedTimes& times) {
  return fmt::format("{}-{}-{}.parquet", signal, times.from, times.to);
}

/// nullopt for what is no file of this signal's.
std::optional<NamedTimes> times_in(const std::string& name, const std::string& signal) {
  const std::size_t length = time_in_name(0).size();
  const NamedTimes times{
      name.size() > signal.size() + 1 ? name.substr(signal.size() + 1, length) : "",
      name.size() > signal.size() + length + 2 ? name.substr(signal.size() + length + 2, length) : ""};
  if (name != file_name(signal, times)) return std::nullopt;
  return times;
}

/// An export of other times may stand in the same folder, one of the same would give rows twice to who reads them all.
Result<void> check_no_overlap(const fs::path& folder, const std::string& signal, const ExportJourney& journey) {
  if (journey.windows.empty()) return {};
  ASSIGN_OR_RETURN(const ExportWindow first, window_of(journey, 0));
  ASSIGN_OR_RETURN(const ExportWindow last, window_of(journey, journey.windows.size() - 1));
  const std::string from = time_in_name(first.from), to = time_in_name(last.to);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto times = times_in(entry.path().filename().string(), signal);
    if (times && times->from < to && times->to > from)
      return fail(ErrorCode::kConflict,
                  fmt::format("{} has rows of these times from an earlier export: remove it, or name another folder",
                              entry.path().string()));
  }
  return {};
}

struct ParquetExport {
  ServerLink& server;
  FileEngine& engine;
  const std::string& signal;
  const ExportWish& wanted;
  Progress& progress;
  ExportJourney journey;
  std::vector<Rows::Column> columns;

  /// The windows from journey.next on, as many as one file takes.
  Result<void> write_file() {
    const fs::path folder = wanted.folder, half = folder / (signal + ".parquet.part");
    const std::string head = row_binary_head(columns);
    ASSIGN_OR_RETURN(const ExportWindow first, window_of(journey, journey.next));
    ASSIGN_OR_RETURN(const auto writer, engine.write_parquet(half, columns));
    RETURN_IF_ERROR(writer->append(head));
    ExportWindow last = first;
    for (std::uint64_t rows = 0, bytes = 0;
         journey.next < journey.windows.size() && rows < wanted.file_rows && bytes < kBytesOfFile; ++journey.next) {
      ASSIGN_OR_RETURN(last, window_of(journey, journey.next));
      ASSIGN_OR_RETURN(const std::string answer, rows_of_window(server, signal, wanted, last));
      if (!answer.starts_with(head))
        return fail(ErrorCode::kInvalid, "the server's rows have other columns: use the command of its own version");
      RETURN_IF_ERROR(writer->append(std::string_view(answer).substr(head.size())));
      rows += last.rows;
      bytes += answer.size();
      journey.rows += last.rows;
      progress.show(fmt::format("export: {}: {} of {} stretches, {} rows, {}", signal, journey.next + 1,
                                journey.windows.size(), journey.rows, size_text(journey.bytes)));
    }
    RETURN_IF_ERROR(writer->finish());
    return keep(half, folder / file_name(signal, {time_in_name(first.from), time_in_name(last.to)}));
  }

 private:
  Result<void> keep(const fs::path& half, const fs::path& file) {
    RETURN_IF_ERROR(sync_folder(wanted.folder));
    std::error_code error;
    fs::rename(half, file, error);
    if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", file.string(), error.message()));
    journey.bytes += fs::file_size(file, error);
    return note_export(journey);
  }
};

}  // namespace

Result<std::uint64_t> export_parquet(ServerLink& server, FileEngine& engine, const std::string& signal,
                                     const ExportWish& wanted, Progress& progress) {
  ASSIGN_OR_RETURN(ExportJourney journey, begin_export(server, signal, wanted));
  if (!journey.begun_before) {
    RETURN_IF_ERROR(check_no_overlap(wanted.folder, signal, journey));
    RETURN_IF_ERROR(note_export(journey));
  }
  const auto columns = upkeep::parquet_types(*upkeep::export_signal(signal));
  ParquetExport work{server, engine, signal, wanted, progress, std::move(journey), columns};
  while (work.journey.next < work.journey.windows.size()) RETURN_IF_ERROR(work.write_file());
  std::error_code error;
  std::filesystem::remove(work.journey.state, error);  // done
  return work.journey.rows;
}

}  // namespace tetrascope::commands
