#include "upkeep/exposition.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "net/http.h"

namespace tetrascope::upkeep {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

/// Backslash, quote and line end are escaped; what is not UTF-8 would make the whole page unreadable.
void append_label_value(std::string& out, std::string_view value) {
  if (!is_utf8(value)) value = "not UTF-8";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

}  // namespace

void Exposition::family(std::string_view name, Kind kind, std::string_view help) {
  constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kKinds[static_cast<std::size_t>(kind)]);
}

void Exposition::sample(Labels labels, double value) { line("", labels, "", number(value)); }
void Exposition::sample(Labels labels, std::uint64_t value) { line("", labels, "", fmt::format("{}", value)); }

void Exposition::histogram(Labels labels, const Histogram::Reading& reading) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    total += reading.counts[i];
    const std::string bound = i < Histogram::kBounds.size() ? number(Histogram::kBounds[i]) : "+Inf";
    line("_bucket", labels, bound, fmt::format("{}", total));
  }
  line("_sum", labels, "", number(reading.sum));
  line("_count", labels, "", fmt::format("{}", total));
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value) {
  text_.append(name_).append(suffix);
  char separator = '{';
  const auto label = [&](std::string_view name, std::string_view text) {
    text_ += std::exchange(separator, ',');
    text_.append(name).append("=\"");
    append_label_value(text_, text);
    text_ += '"';
  };
  for (const auto& [name, text] : labels) label(name, text);
  if (!bound.empty()) label("le", bound);
  if (separator == ',') text_ += '}';
  text_.append(" ").append(value).append("\n");
}

}  // namespace tetrascope::upkeep
