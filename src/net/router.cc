#include <algorithm>
#include <exception>
#include <functional>
#include <ranges>
#include <utility>

#include "base/log.h"
#include "net/http.h"

namespace tetrascope {
namespace {

bool is_capture(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

/// The segments of a path, percent-escapes and all; empty ones are left out.
std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

/// Whether `pattern` fits all of `segments`, or their beginning when it takes the rest.
bool fits(const std::vector<std::string>& pattern, bool takes_rest, const std::vector<std::string>& segments) {
  if (takes_rest ? segments.size() < pattern.size() : segments.size() != pattern.size()) return false;
  return std::ranges::equal(
      pattern, segments | std::views::take(pattern.size()),
      [](const std::string& want, const std::string& seen) { return want.empty() || want == seen; });
}

std::vector<std::string> captures_of(const std::vector<std::string>& pattern, bool takes_rest,
                                     const std::vector<std::string>& segments) {
  std::vector<std::string> captures;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].empty()) captures.push_back(segments[i]);
  }
  if (!takes_rest) return captures;
  std::string rest;
  for (std::size_t i = pattern.size(); i < segments.size(); ++i) {
    if (i > pattern.size()) rest += '/';
    rest += segments[i];
  }
  captures.push_back(std::move(rest));
  return captures;
}

/// Smaller is more literal: literals before captures before the rest, from left to right.
std::string rank(const std::vector<std::string>& segments, bool takes_rest, bool asks) {
  std::string rank;
  for (const auto& segment : segments) rank += segment.empty() ? '2' : '1';
  if (takes_rest) rank += '3';
  // Of two equals, one that asks before it accepts goes first; the end of a pattern sorts before any segment.
  return rank + (asks ? "+" : "-");
}

std::size_t literal_head(const std::vector<std::string>& segments) {
  return static_cast<std::size_t>(std::ranges::find(segments, "") - segments.begin());
}

}  // namespace

void Router::add(RouteTable added) {
  const std::size_t index = tables_.size();
  const RouteTable& table = tables_.emplace_back(std::move(added));
  const auto rank_of = [this](const Pattern& pattern) {
    const Route& route = tables_[pattern.table].routes[pattern.route];
    return rank(pattern.segments, pattern.takes_rest, static_cast<bool>(route.accepts));
  };
  for (std::size_t i = 0; i < table.routes.size(); ++i) {
    Pattern pattern{split_path(table.routes[i].pattern), false, index, i};
    if (!pattern.segments.empty() && is_capture(pattern.segments.back()) && pattern.segments.back().ends_with("...}")) {
      pattern.takes_rest = true;
      pattern.segments.pop_back();
    }
    for (auto& segment : pattern.segments) {
      if (is_capture(segment)) segment.clear();
    }
    routes_.insert(std::ranges::upper_bound(routes_, rank_of(pattern), {}, rank_of), pattern);
  }
  const auto length = [](const Pattern& prefix) { return prefix.segments.size(); };
  for (const auto& text : table.prefixes) {
    const Pattern prefix{split_path(text), true, index, 0};
    prefixes_.insert(std::ranges::upper_bound(prefixes_, length(prefix), std::greater{}, length), prefix);
  }
}

const Router::Pattern* Router::owner(const std::vector<std::string>& segments) const {
  const auto found =
      std::ranges::find_if(prefixes_, [&](const Pattern& prefix) { return fits(prefix.segments, true, segments); });
  return found == prefixes_.end() ? nullptr : &*found;
}

Router::Match Router::find(const Request& head) const {
  Match match;
  const std::vector<std::string> raw = split_path(head.path);
  std::vector<std::string> segments;
  segments.reserve(raw.size());
  bool sound = true;
  for (const auto& segment : raw) {
    segments.push_back(percent_decode(segment));
    const std::string& last = segments.back();
    sound = sound && last != "." && last != ".." && is_utf8(last) && !last.contains('\0');
  }
  const Pattern* const prefix = owner(segments);
  if (prefix != nullptr) match.table = &tables_[prefix->table];
  if (!sound) {
    match.error = {ErrorCode::kMalformed, "path: want UTF-8 without '.' and '..' segments"};
    return match;
  }
  for (const Pattern& pattern : routes_) {
    if (!fits(pattern.segments, pattern.takes_rest, segments)) continue;
    const RouteTable& table = tables_[pattern.table];
    const Route& route = table.routes[pattern.route];
    const bool taken_by_prefix = pattern.takes_rest && prefix != nullptr && prefix->table != pattern.table &&
                                 prefix->segments.size() > literal_head(pattern.segments);
    if (taken_by_prefix || (route.accepts && !route.accepts(head))) continue;
    if (match.allowed.empty()) match.table = &table;
    const bool method_fits =
        route.method == "*" || route.method == head.method || (head.method == "HEAD" && route.method == "GET");
    if (method_fits) {
      match.table = &table;
      match.route = &route;
      match.captures = captures_of(pattern.segments, pattern.takes_rest, segments);
      return match;
    }
    if (std::ranges::find(match.allowed, route.method) == match.allowed.end()) match.allowed.push_back(route.method);
  }
  match.error = match.allowed.empty() ? Error{ErrorCode::kNotFound, "nothing is at this path"}
                                      : Error{ErrorCode::kMethodNotAllowed, "this path does not take " + head.method};
  return match;
}

Response Router::shape(const Request& head, const Error& error) const {
  const Match match = find(head);
  if (match.table == nullptr || !match.table->shape_error) return plain_error(error);
  try {
    return match.table->shape_error(head, error);
  } catch (const std::exception& thrown) {
    log_error("the error shape of {} threw: {}", match.table->slice, thrown.what());
    return plain_error({ErrorCode::kInternal, {}});
  }
}

}  // namespace tetrascope
