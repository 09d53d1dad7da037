#include "services/texts_and_times.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

std::string time_from_now(std::chrono::microseconds distance) {
  using namespace std::chrono;
  const auto at = time_point_cast<microseconds>(system_clock::now()) + distance;
  const std::time_t seconds = system_clock::to_time_t(floor<std::chrono::seconds>(at));
  const auto micros = (at - floor<std::chrono::seconds>(at)).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char out[64];
  std::snprintf(out, sizeof out, "%s.%06ld+00:00", date, static_cast<long>(micros));
  return out;
}

std::string time_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char out[32];
  std::strftime(out, sizeof out, "[%Y-%b-%d %H:%M]", &parts);
  return out;
}

std::size_t length(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }
