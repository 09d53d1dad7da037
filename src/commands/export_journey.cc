#include "commands/export_journey.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/time.h"
#include "commands/command_line.h"
#include "commands/file_copy.h"
#include "model/members.h"

namespace tetrascope::commands {
namespace {

Object question_of(const std::string& signal, const ExportWish& wanted, std::optional<std::int64_t> from,
                   std::optional<std::int64_t> to) {
  Object question{{"signal", Value(signal)}};
  if (from) question.emplace_back("from", Value(*from));
  if (to) question.emplace_back("to", Value(*to));
  put_text(question, "dataset", wanted.dataset);
  return question;
}

Value words_of(const ExportWish& wanted) {
  Object words{{"from", Value(wanted.from)}, {"to", Value(wanted.to)}, {"dataset", Value(wanted.dataset)}};
  if (wanted.parquet) put_text(words, "format", "parquet");
  return words;
}

std::uint64_t count_in(const Value& state, std::string_view name) {
  return static_cast<std::uint64_t>(integer_of(member(state, name)).value_or(0));
}

}  // namespace

Result<void> note_export(const ExportJourney& journey) {
  return write_whole(journey.state, to_json(Value(Object{{"question", journey.question},
                                                         {"next", Value(static_cast<std::int64_t>(journey.next))},
                                                         {"bytes", Value(static_cast<std::int64_t>(journey.bytes))},
                                                         {"rows", Value(static_cast<std::int64_t>(journey.rows))},
                                                         {"windows", Value(journey.windows)}})) +
                                        "\n");
}

Result<ExportJourney> begin_export(ServerLink& server, const std::string& signal, const ExportWish& wanted) {
  ExportJourney journey;
  journey.state = std::filesystem::path(wanted.folder) / (signal + ".export.json");
  const Value words = words_of(wanted);
  if (const auto text = read_whole(journey.state)) {
    ASSIGN_OR_RETURN(const Value state, value_from_json(*text));
    const Value* asked = member(state, {"question", "words"});
    if (asked == nullptr || !(*asked == words))
      return fail(ErrorCode::kInvalid, fmt::format("{} is of an export with other flags: give those, or another folder",
                                                   journey.state.string()));
    journey.question = *member(state, "question");
    journey.begun_before = true;
    journey.next = count_in(state, "next");
    journey.bytes = count_in(state, "bytes");
    journey.rows = count_in(state, "rows");
    if (const Array* windows = array_of(member(state, "windows"))) journey.windows = *windows;
    return journey;
  }
  const std::int64_t now = UnixNanos::now().value;
  std::optional<std::int64_t> from, to;
  if (!wanted.from.empty()) {
    ASSIGN_OR_RETURN(from, parse_time(wanted.from, now));
  }
  if (!wanted.to.empty()) {
    ASSIGN_OR_RETURN(to, parse_time(wanted.to, now));
  }
  Object question = question_of(signal, wanted, from, to);
  ASSIGN_OR_RETURN(const Value answer, server.call("POST", "/admin/export/windows", question));
  if (const Array* windows = array_of(member(answer, "windows"))) journey.windows = *windows;
  question.emplace_back("words", words);
  journey.question = Value(std::move(question));
  return journey;
}

Result<ExportWindow> window_of(const ExportJourney& journey, std::size_t index) {
  const Array* window = index < journey.windows.size() ? array_of(&journey.windows[index]) : nullptr;
  const auto number = [&](std::size_t place) { return integer_of(&(*window)[place]); };
  if (window == nullptr || window->size() != 3 || !number(0) || !number(1) || !number(2))
    return fail(ErrorCode::kInvalid, "a broken " + journey.state.string());
  return ExportWindow{*number(0), *number(1), static_cast<std::uint64_t>(*number(2))};
}

Result<std::string> rows_of_window(ServerLink& server, const std::string& signal, const ExportWish& wanted,
                                   const ExportWindow& window) {
  Object question = question_of(signal, wanted, window.from, window.to);
  if (wanted.parquet) put_text(question, "form", "parquet");
  return server.call_text("POST", "/admin/export/rows", question);
}

}  // namespace tetrascope::commands
