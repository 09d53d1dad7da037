#include "slices/page/parameters.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/ids.h"

namespace tetrascope::ui {
namespace {

std::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalid, std::move(message)); }

constexpr std::int64_t kDefaultLastSeconds = 3600;
constexpr std::int64_t kMaxLastSeconds = std::int64_t{3650} * 86'400;

std::optional<std::int64_t> seconds_of_unit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86'400;
    default:
      return std::nullopt;
  }
}

Result<std::int64_t> parse_last(std::string_view text) {
  const auto unit = text.empty() ? std::nullopt : seconds_of_unit(text.back());
  const auto count = unit ? parse_int(text.substr(0, text.size() - 1)) : std::nullopt;
  if (!count || *count < 1 || *count > kMaxLastSeconds / *unit) {
    return invalid("last: want a number and s, m, h or d, at most 3650d, as in 15m");
  }
  return *count * *unit;
}

Result<UnixNanos> parse_instant(std::string_view name, std::string_view text) {
  const auto nanos = parse_int(text);
  if (!nanos) return invalid(fmt::format("{}: want Unix nanoseconds", name));
  return UnixNanos{*nanos};
}

}  // namespace

std::optional<std::int64_t> parse_int(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

Result<void> check_names(const Request& request, std::initializer_list<std::string_view> names) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (name.size() > kMaxText || value.size() > kMaxText) {
      return invalid(fmt::format("{}: longer than {} bytes", name.substr(0, 40), kMaxText));
    }
    if (std::ranges::find(names, name) == names.end()) return invalid(fmt::format("{}: no such parameter", name));
    if (!name.ends_with("attribute") && std::ranges::find(seen, name) != seen.end()) {
      return invalid(fmt::format("{}: given twice", name));
    }
    seen.push_back(name);
  }
  return {};
}

Result<plan::TimeRange> read_range(const Request& request, UnixNanos now, std::chrono::nanoseconds ahead) {
  const auto last = request.query_value("last");
  const auto from = request.query_value("from");
  const auto to = request.query_value("to");
  if (last && (from || to)) return invalid("last: cannot stand beside from or to");
  if (!from && !to) {
    std::int64_t seconds = kDefaultLastSeconds;
    if (last) {
      ASSIGN_OR_RETURN(seconds, parse_last(*last));
    }
    return plan::TimeRange{{now.value - seconds * kNanosPerSecond}, {now.value + ahead.count()}};
  }
  if (!from || !to) return invalid("from and to: want both");
  ASSIGN_OR_RETURN(const UnixNanos begin, parse_instant("from", *from));
  ASSIGN_OR_RETURN(const UnixNanos end, parse_instant("to", *to));
  if (begin >= end) return invalid("to: must be after from");
  return plan::TimeRange{begin, end};
}

Result<std::int64_t> read_number(const Request& request, std::string_view name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  const auto number = parse_int(*text);
  if (!number || *number < least || *number > most) {
    return invalid(fmt::format("{}: want a whole number from {} to {}", name, least, most));
  }
  return *number;
}

Result<bool> read_flag(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (text && *text != "true" && *text != "false") return invalid(fmt::format("{}: want true or false", name));
  return text == "true";
}

std::string read_text(const Request& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(""));
}

Result<std::vector<std::pair<std::string, std::string>>> read_attributes(const Request& request,
                                                                         std::string_view name) {
  std::vector<std::pair<std::string, std::string>> attributes;
  for (const auto& [parameter, value] : request.query) {
    if (parameter != name) continue;
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0) return invalid(fmt::format("{}: want key=value", name));
    attributes.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  if (attributes.size() > kMaxAttributes) return invalid(fmt::format("{}: more than {}", name, kMaxAttributes));
  return attributes;
}

std::string question_mark(const Request& request) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& one : request.query) {
    if (one.first != "cursor" && one.first != "limit") parameters.emplace_back(one);
  }
  std::ranges::sort(parameters);
  // Lengths before texts, so that no two questions read the same.
  std::string text = fmt::format("{}:{}", request.path.size(), request.path);
  for (const auto& [name, value] : parameters) {
    text += fmt::format(" {}:{}={}:{}", name.size(), name, value.size(), value);
  }
  return fmt::format("{:016x}", stable_hash(text)[0]);
}

Result<std::optional<Cursor>> read_cursor(const Request& request) {
  const auto text = request.query_value("cursor");
  if (!text) return std::nullopt;
  const std::size_t first = text->find('.');
  const std::size_t second = first == std::string_view::npos ? first : text->find('.', first + 1);
  const auto time =
      second == std::string_view::npos ? std::nullopt : parse_int(text->substr(first + 1, second - first - 1));
  const std::string_view rest = time ? text->substr(second + 1) : "";
  if (!time || rest.size() > 64) return invalid("cursor: want one that an earlier answer gave");
  if (text->substr(0, first) != question_mark(request)) {
    return invalid("cursor: it belongs to another list or another question; ask for the first page without one");
  }
  return Cursor{{*time}, std::string(rest)};
}

std::string write_cursor(std::string_view mark, const Cursor& cursor) {
  return fmt::format("{}.{}.{}", mark, cursor.time.value, cursor.rest);
}

}  // namespace tetrascope::ui
